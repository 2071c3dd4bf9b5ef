from dataclasses import replace
from typing import Any

import pytest

from analysis.plan_table import (
    Plan,
    as_document,
    as_text,
    cells,
    describe,
    has_people_per_condition,
    header,
    make_plan,
)
from analysis.planning import DifferenceTest, Equivalence, Precision, people_needed
from analysis.planning_simulation import Check
from analysis.study_assumptions import PlanningError, StudyAssumptions

PRECISION = Precision(StudyAssumptions(), 0.04)
DIFFERENCE = DifferenceTest(StudyAssumptions(n_conditions=3, dropout=0.1), 0.07)
WITHIN = replace(DIFFERENCE, study=replace(DIFFERENCE.study, design="within"))
EQUIVALENCE = Equivalence(StudyAssumptions(fool_rate=0.5), 0.05)
BOTH: Any = ("people_and_photos", "these_photos")


def test_given_people_the_table_says_what_they_achieve() -> None:
    plan = make_plan(PRECISION, [40, 200], [20, 80], BOTH)

    assert [(row.n_photos, row.n_participants, row.target) for row in plan.rows] == [
        (photos, people, target) for photos in (40, 200) for people in (20, 80) for target in BOTH
    ]
    assert all(
        row.achieved == PRECISION.achieved(row.n_participants or 0, row.n_photos, row.target)
        for row in plan.rows
    )
    assert not plan.is_solved


def test_without_people_the_table_says_how_many_it_takes() -> None:
    plan = make_plan(PRECISION, [40, 200], [], BOTH[:1])

    assert [row.n_participants for row in plan.rows] == [
        None,
        people_needed(PRECISION, 200, "people_and_photos"),
    ]
    assert plan.rows[0].achieved is None
    assert plan.is_solved


def test_the_advice_says_where_more_people_cannot_help_and_what_would() -> None:
    plan = make_plan(PRECISION, [40, 200], [20, 80], BOTH)

    (sentence,) = plan.advice
    assert sentence.startswith(
        "More people cannot help with 40 photos (people and photos): even with ever more people"
        " the half-width stays above 5.8 points; at least 82 photos are needed, and with twice as"
        " many, 164, it takes "
    )
    assert sentence.endswith(f" {people_needed(PRECISION, 164, 'people_and_photos')} people.")


def test_the_advice_for_a_power_counts_people_per_condition() -> None:
    plan = make_plan(DIFFERENCE, [40], [], BOTH[:1])

    (sentence,) = plan.advice
    assert "the power stays below" in sentence
    assert sentence.endswith("people per condition.")


def test_where_nothing_is_enough_the_advice_says_so() -> None:
    """The true rate is next to the margin, so that a power of 99.9 % takes millions of photos."""
    goal = Equivalence(StudyAssumptions(fool_rate=0.5499), 0.05, power=0.999)

    plan = make_plan(goal, [200], [], BOTH[:1])

    assert plan.advice[0].endswith("no number of photos is enough either.")


def test_enough_photos_need_no_advice() -> None:
    assert make_plan(PRECISION, [200, 1000], [], BOTH).advice == ()


@pytest.mark.parametrize("goal", [PRECISION, DIFFERENCE, WITHIN, EQUIVALENCE])
@pytest.mark.parametrize("people", [[], [40]])
def test_every_row_has_a_cell_in_every_column(goal: Any, people: list[int]) -> None:
    plan = make_plan(goal, [40, 200], people, BOTH)

    assert {len(row) for row in cells(plan)} == {len(header(plan))}
    assert len(cells(plan)) == 4


def test_people_in_all_are_those_of_all_conditions_between_participants() -> None:
    between, within = (make_plan(goal, [200], [40], BOTH[:1]) for goal in (DIFFERENCE, WITHIN))

    assert cells(between)[0][:5] == ["200", "people and photos", "40", "120", "4800"]
    assert cells(within)[0][:5] == ["200", "people and photos", "40", "40", "1600"]
    assert "people per condition" in header(between)
    assert has_people_per_condition(DIFFERENCE)
    assert not has_people_per_condition(WITHIN)


def test_a_plan_says_what_it_takes_for_granted() -> None:
    assert describe(make_plan(WITHIN, [200], [40], BOTH)) == (
        "Wanted: a difference of 7.0 points found with a power of 80 % (two-sided, alpha 0.05"
        " divided among 3 pairs).\nAssumed: 40 trials per participant, 3 conditions within"
        " participants, 10 % of the participants not analysed; fool rate 32 %; spread between"
        " people 0.4 and between photos 1 logits (correlation between conditions 0.5 for photos"
        " and 0.5 for people)."
    )
    assert "± 5.0 points shown with a power of 80 %" in describe(
        make_plan(EQUIVALENCE, [200], [40], BOTH)
    )


def test_the_document_holds_everything() -> None:
    check = Check(40, 200, "people_and_photos", 0.041, 0.0412, 0.0001, 500)
    plan = replace(make_plan(PRECISION, [200], [40], BOTH[:1]), checks=(check,))

    document = as_document(plan)

    assert document["plan"] == "precision"
    assert document["goal"] == {"half_width": 0.04, "level": 0.95}
    assert document["assumptions"]["photo_sd"] == 1.0
    assert document["table"][0]["n_participants"] == 40
    assert document["checks"][0]["simulated"] == 0.0412


def test_the_text_shows_the_check_beside_the_closed_form() -> None:
    check = Check(40, 200, "people_and_photos", 0.041, 0.0412, 0.0001, 500)
    plan: Plan = replace(make_plan(PRECISION, [200], [40], BOTH[:1]), checks=(check,))

    text = as_text(plan)

    assert "Checked with 500 simulated studies each" in text
    assert "4.10 points  4.12 points ± 0.01" in text


def test_sizes_no_study_has_are_refused() -> None:
    with pytest.raises(PlanningError, match="photos: found 39"):
        make_plan(PRECISION, [200, 39], [], BOTH)
    with pytest.raises(PlanningError, match="people: found 2"):
        make_plan(PRECISION, [200], [2], BOTH)
    with pytest.raises(PlanningError, match="half-width: found 2"):
        make_plan(replace(PRECISION, half_width=2.0), [200], [], BOTH)
