from typing import Any

import numpy as np
import pytest
import scipy.optimize

from analysis.comparisons import difference_of_fool_rates
from analysis.confidence_sequence import (
    SequencePoint,
    confidence_sequence,
    difference_sequence,
    running_intersection,
    sequence_z,
)
from analysis.intervals import Interval, crossed_share, fool_rate_interval, wilson_interval
from analysis.planning_simulation import draw_study
from analysis.study_assumptions import StudyAssumptions

SEED = 20160328
BOTH: Any = "people_and_photos"


def study_of(n_participants: int, n_photos: int = 60, n_conditions: int = 1) -> Any:
    study = StudyAssumptions(fool_rate=0.5, n_conditions=n_conditions)
    rates = [0.5] * n_conditions
    rng = np.random.default_rng(SEED)
    return draw_study(study, rates, n_participants, n_photos, BOTH, rng)


@pytest.mark.parametrize("rho", [0.1, 0.3])
@pytest.mark.parametrize("n", [10, 50, 400])
def test_z_is_the_published_margin(rho: float, n: int) -> None:
    """Waudby-Smith et al. (2024), theorem 2.2: sqrt(2 (n rho^2 + 1) / (n^2 rho^2) log(...))."""
    margin = np.sqrt(
        2 * (n * rho**2 + 1) / (n**2 * rho**2) * np.log(np.sqrt(n * rho**2 + 1) / 0.05)
    )
    # The number of participants at which this rho is best.
    at_best = scipy.optimize.brentq(
        lambda x: x - 2 * np.log(1 / 0.05) - np.log1p(x), 1.0, 100.0, xtol=1e-12
    )

    # best_at is whole; a multiple keeps the ratio n / best_at.
    found = sequence_z(n * 1_000_000, best_at=round(1_000_000 * at_best / rho**2))

    assert found / np.sqrt(n) == pytest.approx(margin, rel=1e-6)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_z_is_smallest_relative_to_others_where_it_is_best(level: float) -> None:
    at_50 = [float(sequence_z(50, level=level, best_at=best)) for best in (35, 50, 70)]

    assert at_50[1] == min(at_50)


def test_the_sequence_is_about_one_and_a_half_times_as_wide_as_one_interval() -> None:
    """The project's field notes: 1.5 times; 3.04 / 1.96 = 1.55 at its best."""
    assert sequence_z(50) / 1.959964 == pytest.approx(1.55, abs=0.01)
    assert (sequence_z(np.arange(10, 101)) / 1.959964 < 1.75).all()


def test_a_point_is_wilsons_interval_with_z_of_the_people_so_far() -> None:
    people, photos, _, fooled = study_of(14)

    points = confidence_sequence(people, photos, fooled)

    assert [point.n_participants for point in points] == [10, 11, 12, 13, 14]
    rows = people < 12
    share = crossed_share(people[rows], photos[rows], fooled[rows])
    expected = wilson_interval(share.share, share.n_effective(BOTH), float(sequence_z(12)))
    assert (points[2].interval.low, points[2].interval.high) == pytest.approx(expected)
    assert points[2].value == share.share


def test_participants_arrive_in_the_order_of_their_first_response() -> None:
    people, photos, _, fooled = study_of(12)
    renamed = np.array([f"person {97 - code}" for code in people])

    assert confidence_sequence(renamed, photos, fooled) == confidence_sequence(
        people, photos, fooled
    )


def test_for_these_photos_the_sequence_is_narrower() -> None:
    people, photos, _, fooled = study_of(30)

    both = confidence_sequence(people, photos, fooled)[-1].interval
    these = confidence_sequence(people, photos, fooled, target="these_photos")[-1].interval

    assert both.low is not None
    assert both.high is not None
    assert these.low is not None
    assert these.high is not None
    assert both.low < these.low < these.high < both.high


def test_one_photo_gives_no_interval() -> None:
    points = confidence_sequence(np.arange(11), [1] * 11, [0, 1] * 5 + [0])

    assert len(points) == 2
    assert points[0].interval.low is None
    assert "no interval" in (points[0].interval.warning or "")


