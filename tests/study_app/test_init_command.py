"""``study-app init`` at a terminal; without one it is in ``test_commands.py``."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from study_app import init_command
from study_app.commands import main
from study_app.ethics_findings import ethics_findings
from study_app.presets import expected_minutes
from study_app.study_file import parse_study_file
from study_app.study_template import DEFAULT_TITLE

ALL_ANSWERS = ["Sky", "lab@example.org", "Institute of Seeing", "https://example.org/rights",
               "full, l2", "12", "There is no pay.", "9"]  # fmt: skip


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(init_command, "is_terminal", lambda: True)
    return tmp_path


def init(*arguments, typed=(), code=0):
    lines = "".join(f"{line}\n" for line in typed)
    result = CliRunner().invoke(main, ["init", "study.toml", *arguments], input=lines)
    assert result.exit_code == code, result.output
    return result.output


def written():
    return parse_study_file(Path("study.toml").read_text(encoding="utf-8"))


@pytest.mark.usefixtures("here")
def test_it_asks_for_what_it_cannot_know():
    init(typed=ALL_ANSWERS)

    found = written()
    assert (found.study.title, found.study.id, found.study.contact) == (
        "Sky",
        "sky",
        "lab@example.org",
    )
    assert (found.study.pay, found.study.minutes) == ("There is no pay.", 9)
    assert found.conditions.tested == ("full", "l2")
    assert found.participants.per_condition == 12
    assert found.ethics.institution == "Institute of Seeing"


@pytest.mark.usefixtures("here")
def test_what_was_answered_leaves_no_must():
    init(typed=ALL_ANSWERS)

    assert "must" not in {finding.severity for finding in ethics_findings(written())}


@pytest.mark.usefixtures("here")
def test_empty_answers_take_the_defaults():
    output = init(typed=[""] * len(ALL_ANSWERS))

    found = written()
    assert found.study.title == DEFAULT_TITLE
    assert found.study.minutes == expected_minutes(found.protocol)
    assert found.participants.per_condition == 40
    assert found.conditions.tested == ()
    assert "Missing: a contact" in output


@pytest.mark.usefixtures("here")
def test_a_bad_answer_is_asked_again():
    output = init(
        "--title", "Sky", "--contact", "a", "--institution", "b", "--data-protection", "c",
        "--tested", "full", "--pay", "d", "--minutes", "5", typed=["none", "12"],
    )  # fmt: skip

    assert "'none' is no whole number" in output
    assert written().participants.per_condition == 12


@pytest.mark.usefixtures("here")
def test_what_an_option_says_is_not_asked():
    output = init("--title", "Sky", "--per-condition", "7", typed=[""] * 6)

    assert "Title" not in output
    assert "Participants per condition" not in output
    assert written().participants.per_condition == 7


@pytest.mark.usefixtures("here")
def test_who_says_all_that_one_has_to_know_is_asked_nothing():
    output = init(
        "--title", "Sky", "--contact", "a", "--institution", "b", "--data-protection", "c",
        "--pay", "d", "--per-condition", "7",
    )  # fmt: skip

    assert "A few questions" not in output
    assert written().conditions.tested == ()


@pytest.mark.usefixtures("here")
def test_no_input_asks_nothing():
    output = init("--no-input")

    assert "A few questions" not in output
    assert written().study.title == DEFAULT_TITLE


def test_a_file_that_is_there_is_told_before_the_first_question(here):
    (here / "study.toml").write_text("mine")

    assert "A few questions" not in init(code=3)


@pytest.mark.usefixtures("here")
def test_what_is_said_of_the_institution_may_hold_any_sign():
    name = 'The "Lab" of C:\\ and """colours"""'

    init("--no-input", "--institution", name, "--data-protection", "Ask \\n us.")

    found = written()
    assert f"{name} is responsible for this study." in found.consent.text
    assert "stored of you: Ask \\n us." in found.consent.text
    assert found.ethics.institution == name


@pytest.mark.usefixtures("here")
def test_a_line_break_by_an_option_is_refused():
    assert "line break" in init("--no-input", "--institution", "a\nb", code=3)


def test_at_a_real_terminal_it_asks(tmp_path):
    """A process whose input and output are a pseudo-terminal; its input is typed ahead."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "study_app", "init", "study.toml"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(Path(init_command.__file__).parents[1])},
    ) as process:  # fmt: skip
        os.close(theirs)
        os.write(ours, "".join(f"{line}\n" for line in ALL_ANSWERS).encode())
        shown = _read_to_the_end(ours)
        assert process.wait() == 0, shown
    os.close(ours)

    assert "Participants per condition [40]" in shown
    found = parse_study_file((tmp_path / "study.toml").read_text(encoding="utf-8"))
    assert found.study.title == "Sky"


def _read_to_the_end(descriptor):
    shown = b""
    while True:
        try:
            part = os.read(descriptor, 4096)
        except OSError:  # Linux says so when the other end is closed
            break
        if not part:
            break
        shown += part
    return shown.decode()


@pytest.mark.usefixtures("here")
def test_the_commands_that_come_next_can_be_pasted():
    result = CliRunner().invoke(main, ["init", "my study.toml", "--no-input"])

    assert "study-app create 'my study.toml' --set SET comes next" in result.output
    assert "study-app check 'my study.toml' --set SET lists" in result.output


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("options", "pay"),
    [(["--unpaid"], "There is no pay."), (["--unpaid", "--pay", "A cake."], "A cake.")],
)
def test_an_unpaid_study_says_so(options, pay):
    init("--no-input", *options)

    assert (written().recruiter.paid, written().study.pay) == (False, pay)
