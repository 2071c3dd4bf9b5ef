from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.stats
import statsmodels.stats.power
import statsmodels.stats.proportion

from analysis.planning import (
    DifferenceTest,
    Equivalence,
    Precision,
    best_possible,
    check_goal,
    check_size,
    people_needed,
    photos_needed,
    smallest_difference,
)
from analysis.study_assumptions import PlanningError, StudyAssumptions

STUDY = StudyAssumptions()
TWO = StudyAssumptions(n_conditions=2)
AT_HALF = StudyAssumptions(fool_rate=0.5)
HEADLINE: Any = "people_and_photos"
THESE: Any = "these_photos"
PHOTOS = (40, 200, 1000)


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        (20, ((4.6, 7.3), (4.8, 5.3), (4.8, 4.9))),
        (40, ((3.1, 6.6), (3.2, 4.1), (3.3, 3.4))),
        (80, ((2.2, 6.2), (2.3, 3.4), (2.3, 2.5))),
        (160, ((1.5, 6.0), (1.6, 3.0), (1.6, 1.9))),
    ],
)
def test_half_widths_are_those_of_the_field_notes(
    people: int, expected: tuple[tuple[float, float], ...]
) -> None:
    """The project's field notes, simulated, in points with one decimal: spreads .4 and 1, 32 %."""
    goal = Precision(STUDY, 0.04)

    for n_photos, (these, both) in zip(PHOTOS, expected, strict=True):
        assert 100 * goal.achieved(people, n_photos, THESE) == pytest.approx(these, abs=0.15)
        assert 100 * goal.achieved(people, n_photos, HEADLINE) == pytest.approx(both, abs=0.15)


@pytest.mark.parametrize(
    ("people", "expected"), [(40, (10.3, 7.4, 6.7)), (80, (9.3, 5.8, 4.8)), (160, (8.8, 4.8, 3.6))]
)
def test_smallest_differences_are_those_of_the_field_notes(
    people: int, expected: tuple[float, ...]
) -> None:
    """The project's field notes, simulated: 80 % power, correlation .5; rates around 32 %."""
    for n_photos, points in zip(PHOTOS, expected, strict=True):
        around = replace(TWO, fool_rate=0.32 - points / 200)
        goal = DifferenceTest(around, points / 100)

        found = smallest_difference(goal, people, n_photos, HEADLINE)

        assert found is not None
        assert 100 * found == pytest.approx(points, abs=0.15)


@pytest.mark.parametrize(
    ("people", "margin", "power"),
    [(40, 0.05, 0.41), (80, 0.05, 0.67), (160, 0.05, 0.81), (320, 0.05, 0.88), (40, 0.1, 0.99)],
)
def test_powers_of_equivalence_are_those_of_the_field_notes(
    people: int, margin: float, power: float
) -> None:
    """The project's field notes, simulated: true rate 50 %, 200 photos."""
    goal = Equivalence(AT_HALF, margin)

    assert goal.achieved(people, 200, HEADLINE) == pytest.approx(power, abs=0.015)


def test_forty_photos_never_show_equivalence_within_five_points() -> None:
    """The project's field notes: with 40 images the margin of 5 points is never reached."""
    goal = Equivalence(AT_HALF, 0.05)

    assert people_needed(goal, 40, HEADLINE) is None
    assert best_possible(goal, 40, HEADLINE) < 0.05
    enough = photos_needed(goal, HEADLINE)
    assert enough is not None
    assert people_needed(goal, enough, HEADLINE) is not None
    assert people_needed(goal, enough - 1, HEADLINE) is None


def test_without_spread_the_half_width_tends_to_wilsons() -> None:
    """Oracle: statsmodels' Wilson interval; the truncated variance is a little larger."""
    study = StudyAssumptions(participant_sd=0.0, photo_sd=0.0)
    low, high = statsmodels.stats.proportion.proportion_confint(
        0.32 * 40_000, 40_000, method="wilson"
    )

    found = Precision(study, 0.04).achieved(1000, 1000, HEADLINE)

    assert 1.0 <= found / ((high - low) / 2) < 1.04


def test_the_power_of_a_difference_tends_to_that_of_independent_people() -> None:
    """Oracle: statsmodels' power of Welch's t test on people, where only people differ.

    Each person's share of 40 trials has variance s_p + s_e/40; photos have no spread.
    """
    study = replace(TWO, participant_sd=1.0, photo_sd=0.0)
    goal = DifferenceTest(study, 0.1)
    variance = sum(
        parts.people + parts.rest / 40
        for parts in (_components(0.42, study), _components(0.32, study))
    )
    expected = statsmodels.stats.power.tt_ind_solve_power(
        effect_size=0.1 / np.sqrt(variance / 2), nobs1=50, alpha=0.05, power=None
    )

    assert goal.achieved(50, 2000, THESE) == pytest.approx(expected, abs=0.01)


def _components(rate: float, study: StudyAssumptions) -> Any:
    from analysis.study_assumptions import variance_components

    return variance_components(rate, study.participant_sd, study.photo_sd)


def test_the_floor_is_the_photos_own_variance() -> None:
    """With ever more people only t sqrt(s_i / J) is left, J = 2000 photos so that t is near z."""
    parts = _components(0.32, STUDY)
    expected = scipy.stats.t.isf(0.025, 1999) * np.sqrt(parts.photos / 2000)

    assert best_possible(Precision(STUDY, 0.04), 2000, HEADLINE) == pytest.approx(
        expected, rel=0.01
    )


