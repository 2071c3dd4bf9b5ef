"""The analysis finds again what simulated observers were made with, beyond their fool rates.

Plans and observers are those of ``study-app simulate`` (its way through the pages has tests of its
own); the truths they are held against are integrated here, by Gauss-Hermite quadrature.
"""

import itertools
import random

import numpy as np
import pandas as pd
import pytest
import scipy.optimize
import scipy.special

from analysis.agreement import variance_shares
from analysis.data_quality import describe
from analysis.exclusions import screen
from analysis.signal_detection import estimate_detection
from study_app.observers import Observer, ObserverSettings, TrialTruth, middle_logit
from study_app.plan import plan_trials
from study_app.protocol import PlannablePair, PlanSettings

N_PEOPLE = 1_500
N_PHOTOS = 120
FOOL_RATE = 0.32
PLAN = PlanSettings(
    ("full",), vigilance="random", control="real", n_practice=0, n_main=40, n_vigilance=4,
    n_control=4,
)  # fmt: skip
PAIRS = [
    PlannablePair(f"{condition}-{number}", f"photo-{number}", condition)
    for condition in ("full", "random", "real")
    for number in range(N_PHOTOS)
]
LEVEL = 0.999


def trial_table(**observers: float) -> pd.DataFrame:
    """Trials of ``N_PEOPLE`` observers; ten of them share each plan."""
    settings = ObserverSettings(fool_rate=FOOL_RATE, vigilance_accuracy=1.0, **observers)
    sd = float(np.hypot(settings.spread, settings.photo_spread))
    middle = middle_logit(FOOL_RATE, sd)
    rng = random.Random(2016)
    effects = {f"photo-{n}": rng.gauss(0, settings.photo_spread) for n in range(N_PHOTOS)}
    plans = [plan_trials(PAIRS, PLAN, seed) for seed in range(N_PEOPLE // 10)]
    rows = []
    for number, plan in zip(range(N_PEOPLE), itertools.cycle(plans), strict=False):
        person = Observer(settings, lambda _: middle, effects.__getitem__, rng)
        for trial in plan:
            truth = TrialTruth(
                trial.trial_type, trial.condition, trial.photo_id, trial.real_side, trial.first_side
            )
            rows.append((f"p{number:04}", trial, person.choose(truth), person.response_ms()))
    return as_table(rows)


def as_table(rows) -> pd.DataFrame:
    columns = ("trial_type", "condition", "photo_id", "real_side", "first_side", "block")
    table = pd.DataFrame(
        [
            {"participant_id": who, "chosen_side": chosen, "response_ms": ms}
            | {column: getattr(trial, column) for column in columns}
            for who, trial, chosen, ms in rows
        ]
    )
    table["fooled"] = (table["chosen_side"] == table["real_side"]).astype("boolean")
    shown = {"left_shown_ms": 1000.0, "right_shown_ms": 1000.0, "simulated": False}
    valid = pd.array([True] * len(table), dtype="boolean")
    return table.assign(**shown, exposure_valid=valid)


def mean_rate(shift: float, sd: float) -> float:
    """E[logistic(m + shift + sd z)] with m such that shift 0 gives ``FOOL_RATE``."""
    points, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    middle = scipy.optimize.brentq(
        lambda m: weights @ scipy.special.expit(m + sd * points) - FOOL_RATE, -10, 10
    )
    return float(weights @ scipy.special.expit(middle + shift + sd * points))


def quality(trials: pd.DataFrame):
    return describe(trials, screen(trials), pass_share=0.75, level=LEVEL)


def holds(share, truth: float) -> bool:
    return share.interval.low <= truth <= share.interval.high


@pytest.fixture(scope="module")
def biased() -> pd.DataFrame:
    return trial_table(side_bias=0.6, order_bias=-0.4, spread=0.4, photo_spread=0.0)


def expected_share(side: float, order: float, spread: float) -> float:
    """How often an answer goes the way of ``side`` where real side and order are balanced."""
    shifts = [side + order, side - order]
    return float(np.mean([[mean_rate(s, spread), 1 - mean_rate(-s, spread)] for s in shifts]))


def test_side_and_order_bias_are_found_again(biased):
    found = quality(biased)

    assert holds(found.called_left_fake, expected_share(0.6, 0.4, 0.4))
    assert holds(found.called_first_fake, expected_share(-0.4, 0.6, 0.4))
    assert not holds(found.called_left_fake, 0.5)
    assert not holds(found.called_first_fake, 0.5)


def test_a_bias_is_in_the_criterion_of_its_own_position_only():
    """Side bias alone: hits and false alarms for "right" are integrals; order stays neutral."""
    trials = trial_table(side_bias=0.6, spread=0.4, photo_spread=0.0)

    main = trials[trials["trial_type"] == "main"]
    by_side, by_order = estimate_detection(main, ["full"], level=LEVEL)

    hit, false_alarm = 1 - mean_rate(0.6, 0.4), mean_rate(-0.6, 0.4)
    z_hit, z_false = scipy.special.ndtri([hit, false_alarm])
    assert by_side.criterion.low <= -(z_hit + z_false) / 2 <= by_side.criterion.high
    assert by_side.criterion.low > 0
    assert by_side.d_prime.low <= (z_hit - z_false) / np.sqrt(2) <= by_side.d_prime.high
    assert by_order.criterion.low <= 0 <= by_order.criterion.high


def test_lapses_are_what_vigilance_trials_miss():
    found = quality(trial_table(lapse_rate=0.2, spread=0.4, photo_spread=0.0)).vigilance

    n = N_PEOPLE * PLAN.n_vigilance
    assert found.n_trials == n
    assert found.correct == pytest.approx(0.9, abs=4 * np.sqrt(0.9 * 0.1 / n))


def test_control_trials_stay_at_half_without_a_bias():
    assert holds(quality(trial_table()).control, 0.5)


@pytest.mark.parametrize(("spread", "photo_spread"), [(1.0, 0.5), (0.3, 1.0)])
def test_the_spreads_of_people_and_photos_are_found_again(spread, photo_spread):
    trials = trial_table(spread=spread, photo_spread=photo_spread)
    main = trials[trials["trial_type"] == "main"]

    found = variance_shares(main["participant_id"], main["photo_id"], main["fooled"])

    people, photos = variance_of_rates(spread, photo_spread)
    # 120 photos know their own variance to about 13 per cent, 1,500 people theirs to 4 to 8
    assert found.participant == pytest.approx(people, rel=0.2)
    assert found.photo == pytest.approx(photos, rel=0.4)


def variance_of_rates(spread: float, photo_spread: float) -> tuple[float, float]:
    """Var of E[y | person] and of E[y | photo] as shares of m (1 - m)."""
    points, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    middle = middle_logit(FOOL_RATE, float(np.hypot(spread, photo_spread)))
    rates = scipy.special.expit(middle + spread * points[:, None] + photo_spread * points)
    total = FOOL_RATE * (1 - FOOL_RATE)
    of_people, of_photos = rates @ weights, weights @ rates
    return tuple(float(weights @ (of - FOOL_RATE) ** 2 / total) for of in (of_people, of_photos))
