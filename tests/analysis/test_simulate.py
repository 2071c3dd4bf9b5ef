import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.integrate
import scipy.special
import scipy.stats

from analysis.columns import COLUMN_NAMES
from analysis.errors import SimulationError
from analysis.simulate import (
    SimulationSettings,
    draw_photo_effects,
    marginal_intercept,
    mean_fool_rate,
    simulate_trials,
    trials_csv,
)
from analysis.trial_table import derive_fooled, read_trials

SETTINGS = SimulationSettings(n_participants=8, n_photos=60)


@pytest.fixture
def trials() -> pd.DataFrame:
    return simulate_trials(SETTINGS, np.random.default_rng(1))


@pytest.mark.parametrize("spread", [0.0, 0.4, 1.0, 3.0])
@pytest.mark.parametrize("logit", [-2.0, 0.0, 1.5])
def test_the_mean_over_a_normal_spread_is_the_integral(logit: float, spread: float) -> None:
    """Oracle: scipy's adaptive quadrature of the logistic-normal integral."""
    expected, _ = scipy.integrate.quad(
        lambda z: scipy.special.expit(logit + spread * z) * scipy.stats.norm.pdf(z), -12, 12
    )

    assert mean_fool_rate(logit, spread) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("rate", [0.02, 0.32, 0.5, 0.9])
@pytest.mark.parametrize("lapse", [0.0, 0.03])
def test_the_intercept_gives_the_rate_that_was_asked_for(rate: float, lapse: float) -> None:
    intercept = marginal_intercept(rate, 1.2, lapse)

    assert mean_fool_rate(intercept, 1.2, lapse) == pytest.approx(rate, abs=1e-9)


def test_without_spread_the_intercept_is_the_logit() -> None:
    assert marginal_intercept(0.32, 0.0) == pytest.approx(scipy.special.logit(0.32))


def test_many_trials_come_near_the_true_rates() -> None:
    """400 people, 2,000 photos: s.e. about 0.75 point from people, photos and trials together."""
    settings = SimulationSettings(
        conditions=(("full", 0.4),), n_participants=400, n_photos=2000, lapse=0.1
    )
    trials = simulate_trials(settings, np.random.default_rng(3))
    fooled = derive_fooled(trials)

    shares = fooled.groupby(trials["trial_type"]).mean()

    assert shares["main"] == pytest.approx(0.4, abs=0.0225)
    # 0.9 x 5 % attentive errors and half of 10 % lapses; 1,600 trials, s.e. 0.73 point.
    assert shares["vigilance"] == pytest.approx(0.9 * 0.05 + 0.05, abs=0.0225)


def test_people_and_photos_spread_as_asked_for() -> None:
    """Simulated logits are recovered as variances of rates on a small-spread, linear model."""
    settings = SimulationSettings(photo_sd=1.5, n_photos=20_000, photo_correlation=0.3)

    effects = draw_photo_effects(settings, np.random.default_rng(4))

    assert effects.shape == (2, 20_000)
    assert effects.std(axis=1) == pytest.approx([1.5, 1.5], rel=0.02)
    assert np.corrcoef(effects)[0, 1] == pytest.approx(0.3, abs=0.03)


def test_the_table_keeps_the_contract(trials: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "trials.csv"
    path.write_bytes(trials_csv(trials))

    read = read_trials(path).trials

    assert list(trials.columns) == list(COLUMN_NAMES)
    assert len(read) == 16 * 50
    assert read["simulated"].all()
    assert read["trial_type"].value_counts().to_dict() == {
        "main": 16 * 36,
        "practice": 16 * 10,
        "vigilance": 16 * 4,
    }


def test_no_photo_stands_twice_in_a_study_session(trials: pd.DataFrame) -> None:
    assert not trials.duplicated(["study_session_id", "photo_id"]).any()


def test_sides_and_order_are_balanced_in_each_session(trials: pd.DataFrame) -> None:
    main = trials[trials["block"] == "main"]

    counts = main.groupby(["study_session_id", "real_side", "first_side"]).size()

    assert set(counts) == {10}


def test_no_vigilance_trial_is_first_or_beside_another(trials: pd.DataFrame) -> None:
    main = trials[trials["block"] == "main"]
    for _, session in main.groupby("study_session_id"):
        is_vigilance = (session["trial_type"] == "vigilance").to_numpy()
        assert is_vigilance.sum() == 4
        assert not is_vigilance[0]
        assert not (is_vigilance[1:] & is_vigilance[:-1]).any()


def test_equal_seeds_give_equal_tables() -> None:
    tables = [
        trials_csv(simulate_trials(SETTINGS, np.random.default_rng(seed))) for seed in (5, 5, 6)
    ]

    assert tables[0] == tables[1]
    assert tables[0] != tables[2]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"conditions": ()}, "conditions: found none"),
        ({"conditions": (("a", 0.3), ("a", 0.3))}, "conditions: found a, a; allowed: one or more"),
        ({"conditions": (("random", 0.3),)}, "none of them random"),
        ({"conditions": (("a", 0.0),)}, "fool rate of a: found 0; allowed: above 0 and below 1"),
        ({"conditions": (("a", 0.04),), "lapse": 0.1}, "allowed: above 0.05 and below 0.95"),
        ({"conditions": (("a", float("nan")),)}, "fool rate of a: found nan"),
        ({"n_participants": 0}, "n_participants: found 0; allowed: from 1"),
        ({"n_photos": 39}, "n_photos: found 39; allowed: from 40"),
        ({"n_vigilance": 37}, "n_vigilance: found 37; allowed: from 0 to 36"),
        ({"participant_sd": -1.0}, "participant_sd: found -1; allowed: from 0 to 3"),
        ({"photo_correlation": 1.1}, "photo_correlation: found 1.1; allowed: from 0 to 1"),
        ({"vigilance_correct": float("nan")}, "vigilance_correct: found nan"),
    ],
)
def test_settings_that_no_study_has_are_refused(changes: dict[str, object], message: str) -> None:
    settings = dataclasses.replace(SETTINGS, **changes)  # type: ignore[arg-type]

    with pytest.raises(SimulationError, match=message):
        simulate_trials(settings, np.random.default_rng(1))
