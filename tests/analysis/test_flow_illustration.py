import copy
from typing import Any

import pytest

from analysis.flow_illustration import flow_illustration, flow_steps


@pytest.fixture
def rows(finished_document: dict[str, Any]) -> list[dict[str, Any]]:
    return copy.deepcopy(finished_document["participant_flow"])


def test_without_records_the_flow_begins_with_the_trial_table(rows: list[dict[str, Any]]) -> None:
    steps = flow_steps(rows)

    assert [(step.words, step.n) for step in steps] == [
        ("In the trial table", 24),
        ("Analysed", 24),
    ]
    assert steps[0].left == (("left out, vigilance", 0),)
    assert steps[1].details == ("full:\u00a012", "half:\u00a012")


def test_every_recorded_step_is_a_box_and_who_left_is_counted(rows: list[dict[str, Any]]) -> None:
    rows[-1].update(invited=40, consented=30, withdrawn=1, without_answers=2, analysed=22)

    steps = flow_steps(rows)

    assert [(step.words, step.n) for step in steps] == [
        ("Invited", 40),
        ("Consented", 30),
        ("In the trial table", 24),
        ("Analysed", 22),
    ]
    assert steps[0].left == (("did not consent", 10),)
    assert steps[1].left == (("reached no main trial", 6),)
    assert "withdrew:\u00a01" in steps[2].details
    assert steps[2].left[-1] == ("without an answer that counts", 2)


def test_who_was_turned_away_or_erased_is_told_by_the_reason(rows: list[dict[str, Any]]) -> None:
    rows[-1].update(
        invited=40, consented=30, erased=2, turned_away={"declined": 3, "refused, other": 1}
    )

    steps = flow_steps(rows)

    assert steps[0].details == ("openings of the invitation",)
    assert steps[0].left == (("declined", 3), ("refused, other", 1), ("did not consent", 6))
    assert steps[1].left == (("had their data erased", 2), ("reached no main trial", 4))


def test_the_text_alternative_tells_the_whole_flow(finished_document: dict[str, Any]) -> None:
    figure = flow_illustration(finished_document)

    assert "In the trial table: 24; left out, vigilance: 0. Analysed: 24" in figure.alt
    figure.draw(3.5)
