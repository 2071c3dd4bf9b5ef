import inspect
import subprocess
import sys

from study_app import errors
from study_app.errors import UnknownStudy


def all_errors():
    return [
        found
        for _, found in inspect.getmembers(errors, inspect.isclass)
        if issubclass(found, errors.StudyError)
    ]


def test_every_error_has_a_kebab_code_of_its_own_and_an_http_status():
    codes = [error.code for error in all_errors()]

    assert len(codes) == len(set(codes)) >= 20
    assert all(code == code.lower() and " " not in code for code in codes)
    assert all(400 <= error.status < 600 for error in all_errors())


def test_every_error_ends_a_command_with_a_failure():
    assert all(0 < error.exit_code < 126 for error in all_errors())


def test_a_full_study_is_one_that_is_not_open():
    assert errors.StudyFull("full").reason == "full"


def test_errors_need_the_standard_library_only():
    source = inspect.getsource(errors)
    code = f"import sys\n{source}\nprint(any('flask' in name for name in sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


def test_a_message_may_have_values_and_is_kept_without_them_for_translation():
    error = UnknownStudy("there is no study %(code)r here", code="x")

    assert str(error) == "there is no study 'x' here"
    assert (error.message, error.values) == ("there is no study %(code)r here", {"code": "x"})
    assert str(UnknownStudy("100 % gone")) == "100 % gone"
