"""Whether intervals cover and tests keep their level; the full grid is marked slow.

The bounds are those the project promises: 93 to 98 % of 95 % intervals cover, mean width 0.95 to
1.2 times the oracle's, 3 to 7 % false alarms, each widened by the binomial error of the simulation.
"""

from itertools import product

import numpy as np
import pytest

from analysis.calibration import (
    Coverage,
    CrossedDesign,
    draw_study,
    measure_coverage,
    measure_rejections,
    our_limits,
)
from analysis.intervals import TARGETS, crossed_share, fool_rate_interval
from analysis.simulate import marginal_intercept, mean_fool_rate

SEED = 20160328
METHODS = {target: our_limits(target) for target in TARGETS}


def in_words(design: CrossedDesign) -> str:
    """Name a design in the list of tests."""
    return (
        f"{design.n_participants} people {design.n_photos} photos sd {design.participant_sd:g} and "
        f"{design.photo_sd:g} rate {design.fool_rate:g} dropout {design.dropout:g}"
    )


def ours(design: CrossedDesign, n_studies: int) -> list[Coverage]:
    found = measure_coverage(design, n_studies, METHODS, np.random.default_rng(SEED))
    return [found[target, target] for target in TARGETS]


def test_a_study_has_the_shape_of_its_design() -> None:
    design = CrossedDesign(n_participants=12, n_photos=50, n_trials=20, n_conditions=3)

    study = draw_study(design, np.random.default_rng(1))

    responses = study.responses
    assert responses.fooled.size == 3 * 12 * 20
    assert responses.n_participants == 36
    assert responses.n_photos == 50
    for person in range(36):
        mine = responses.participant == person
        assert len(set(responses.photo[mine])) == mine.sum() == 20
        assert set(study.condition[mine]) == {person // 12}


def test_within_participants_everyone_sees_every_condition() -> None:
    design = CrossedDesign(n_participants=6, n_trials=21, n_conditions=3, is_within=True)

    study = draw_study(design, np.random.default_rng(1))

    assert study.responses.n_participants == 6
    for person in range(6):
        seen = study.condition[study.responses.participant == person]
        assert np.bincount(seen).tolist() == [7, 7, 7]


def test_dropouts_answer_the_first_trials_only() -> None:
    design = CrossedDesign(n_participants=400, dropout=0.3)

    study = draw_study(design, np.random.default_rng(1))

    lengths = np.bincount(study.responses.participant)
    assert lengths.min() >= 1
    assert (lengths == 40).mean() == pytest.approx(0.7 + 0.3 / 40, abs=0.07)


def test_the_fool_rates_are_those_asked_for() -> None:
    """Closed form: the mean over many people and photos; s.e. 0.5 points with these effects."""
    design = CrossedDesign(
        n_participants=800, n_photos=600, n_trials=40, n_conditions=2, effect=0.1, photo_sd=0.3
    )

    study = draw_study(design, np.random.default_rng(1))

    rates = [study.responses.fooled[study.condition == k].mean() for k in (0, 1)]
    assert rates == pytest.approx([0.42, 0.32], abs=0.015)
    assert study.rate_on_these_photos == pytest.approx(0.42, abs=0.01)


def test_the_rate_on_these_photos_is_their_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Independent: quadrature photo by photo instead of the table."""
    logits = marginal_intercept(0.32, 1.0) + np.array([[-2.0, 0.1, 1.7]])
    monkeypatch.setattr("analysis.calibration._photo_logits", lambda *_: logits)

    study = draw_study(CrossedDesign(n_photos=3, n_trials=3), np.random.default_rng(1))

    assert study.rate_on_these_photos == pytest.approx(mean_fool_rate(logits, 0.4).mean(), abs=1e-6)


def test_the_intervals_measured_are_those_of_the_product() -> None:
    study = draw_study(CrossedDesign(), np.random.default_rng(2))
    responses = study.responses

    for target in TARGETS:
        interval = fool_rate_interval(
            responses.participant, responses.photo, responses.fooled, target=target
        )
        limits = our_limits(target)(
            study, crossed_share(responses.participant, responses.photo, responses.fooled)
        )
        assert limits == (interval.low, interval.high)


def test_the_oracles_width_is_that_of_the_variance_components() -> None:
    """Closed form: V = tau_p^2/P + tau_i^2 sum m_j^2/N^2 + (p(1-p) - tau_p^2 - tau_i^2)/N.

    Everyone sees all photos, so m_j = P; the taus by simulation of the logistic means. s.e. 2.5 %.
    """
    design = CrossedDesign(n_participants=20, n_photos=30, n_trials=30)
    normal = np.random.default_rng(3).standard_normal(200_000)
    centre = marginal_intercept(0.32, float(np.hypot(0.4, 1.0)))
    of_people = mean_fool_rate(centre + 0.4 * normal[:20_000], 1.0).var()
    of_photos = mean_fool_rate(centre + 1.0 * normal[:20_000], 0.4).var()
    rest = 0.32 * 0.68 - of_people - of_photos
    expected = 2 * 1.96 * np.sqrt(of_people / 20 + of_photos / 30 + rest / 600)

    found = ours(design, 800)[0]

    assert found.oracle_width == pytest.approx(expected, rel=0.08)
    assert found.width_ratio == found.width / found.oracle_width


@pytest.mark.parametrize(
    "design",
    [
        CrossedDesign(20, 40, 40, 0.32, 0.4, 1.0),
        CrossedDesign(40, 200, 40, 0.1, 1.0, 1.0, dropout=0.3),
        CrossedDesign(40, 200, 40, 0.5, 0.4, 1.5),
        CrossedDesign(30, 1000, 40, 0.32, 1.5, 0.0),
    ],
    ids=in_words,
)
def test_intervals_cover_and_are_not_too_wide(design: CrossedDesign) -> None:
    """300 studies: three s.e. are 4.4 points below 93 % and 2.4 above 98 %; widths 8 %."""
    for found in ours(design, 300):
        assert found.covered >= 0.886
        assert 0.95 - 0.1 <= found.width_ratio <= 1.2 + 0.1


def test_equal_conditions_are_told_apart_about_5_times_in_100() -> None:
    """150 studies of four conditions: three s.e. are 5.3 points at 5 %."""
    found = measure_rejections(
        CrossedDesign(20, 60, 20, n_conditions=4), 150, np.random.default_rng(SEED)
    )

    assert found.first_pair <= 0.05 + 0.055
    assert found.holm <= found.max_t <= 0.05 + 0.055
    assert found.any_pair > found.max_t
    assert found.covered == pytest.approx(1 - found.max_t)


def test_a_large_difference_is_found() -> None:
    design = CrossedDesign(40, 200, n_conditions=3, effect=0.2)

    found = measure_rejections(design, 30, np.random.default_rng(SEED))

    assert found.holm > 0.9
    assert found.max_t > 0.9


@pytest.mark.slow
@pytest.mark.parametrize(
    "design",
    [
        CrossedDesign(people, photos, 40, rate, participant_sd, photo_sd, dropout)
        for people, photos, (participant_sd, photo_sd), rate, dropout in product(
            (10, 40, 100),
            (40, 200, 1000),
            ((0.0, 0.0), (0.0, 1.5), (1.5, 0.0), (0.4, 1.0), (1.0, 1.5)),
            (0.1, 0.32, 0.5),
            (0.0, 0.3),
        )
    ],
    ids=in_words,
)
def test_intervals_cover_over_the_whole_grid(design: CrossedDesign) -> None:
    """1,000 studies: three s.e. are 2.4 points at 93 %, 1.3 at 98 %, and 7 % of a width.

    Where people do not differ at all the variance between them is overestimated (it is truncated
    at 0), so there the intervals may be too wide, never too narrow. Where few people differ as much
    as 1.5 logits at a rate of 10 % their distribution is too skewed for t: 90 to 93 % are covered
    (docs/statistics.md).
    """
    too_wide_is_allowed = design.participant_sd == 0
    is_skewed = (
        design.participant_sd == 1.5 and design.fool_rate == 0.1 and design.n_participants <= 40
    )

    for found in ours(design, 1000):
        assert found.covered >= (0.87 if is_skewed else 0.93 - 0.024)
        assert found.covered <= 0.98 + 0.013 or too_wide_is_allowed
        assert found.width_ratio >= 0.95 - 0.07
        assert found.width_ratio <= 1.2 + 0.07 or too_wide_is_allowed


@pytest.mark.slow
@pytest.mark.parametrize("is_within", [False, True])
@pytest.mark.parametrize("photo_correlation", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(
    ("participant_sd", "photo_sd", "n_photos"),
    [(0.0, 0.0, 200), (0.4, 1.0, 60), (0.4, 1.0, 200), (1.0, 1.5, 200)],
)
def test_false_alarms_keep_their_level(
    participant_sd: float, photo_sd: float, n_photos: int, photo_correlation: float, is_within: bool
) -> None:
    """1,000 studies of three equal conditions: three s.e. are 2.1 points at 5 %."""
    design = CrossedDesign(
        40, n_photos, 40, 0.32, participant_sd, photo_sd,
        n_conditions=3, photo_correlation=photo_correlation, is_within=is_within,
    )  # fmt: skip

    found = measure_rejections(design, 1000, np.random.default_rng(SEED))

    assert found.first_pair <= 0.05 + 0.021
    assert found.holm <= found.max_t <= 0.07 + 0.024
