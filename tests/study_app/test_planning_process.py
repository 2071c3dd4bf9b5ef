import pytest

from study_app import planning_process
from study_app.planning_process import NotInstalled, PlanningFailed, ask_plan


def test_the_analysis_answers_with_its_document():
    document = ask_plan(["precision", "--people", "40", "--photos", "200", "--target",
                         "people-and-photos"])  # fmt: skip

    (row,) = document["table"]
    # docs/planning.md, simulated there: 4.11 ± 0.01 points
    assert row["achieved"] == pytest.approx(0.0411, abs=0.0001)
    assert row["n_participants"] == 40


def test_what_the_analysis_does_not_take_is_said_in_its_words():
    with pytest.raises(PlanningFailed, match=r"^margin: found 0\.9"):
        ask_plan(["equivalence", "--margin", "0.9", "--people", "40", "--photos", "200"])


def test_an_analysis_that_is_not_installed_is_said_to_be_so(monkeypatch):
    monkeypatch.setattr(planning_process, "NEEDED", ("no_such_library_is_here",))

    with pytest.raises(NotInstalled, match="the analysis is not installed"):
        ask_plan(["precision"])