def test_points_can_be_given_after_some_participants_only() -> None:
    people, photos, _, fooled = study_of(17)

    every = confidence_sequence(people, photos, fooled)
    some = confidence_sequence(people, photos, fooled, every=5)

    assert some == [point for point in every if point.n_participants in (10, 15, 17)]


def test_before_the_tenth_participant_there_is_nothing() -> None:
    people, photos, _, fooled = study_of(9)

    assert confidence_sequence(people, photos, fooled) == []


def test_a_difference_takes_the_two_way_standard_error() -> None:
    arrays = study_of(8, n_conditions=2)

    points = difference_sequence(*arrays, a=0, b=1)

    expected = difference_of_fool_rates(*arrays, a=0, b=1)
    last = points[-1]
    assert last.n_participants == 16
    assert expected.difference is not None
    assert expected.standard_error is not None
    assert last.interval.low == pytest.approx(
        expected.difference - float(sequence_z(16)) * expected.standard_error
    )


def test_a_difference_waits_for_both_conditions() -> None:
    """The first eight participants are all of one condition in this order of arrival."""
    arrays = study_of(10, n_conditions=2)

    points = difference_sequence(*arrays, a=0, b=1)

    assert points[0].n_participants == 11
    assert points[0].interval.low is None
    assert points[1].interval.low is not None


def test_the_intervals_so_far_have_their_intersection_in_common() -> None:
    intervals = [Interval(0.1, 0.6), Interval(None, None), Interval(0.3, 0.7), Interval(0.2, 0.5)]
    points = [SequencePoint(n, 0.4, interval) for n, interval in enumerate(intervals, 10)]

    assert running_intersection(points) == (0.3, 0.5)
    assert running_intersection(points[1:2]) is None
    assert running_intersection([*points, SequencePoint(20, 0.9, Interval(0.8, 0.9))]) is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"level": 95}, "level is 95"),
        ({"target": "people"}, "allowed: people_and_photos, these_photos"),
        ({"best_at": 0}, "best_at is 0; allowed: from 1"),
        ({"every": 0}, "every is 0; allowed: from 1"),
    ],
)
def test_bad_settings_are_refused(options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        confidence_sequence([1, 2], [1, 2], [0, 1], **options)


def test_a_condition_that_does_not_occur_is_refused() -> None:
    with pytest.raises(ValueError, match="neither 'x' nor 'y' occurs"):
        difference_sequence([1, 2], [1, 2], ["a", "b"], [0, 1], a="x", b="y")


def ever_left_out(n_studies: int, n_photos: int, step: int) -> tuple[float, float]:
    """Share of studies in which some interval from 10 to 100 people leaves the true 50 % out.

    Of the sequence, and of usual 95 % intervals looked at as often.
    """
    rng = np.random.default_rng(SEED)
    study = StudyAssumptions(fool_rate=0.5)
    always = usual = 0
    for _ in range(n_studies):
        people, photos, _, fooled = draw_study(study, [0.5], 100, n_photos, BOTH, rng)
        ever = [False, False]
        for n in range(10, 101, step):
            rows = people < n
            share = crossed_share(people[rows], photos[rows], fooled[rows])
            low, high = wilson_interval(share.share, share.n_effective(BOTH), float(sequence_z(n)))
            ever[0] |= not low <= 0.5 <= high
            single = fool_rate_interval(people[rows], photos[rows], fooled[rows])
            assert single.low is not None
            assert single.high is not None
            ever[1] |= not single.low <= 0.5 <= single.high
        always += ever[0]
        usual += ever[1]
    return always / n_studies, usual / n_studies


def test_peeking_often_leaves_the_truth_out_less_often_than_alpha() -> None:
    """100 studies looked at after every ninth participant; s.e. 2.2 points at 5 %."""
    always, usual = ever_left_out(100, 100, step=9)

    assert always <= 0.05
    assert usual > always


@pytest.mark.slow
@pytest.mark.parametrize("n_photos", [40, 200, 1000])
def test_peeking_after_every_participant_leaves_the_truth_out_less_often_than_alpha(
    n_photos: int,
) -> None:
    """500 studies, 91 looks each; the field notes have 27 to 29 % for usual intervals."""
    always, usual = ever_left_out(500, n_photos, step=1)

    assert always <= 0.05
    assert usual > 0.06
