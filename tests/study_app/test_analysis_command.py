import pytest

from study_app import analysis_command
from study_app.analysis_command import ask_plan, is_installed, run_command
from study_app.errors import AnalysisMissing, AnalysisRefused

PRINTS_TWO_LINES = "print('first\\nreport.html  SHA-256 1\\n')"


@pytest.fixture
def other_program(monkeypatch, tmp_path):
    """Put another module in the place of the analysis, which runs what the test says."""

    def put(source):
        (tmp_path / "another_analysis.py").write_text(source)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        monkeypatch.setattr(analysis_command, "COMMAND", "another_analysis")

    return put


def test_the_analysis_is_found():
    assert is_installed()


def test_without_what_it_needs_there_is_none(monkeypatch):
    monkeypatch.setattr(analysis_command, "NEEDED", ("no_such_library_is_here",))

    assert not is_installed()
    for ask in (run_command, ask_plan):
        with pytest.raises(
            AnalysisMissing, match=r"not installed on this server: pip install '.*\[analys"
        ):
            ask(["report"])


def test_the_commands_own_sentence_tells_what_is_wrong(tmp_path):
    with pytest.raises(AnalysisRefused, match=r"^\S*none.csv: there is no such file or folder"):
        run_command(["check", tmp_path / "none.csv"])


def test_files_of_the_folder_that_somebody_stands_in_are_not_run(tmp_path, monkeypatch):
    (tmp_path / "analysis.py").write_text("print('somebody else')")
    monkeypatch.chdir(tmp_path)

    assert run_command(["--version"]).startswith("python -m analysis, version ")


def test_the_last_line_tells_what_was_made(other_program):
    other_program(PRINTS_TWO_LINES)

    assert run_command([]) == "report.html  SHA-256 1"


def test_a_command_that_says_nothing_is_told_by_its_code(other_program):
    other_program("raise SystemExit(7)")

    with pytest.raises(AnalysisRefused, match="ended with 7"):
        run_command([])


def test_a_command_that_takes_too_long_is_ended(other_program):
    other_program("import time; time.sleep(60)")

    with pytest.raises(AnalysisRefused, match=r"took more than 0\.2 s"):
        run_command([], timeout_s=0.2)


def test_a_plan_is_answered_with_its_document():
    document = ask_plan(["precision", "--people", "40", "--photos", "200", "--target",
                         "people-and-photos"])  # fmt: skip

    (row,) = document["table"]
    # docs/planning.md, simulated there: 4.11 ± 0.01 points
    assert row["achieved"] == pytest.approx(0.0411, abs=0.0001)
    assert row["n_participants"] == 40


def test_a_plan_that_the_analysis_does_not_take_is_said_in_its_words():
    with pytest.raises(AnalysisRefused, match=r"^margin: found 0\.9"):
        ask_plan(["equivalence", "--margin", "0.9", "--people", "40", "--photos", "200"])
