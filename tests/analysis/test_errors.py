import pytest

from analysis import errors
from analysis.errors import MOST_PROBLEMS_LISTED, Problem, TrialTableError


@pytest.mark.parametrize(
    "name", ["TrialTableError", "ResultError", "SimulationError", "RulesError"]
)
def test_a_users_mistake_has_an_exit_code_of_its_own(name: str) -> None:
    error = getattr(errors, name)

    assert issubclass(error, errors.AnalysisError)
    codes = [
        kind.exit_code for kind in (errors.AnalysisError, *errors.AnalysisError.__subclasses__())
    ]
    assert len(set(codes)) == len(codes)
    # 0 is success and 2 is click's own for a wrong command line.
    assert not {0, 2} & set(codes)


def test_a_problem_says_what_was_found_and_what_is_allowed() -> None:
    assert Problem(3, "block", "'x'", "main").message == "column block: found 'x'; allowed: main"
    assert Problem(3, None, "2 cells", "18").message == "found 2 cells; allowed: 18"
    assert Problem(3, "block", "'x'", "main", "Not so.").message == "Not so."


def test_a_message_lists_a_screenful_and_every_line_lists_all() -> None:
    problems = [Problem(row, None, "2 cells", "18") for row in range(30)]

    error = TrialTableError.of_problems("t.csv", problems)

    assert len(str(error).splitlines()) == MOST_PROBLEMS_LISTED + 1
    assert str(error).endswith("t.csv: 10 more problems like these, 30 in all")
    lines = list(error.every_line())
    assert len(lines) == 30
    assert lines[-1] == "t.csv, row 29: found 2 cells; allowed: 18"


def test_a_problem_may_name_its_file_and_no_row() -> None:
    error = TrialTableError.of_problems(
        "a and b", [Problem(2, None, "x", "y", place="b"), Problem(None, None, "x", "y")]
    )

    assert str(error).splitlines() == [
        "b, row 2: found x; allowed: y",
        "a and b: found x; allowed: y",
    ]


def test_an_error_without_problems_is_its_own_line() -> None:
    assert list(TrialTableError("one\ntwo").every_line()) == ["one", "two"]
