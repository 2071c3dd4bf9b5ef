import json
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.stats.sandwich_covariance import cov_cluster_2groups

from analysis.intervals import fool_rate_interval
from analysis.time_course import estimate_time_courses, estimate_trend, trial_positions


def sessions(
    n_people: int = 20,
    n_trials: int = 30,
    *,
    change: float = 0.0,
    spread: float = 0.0,
    seed: int = 1,
) -> pd.DataFrame:
    """Sessions of people whose fool rate moves from 40 % by ``change``; photos in random order."""
    rng = np.random.default_rng(seed)
    places = np.tile(np.arange(n_trials), (n_people, 1))
    photos = rng.permuted(places, axis=1)
    rates = (
        0.4
        + change * places / (n_trials - 1)
        + spread * rng.uniform(-1, 1, (n_people, 1))
        + spread * rng.uniform(-1, 1, n_trials)[photos]
    )
    fooled = rng.random(places.shape) < rates
    people = np.repeat([f"p{i}" for i in range(n_people)], n_trials)
    return pd.DataFrame(
        {
            "participant_id": people,
            "study_session_id": people,
            "condition": "full",
            "trial_type": "main",
            "trial_index": places.ravel() + 10,
            "photo_id": photos.ravel(),
            "fooled": pd.array(fooled.ravel(), dtype="boolean"),
            "response_ms": 1000.0 - places.ravel(),
        }
    )


def arrays(trials: pd.DataFrame) -> list[np.ndarray]:
    position = trial_positions(trials)
    return [
        trials["participant_id"].to_numpy(),
        trials["photo_id"].to_numpy(),
        position.to_numpy(),
        trials["fooled"].to_numpy(dtype=bool),
    ]


def test_positions_run_from_0_to_1_in_each_session() -> None:
    main = pd.DataFrame(
        {"study_session_id": ["a", "b", "a", "a", "c"], "trial_index": [14, 0, 10, 12, 5]}
    )

    np.testing.assert_allclose(trial_positions(main), [1.0, np.nan, 0.0, 0.5, np.nan])


def test_the_trend_is_that_of_statsmodels() -> None:
    """Oracle: OLS with an intercept for each person, and statsmodels' two-way clustered variance.

    Each of its three terms is summed as ours; its factor (N-1)/(N-k) is 1 for the one slope.
    """
    trials = sessions(change=0.3, spread=0.2)
    trials = trials[np.random.default_rng(2).random(len(trials)) < 0.8]
    people, photos, position, fooled = arrays(trials)

    trend = estimate_trend(people, photos, position, fooled)

    frame = pd.DataFrame({"person": people, "x": position, "y": fooled.astype(float)})
    within = frame[["x", "y"]] - frame.groupby("person")[["x", "y"]].transform("mean")
    fit = sm.OLS(within["y"].to_numpy(), within["x"].to_numpy()).fit()
    codes = [pd.factorize(values)[0] for values in (people, photos)]
    both, by_person, by_photo = (float(v.squeeze()) for v in cov_cluster_2groups(fit, *codes))
    by_cell = by_person + by_photo - both
    variance = by_cell + max(0, by_person - by_cell) + max(0, by_photo - by_cell)
    dummies = pd.get_dummies(frame["person"], dtype=float).to_numpy()
    full = sm.OLS(frame["y"], np.column_stack([frame["x"], dummies])).fit()
    assert trend.change == pytest.approx(full.params.iloc[0])
    assert trend.change == pytest.approx(fit.params[0])
    assert trend.low is not None
    assert trend.high is not None
    t = 2.0930240544082634  # 97.5 % quantile, 19 degrees of freedom
    assert (trend.high - trend.low) / 2 == pytest.approx(t * variance**0.5)


def test_who_stops_early_cannot_feign_a_trend() -> None:
    """Half the people are fooled often and stop half-way; nobody's own rate moves."""
    rng = np.random.default_rng(3)
    changes = []
    for seed in range(40):
        trials = sessions(20, 30, seed=seed)
        often = trials["participant_id"].isin([f"p{i}" for i in range(10)])
        rates = np.where(often, 0.7, 0.1)
        trials["fooled"] = rng.random(len(trials)) < rates
        people, photos, position, fooled = arrays(trials)
        stays = ~(often & (position > 0.5)).to_numpy()
        trend = estimate_trend(people[stays], photos[stays], position[stays], fooled[stays])
        changes.append(trend.change)

    assert np.mean(changes) == pytest.approx(0, abs=0.03)


