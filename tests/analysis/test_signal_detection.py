import json
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from analysis.signal_detection import criterion, d_prime, detect_people, estimate_detection


def observe(
    sensitivity: float,
    bias: float,
    *,
    n_people: int,
    n_trials: int,
    position: str = "side",
    seed: int = 1,
) -> pd.DataFrame:
    """Answers of ideal observers: P("right") = Phi(+-d'/sqrt 2 - c), + with the fake right."""
    rng = np.random.default_rng(seed)
    shape = (n_people, n_trials)
    is_there, other = rng.random(shape) < 0.5, rng.random(shape) < 0.5
    mean = np.where(is_there, 1, -1) * sensitivity / np.sqrt(2) - bias
    is_chosen = rng.standard_normal(shape) < mean
    people, photos = np.indices(shape)
    if position == "order":
        first, real, chosen = other, is_there ^ other, ~(is_chosen ^ other)
    else:
        first, real, chosen = other, ~is_there, is_chosen
    sides = {
        name: np.where(right, "right", "left").ravel()
        for name, right in (("first_side", first), ("real_side", real), ("chosen_side", chosen))
    }
    return pd.DataFrame(
        {
            "participant_id": [f"p{i:03d}" for i in people.ravel()],
            "photo_id": photos.ravel(),
            "condition": "full",
            **sides,
        }
    )


def counts(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.float64)


def test_d_prime_and_criterion_are_by_the_formula_with_the_log_linear_correction() -> None:
    z = scipy.stats.norm.ppf
    hits, false_alarms = 30.5 / 41, 8.5 / 51

    own = counts(40, 30, 50, 8)

    assert d_prime(own) == pytest.approx((z(hits) - z(false_alarms)) / np.sqrt(2))
    assert criterion(own) == pytest.approx(-(z(hits) + z(false_alarms)) / 2)


def test_without_side_bias_d_prime_follows_from_the_fool_rate() -> None:
    """Macmillan & Creelman: d' = sqrt 2 z(1 - fool rate); the correction fades with many trials."""
    n = 10_000_000

    found = d_prime(counts(n, round(0.68 * n), n, round(0.32 * n)))

    assert found == pytest.approx(np.sqrt(2) * scipy.stats.norm.ppf(0.68), abs=1e-5)
    assert criterion(counts(n, round(0.68 * n), n, round(0.32 * n))) == 0


@pytest.mark.parametrize("own", [(10, 10, 10, 0), (10, 0, 10, 10), (1, 1, 1, 1)])
def test_perfect_answers_stay_finite(own: tuple[int, ...]) -> None:
    assert np.isfinite(d_prime(counts(*own)))
    assert np.isfinite(criterion(counts(*own)))


@pytest.mark.parametrize("position", ["side", "order"])
@pytest.mark.parametrize(("sensitivity", "bias"), [(1.0, 0.0), (0.7, 0.4), (0.0, -0.3)])
def test_an_observer_of_known_truth_is_recovered(
    sensitivity: float, bias: float, position: str
) -> None:
    trials = observe(sensitivity, bias, n_people=100, n_trials=400, position=position)

    detections = {row.position: row for row in estimate_detection(trials, ["full"])}

    own = detections[position]
    assert own.d_prime.value == pytest.approx(sensitivity, abs=0.05)
    assert own.criterion.value == pytest.approx(bias, abs=0.03)
    assert (own.n_trials, own.n_participants) == (40_000, 100)
    # The other way round there is no bias, and some sensitivity is lost to the bias.
    other = detections["order" if position == "side" else "side"]
    assert other.criterion.value == pytest.approx(0, abs=0.03)


def test_a_bias_to_one_side_lowers_the_criterion() -> None:
    trials = observe(1.0, 0.0, n_people=4, n_trials=20).assign(chosen_side="right")

    side, _ = estimate_detection(trials, ["full"])

    assert (side.hit_rate, side.false_alarm_rate) == (1.0, 1.0)
    assert side.criterion.value is not None
    assert side.criterion.value < -1


def test_intervals_cover_the_truth() -> None:
    """Truth known, 20 people alike, 150 studies: nominal 95 %, s.e. 1.8 points."""
    covered = []
    for seed in range(150):
        trials = observe(0.8, 0.2, n_people=20, n_trials=30, seed=seed)
        side, _ = estimate_detection(trials, ["full"])
        for estimate, truth in ((side.d_prime, 0.8), (side.criterion, 0.2)):
            assert estimate.low is not None
            assert estimate.high is not None
            covered.append(estimate.low <= truth <= estimate.high)

    assert 0.91 <= np.mean(covered) <= 0.99


def test_pictures_shown_at_once_have_no_order() -> None:
    trials = observe(1.0, 0.0, n_people=4, n_trials=20).assign(first_side="both")

    side, order = estimate_detection(trials, ["full"])

    assert (order.n_trials, order.n_participants, order.hit_rate) == (0, 0, None)
    assert (order.d_prime.value, order.criterion.value) == (None, None)
    assert side.n_trials == 80


def test_a_condition_without_trials_has_no_estimate() -> None:
    side, order = estimate_detection(observe(1.0, 0.0, n_people=4, n_trials=20), ["none"])

    for row in (side, order):
        assert (row.condition, row.n_trials, row.d_prime.value) == ("none", 0, None)


def test_each_person_has_d_prime_and_criterion_of_their_own() -> None:
    trials = observe(1.0, 0.5, n_people=5, n_trials=50)

    people = detect_people(trials, ["full"])

    assert [person.participant_id for person in people] == [f"p{i:03d}" for i in range(5)]
    first = trials[trials["participant_id"] == "p000"]
    right = first["chosen_side"] == "right"
    fake_right = first["real_side"] == "left"
    own = counts(
        fake_right.sum(),
        (fake_right & right).sum(),
        (~fake_right).sum(),
        (~fake_right & right).sum(),
    )
    assert people[0].d_prime == pytest.approx(d_prime(own))
    assert people[0].criterion == pytest.approx(criterion(own))
    assert people[0].n_trials == 50


def test_who_saw_the_fake_on_one_side_only_has_none() -> None:
    trials = observe(1.0, 0.5, n_people=2, n_trials=10).assign(real_side="left")

    assert [(p.d_prime, p.criterion) for p in detect_people(trials, ["full"])] == [(None, None)] * 2


def test_the_order_of_rows_changes_nothing() -> None:
    trials = observe(1.0, 0.5, n_people=6, n_trials=30)
    shuffled = trials.sample(frac=1, random_state=2)

    assert estimate_detection(shuffled, ["full"]) == estimate_detection(trials, ["full"])
    assert detect_people(shuffled, ["full"]) == detect_people(trials, ["full"])


def test_detections_are_plain_json() -> None:
    trials = observe(1.0, 0.5, n_people=6, n_trials=30)
    rows = [*estimate_detection(trials, ["full", "none"]), *detect_people(trials, ["full"])]
    documents = [asdict(row) for row in rows]

    assert json.loads(json.dumps(documents, allow_nan=False)) == documents