@pytest.mark.parametrize(
    "goal", [Precision(STUDY, 0.04), DifferenceTest(TWO, 0.07), Equivalence(AT_HALF, 0.07)]
)
@pytest.mark.parametrize("target", [HEADLINE, THESE])
def test_the_people_needed_are_just_enough(goal: Any, target: Any) -> None:
    people = people_needed(goal, 200, target)

    assert people is not None
    assert goal.is_reached(goal.achieved(people, 200, target))
    assert not goal.is_reached(goal.achieved(people - 1, 200, target))


def test_the_photos_needed_with_given_people_are_just_enough() -> None:
    goal = Precision(STUDY, 0.04)

    photos = photos_needed(goal, HEADLINE, n_participants=50)

    assert photos is not None
    assert goal.achieved(50, photos, HEADLINE) <= 0.04 < goal.achieved(50, photos - 1, HEADLINE)


@pytest.mark.parametrize("target", [HEADLINE, THESE])
@pytest.mark.parametrize(
    ("goal", "better"),
    [
        (Precision(STUDY, 0.04), -1),
        (DifferenceTest(TWO, -0.07), 1),
        (DifferenceTest(replace(TWO, design="within"), 0.07), 1),
        (Equivalence(AT_HALF, 0.07), 1),
    ],
)
def test_more_people_and_more_photos_never_do_harm(goal: Any, better: int, target: Any) -> None:
    by_people = [better * goal.achieved(people, 200, target) for people in (10, 20, 40, 80, 160)]
    by_photos = [better * goal.achieved(40, photos, HEADLINE) for photos in (40, 80, 200, 1000)]

    assert by_people == sorted(by_people)
    assert by_photos == sorted(by_photos)


def test_who_drops_out_is_invited_in_vain() -> None:
    goal = Precision(STUDY, 0.04)
    leaking = Precision(replace(STUDY, dropout=0.2), 0.04)

    assert leaking.achieved(50, 200, HEADLINE) == pytest.approx(goal.achieved(40, 200, HEADLINE))


def test_more_conditions_divide_alpha_among_their_pairs() -> None:
    """Four conditions have six pairs."""
    four = DifferenceTest(replace(TWO, n_conditions=4), 0.07)
    two = DifferenceTest(TWO, 0.07, alpha=0.05 / 6)

    assert four.achieved(80, 200, HEADLINE) == pytest.approx(two.achieved(80, 200, HEADLINE))


def test_no_difference_is_found_where_the_photos_hide_all() -> None:
    study = replace(TWO, fool_rate=0.95, photo_correlation=0.0)

    assert smallest_difference(DifferenceTest(study, 0.01), 5, 40, HEADLINE) is None


def test_without_an_interval_nothing_is_achieved() -> None:
    nobody = replace(STUDY, dropout=0.9)

    assert Precision(nobody, 0.04).achieved(5, 40, HEADLINE) == float("inf")
    assert Equivalence(nobody, 0.04).achieved(5, 40, HEADLINE) == 0.0
    assert DifferenceTest(replace(TWO, dropout=0.9), 0.1).achieved(5, 40, HEADLINE) == 0.0


@pytest.mark.parametrize(
    ("goal", "message"),
    [
        (Precision(STUDY, 0.5), "half-width: found 0.5; allowed: above 0 and below 0.5"),
        (Precision(STUDY, float("nan")), "half-width: found nan"),
        (Precision(STUDY, 0.04, level=95), "level: found 95; allowed: above 0 and below 1"),
        (DifferenceTest(STUDY, 0.1), "conditions: found 1; allowed for a difference: from 2"),
        (DifferenceTest(TWO, 0.0), "difference: found 0; allowed: other than 0"),
        (DifferenceTest(TWO, 0.7), "difference: found 0.7"),
        (DifferenceTest(TWO, 0.1, power=0.01), "power: found 0.01; allowed: above 0.05"),
        (DifferenceTest(TWO, 0.1, alpha=0.6), "alpha: found 0.6; allowed: above 0 and below 0.5"),
        (Equivalence(AT_HALF, 0.5), "margin: found 0.5; allowed: above 0 and below 0.5"),
        (Equivalence(STUDY, 0.1), "fool rate: found 0.32; allowed: inside the margin"),
        (Precision(replace(STUDY, photo_sd=-1.0), 0.04), "photo sd: found -1"),
    ],
)
def test_a_goal_no_study_can_have_is_refused(goal: Any, message: str) -> None:
    with pytest.raises(PlanningError, match=message):
        check_goal(goal)


@pytest.mark.parametrize("goal", [Precision(STUDY, 0.04), DifferenceTest(TWO, -0.1)])
def test_a_sensible_goal_is_allowed(goal: Any) -> None:
    check_goal(goal)


def test_nobody_sees_a_photo_twice() -> None:
    with pytest.raises(PlanningError, match="photos: found 39; allowed: from 40, the trials"):
        check_size(STUDY, 39)


@pytest.mark.parametrize(("dropout", "least"), [(0.0, 3), (0.5, 6)])
def test_too_few_people_are_refused(dropout: float, least: int) -> None:
    study = replace(STUDY, dropout=dropout)

    check_size(study, 40, least)
    with pytest.raises(PlanningError, match=f"people: found {least - 1}; allowed: from {least}"):
        check_size(study, 40, least - 1)