def test_intervals_cover_the_truth() -> None:
    """Truth known: people and photos differ, the rate rises by 10 points; nominal 95 %."""
    covered = []
    for seed in range(200):
        trials = sessions(25, 30, change=0.1, spread=0.2, seed=seed)
        trend = estimate_trend(*arrays(trials))
        assert trend.low is not None
        assert trend.high is not None
        covered.append(trend.low <= 0.1 <= trend.high)

    assert 0.92 <= np.mean(covered) <= 0.99


def test_equal_rates_rarely_give_a_trend() -> None:
    p_values = [
        estimate_trend(*arrays(sessions(25, 30, spread=0.2, seed=seed))).p_value
        for seed in range(1000, 1200)
    ]

    assert 0.02 <= np.mean([p is not None and p < 0.05 for p in p_values]) <= 0.08


def test_blocks_are_stretches_of_equal_length() -> None:
    trials = sessions(12, 30, change=0.3)

    (course,) = estimate_time_courses(trials, ["full"], n_blocks=5, level=0.9)

    assert [block.number for block in course.blocks] == [1, 2, 3, 4, 5]
    assert {block.n_trials for block in course.blocks} == {72}
    first = trials[trials["trial_index"] < 16]
    assert course.blocks[0].fool_rate == first["fooled"].mean()
    assert course.blocks[0].interval == fool_rate_interval(
        first["participant_id"], first["photo_id"], first["fooled"].astype(bool), level=0.9
    )
    assert course.blocks[0].median_response_ms == 997.5
    assert course.trend == estimate_trend(*arrays(trials), level=0.9)


def test_unanswered_trials_keep_their_place() -> None:
    trials = sessions(12, 30)
    trials.loc[trials["trial_index"] < 25, "fooled"] = pd.NA

    (course,) = estimate_time_courses(trials, ["full"])

    assert [block.n_trials for block in course.blocks] == [0, 0, 36, 72, 72]
    assert course.blocks[0].fool_rate is None


def test_vigilance_and_practice_trials_have_no_place() -> None:
    trials = sessions(12, 30)
    others = sessions(12, 5).assign(trial_type="vigilance", trial_index=99)

    (course,) = estimate_time_courses(pd.concat([trials, others], ignore_index=True), ["full"])

    assert [course] == estimate_time_courses(trials, ["full"])


@pytest.mark.parametrize(
    ("trials", "reason"),
    [
        (sessions(1, 30), "2 participants"),
        (sessions(10, 30).assign(photo_id="one"), "2 photos"),
        (sessions(10, 30).assign(trial_index=3), "2 participants"),
        (sessions(10, 30).assign(fooled=True), "all equal"),
        (sessions(10, 30).assign(condition="other"), "2 participants"),
    ],
)
def test_where_there_can_be_no_trend_it_is_said_why(trials: pd.DataFrame, reason: str) -> None:
    (course,) = estimate_time_courses(trials.astype({"fooled": "boolean"}), ["full"])

    assert (course.trend.change, course.trend.p_value) == (None, None)
    assert course.trend.warning is not None
    assert reason in course.trend.warning


def test_the_order_of_rows_changes_nothing() -> None:
    trials = sessions(12, 30, change=0.2)

    (course,) = estimate_time_courses(trials, ["full"])
    (shuffled,) = estimate_time_courses(trials.sample(frac=1, random_state=1), ["full"])

    assert shuffled.blocks == course.blocks
    assert shuffled.trend.change == pytest.approx(course.trend.change, rel=1e-12)
    assert shuffled.trend.high == pytest.approx(course.trend.high, rel=1e-12)


def test_time_courses_are_plain_json() -> None:
    documents = [asdict(course) for course in estimate_time_courses(sessions(), ["full", "none"])]

    assert len(json.loads(json.dumps(documents, allow_nan=False))) == 2
