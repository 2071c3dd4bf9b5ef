from itertools import islice
from typing import Any

import numpy as np
import pytest

from analysis.planning import DifferenceTest, Equivalence, Precision
from analysis.planning_simulation import (
    Responses,
    check_by_simulation,
    draw_study,
    simulated_results,
)
from analysis.study_assumptions import StudyAssumptions

ONE = StudyAssumptions()
TWO = StudyAssumptions(n_conditions=2)
WITHIN = StudyAssumptions(n_conditions=2, design="within")
SPREAD = StudyAssumptions(participant_sd=1.0, photo_sd=1.5, fool_rate=0.1)
HALF = StudyAssumptions(fool_rate=0.5)
BOTH, THESE = "people_and_photos", "these_photos"
SEED = 20160328


def draw(study: StudyAssumptions, rates: list[float], target: Any = BOTH, **size: int) -> Responses:
    people, photos = size.get("people", 12), size.get("photos", 60)
    return draw_study(study, rates, people, photos, target, np.random.default_rng(SEED))


def test_between_participants_everybody_sees_one_condition() -> None:
    people, photos, condition, _ = draw(TWO, [0.4, 0.3])

    assert len(set(zip(people.tolist(), condition.tolist(), strict=True))) == 24
    assert np.bincount(people).tolist() == [40] * 24
    assert np.unique(photos).size == 60


def test_within_participants_everybody_sees_all_conditions_equally_often() -> None:
    people, photos, condition, _ = draw(WITHIN, [0.4, 0.3])

    assert np.bincount(people * 2 + condition).tolist() == [20] * 24
    assert len(set(zip(people.tolist(), photos.tolist(), strict=True))) == people.size


def test_some_drop_out() -> None:
    stayed = [
        np.unique(draw_study(study, [0.3], 400, 40, BOTH, np.random.default_rng(SEED))[0]).size
        for study in (ONE, StudyAssumptions(dropout=0.25))
    ]

    assert stayed[0] == 400
    # Binomial s.e. 8.7 people.
    assert stayed[1] == pytest.approx(300, abs=26)


def test_many_responses_come_near_the_rates_asked_for() -> None:
    """500 people, 2,000 photos per condition: s.e. about 0.8 points."""
    study = StudyAssumptions(n_conditions=2)

    _, _, condition, fooled = draw(study, [0.4, 0.2], people=500, photos=2000)

    shares = [fooled[condition == k].mean() for k in (0, 1)]
    assert shares == pytest.approx([0.4, 0.2], abs=0.025)


def test_on_these_photos_the_rate_is_that_of_the_photos_drawn() -> None:
    """2,000 people on 40 photos: people and responses leave a s.e. of 0.3 points, photos none."""
    _, _, _, fooled = draw(ONE, [0.4], THESE, people=2000, photos=40)

    assert fooled.mean() == pytest.approx(0.4, abs=0.009)


CASES = [
    (Precision(ONE, 0.04), 20, 40, BOTH),
    (Precision(ONE, 0.04), 40, 200, THESE),
    (DifferenceTest(TWO, -0.09), 40, 40, BOTH),
    (DifferenceTest(TWO, 0.07), 30, 200, THESE),
    (DifferenceTest(WITHIN, 0.09), 40, 40, BOTH),
    (Equivalence(HALF, 0.05), 80, 200, BOTH),
]
MORE_CASES = [
    *CASES,
    (Precision(SPREAD, 0.04), 40, 200, BOTH),
    (Precision(StudyAssumptions(dropout=0.3), 0.04), 40, 200, BOTH),
    (Precision(WITHIN, 0.04), 40, 200, BOTH),
    (DifferenceTest(StudyAssumptions(n_conditions=4, dropout=0.2), 0.07), 80, 200, BOTH),
    (DifferenceTest(WITHIN, 0.07), 60, 200, BOTH),
    (DifferenceTest(WITHIN, 0.07), 40, 200, THESE),
    (Equivalence(HALF, 0.05), 40, 200, THESE),
    (Equivalence(StudyAssumptions(fool_rate=0.48), 0.07), 60, 200, BOTH),
]  # fmt: skip


def assert_agreement(case: Any, n_studies: int, apart: float) -> None:
    goal, people, photos, target = case
    rng = np.random.default_rng(SEED)
    results = list(islice(simulated_results(goal, people, photos, target, rng), n_studies))

    check = check_by_simulation(goal, people, photos, target, results)

    assert check.n_studies == n_studies
    allowed = 3 * check.standard_error + apart * check.closed_form
    assert abs(check.simulated - check.closed_form) <= allowed, check


@pytest.mark.parametrize("case", CASES)
def test_the_closed_form_is_what_simulated_studies_achieve(case: Any) -> None:
    """Within three Monte Carlo standard errors, and 2 % of the value for what it leaves out."""
    assert_agreement(case, 150, apart=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("case", MORE_CASES)
def test_the_closed_form_is_what_many_simulated_studies_achieve(case: Any) -> None:
    assert_agreement(case, 3000, apart=0.02)


def test_equal_seeds_give_equal_results() -> None:
    first, second = (
        list(islice(simulated_results(CASES[0][0], 10, 40, BOTH, np.random.default_rng(1)), 3))
        for _ in range(2)
    )

    assert first == second
