"""Observers with known truth: a trial table as a study would write it, from a stated model.

Place on the data's path: it stands in for a study and its export; ``trial_table.py`` reads what
``trials_csv`` writes. The truth is what intervals are tested against.

The model: a participant i calls the real photo j fake under condition k with probability
(1 - lapse) logistic(m_k + a_i + b_jk) + lapse/2, a_i ~ N(0, participant_sd^2),
b_jk ~ N(0, photo_sd^2) with correlation photo_correlation between conditions. The intercept m_k is
solved so that the mean over people and photos is the fool rate asked for.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pandas as pd
import scipy.optimize
import scipy.special
from numpy.typing import ArrayLike, NDArray

from analysis.columns import COLUMN_NAMES
from analysis.errors import SimulationError

# Gauss-Hermite nodes: exact to 1e-9 for spreads up to 3 on the logit scale.
N_NODES = 128
LARGEST_LOGIT = 60.0
FIRST_ANSWER = datetime(2026, 1, 1, tzinfo=UTC)
SESSION_APART = timedelta(minutes=20)
TRIAL_SECONDS = 5
MEDIAN_RESPONSE_MS = 900.0
RESPONSE_LOG_SD = 0.4
DISPLAY_MS = 1000.0
FRAME_JITTER_MS = 3.0
FRAME_MS = 1000 / 60
VIGILANCE_CONDITION = "random"
STUDY_ID = "simulated"


@dataclass(frozen=True)
class SimulationSettings:
    """What to simulate; conditions are tested between participants.

    Attributes:
        conditions: name and fool rate of each; the rate is the mean over people and photos.
        n_participants: participants per condition.
        n_photos: size of the pool that each participant's photos are drawn from.
        n_trials: main trials per participant, each on another photo.
        n_vigilance: vigilance trials per participant, none first, none adjacent.
        n_practice: practice trials per participant.
        participant_sd: spread between people, in logits.
        photo_sd: spread between photos, in logits.
        photo_correlation: of a photo's effects under two conditions, in [0, 1].
        lapse: share of careless answers, in [0, 1).
        vigilance_correct: share of vigilance trials that an attentive participant gets right.
    """

    conditions: tuple[tuple[str, float], ...] = (("full", 0.32), ("half", 0.25))
    n_participants: int = 40
    n_photos: int = 200
    n_trials: int = 36
    n_vigilance: int = 4
    n_practice: int = 10
    participant_sd: float = 0.4
    photo_sd: float = 1.0
    photo_correlation: float = 0.5
    lapse: float = 0.0
    vigilance_correct: float = 0.95


def simulate_trials(settings: SimulationSettings, rng: np.random.Generator) -> pd.DataFrame:
    """Simulate a study's trial table, one row per trial, columns as in ``columns.py``.

    Raises:
        SimulationError: no study has such settings; the message names the setting.
    """
    check_settings(settings)
    effects = draw_photo_effects(settings, rng)
    sessions: list[pd.DataFrame] = []
    for k, (condition, rate) in enumerate(settings.conditions):
        spread = float(np.hypot(settings.participant_sd, settings.photo_sd))
        intercept = marginal_intercept(rate, spread, settings.lapse)
        for _ in range(settings.n_participants):
            logit = intercept + settings.participant_sd * rng.standard_normal()
            number = len(sessions) + 1
            sessions.append(_session(settings, condition, number, logit, effects[k], rng))
    return pd.concat(sessions, ignore_index=True)


def check_settings(settings: SimulationSettings) -> None:
    """Refuse settings that no study has.

    Raises:
        SimulationError: one line that names the setting, the value and what is allowed.
    """
    names = [name for name, _ in settings.conditions]
    if not names or len(set(names)) < len(names) or VIGILANCE_CONDITION in names:
        found = ", ".join(names) or "none"
        allowed = f"one or more different names, none of them {VIGILANCE_CONDITION}"
        raise SimulationError(f"conditions: found {found}; allowed: {allowed}")
    for name, rate in settings.conditions:
        low, high = settings.lapse / 2, 1 - settings.lapse / 2
        if not low < rate < high:
            allowed = f"above {low:g} and below {high:g}, with a lapse of {settings.lapse:g}"
            raise SimulationError(f"fool rate of {name}: found {rate:g}; allowed: {allowed}")
    for name, least, most in (
        ("n_participants", 1, None),
        ("n_trials", 1, None),
        ("n_practice", 0, None),
        ("n_vigilance", 0, settings.n_trials),
        ("n_photos", settings.n_trials + settings.n_vigilance, None),
        ("participant_sd", 0, 3),
        ("photo_sd", 0, 3),
        ("photo_correlation", 0, 1),
        ("lapse", 0, 1),
        ("vigilance_correct", 0, 1),
    ):
        value = getattr(settings, name)
        if not least <= value or (most is not None and not value <= most):
            allowed = f"from {least}" + ("" if most is None else f" to {most}")
            raise SimulationError(f"{name}: found {value:g}; allowed: {allowed}")


def marginal_intercept(rate: float, spread: float, lapse: float = 0.0) -> float:
    """Solve for the intercept, in logits, that gives a mean fool rate.

    Finds m with (1 - lapse) E[logistic(m + spread Z)] + lapse/2 = rate, Z standard normal.

    Args:
        rate: mean fool rate over people and photos, a fraction.
        spread: root of the summed variances of people and photos, in logits.
        lapse: share of careless answers, a fraction.
    """

    def excess(intercept: float) -> float:
        return float(mean_fool_rate(intercept, spread, lapse)) - rate

    return float(scipy.optimize.brentq(excess, -LARGEST_LOGIT, LARGEST_LOGIT, xtol=1e-12))


def mean_fool_rate(logit: ArrayLike, spread: float, lapse: float = 0.0) -> NDArray[np.float64]:
    """Average the fool rate over a normal spread of logits by Gauss-Hermite quadrature.

    With the spread between people alone, and a photo's logit, it is the photo's fool rate; the mean
    over a pool of photos is the truth of the target ``these_photos``.

    Args:
        logit: (...,), centres in logits.
        spread: standard deviation around them, in logits.
        lapse: share of careless answers, a fraction.

    Returns:
        (...,), float64, fractions.
    """
    nodes, weights = _normal_nodes()
    logits = np.asarray(logit, dtype=np.float64)[..., np.newaxis] + spread * nodes
    means = scipy.special.expit(logits) @ weights
    return np.asarray((1 - lapse) * means + lapse / 2)


def draw_photo_effects(
    settings: SimulationSettings, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw each photo's effect under each condition, (conditions, photos), in logits."""
    n_conditions = len(settings.conditions)
    shared = rng.standard_normal(settings.n_photos)
    own = rng.standard_normal((n_conditions, settings.n_photos))
    rho = settings.photo_correlation
    return np.asarray(settings.photo_sd * (np.sqrt(rho) * shared + np.sqrt(1 - rho) * own))


def trials_csv(trials: pd.DataFrame) -> bytes:
    """Write a trial table as ``trial_table.py`` reads it: UTF-8, commas, true and false."""
    columns = {name: trials[name] for name in COLUMN_NAMES}
    for name, column in columns.items():
        if pd.api.types.is_bool_dtype(column):
            columns[name] = column.map({True: "true", False: "false"})
    text = pd.DataFrame(columns).to_csv(index=False, lineterminator="\n")
    return text.encode()


@cache
def _normal_nodes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights that average over a standard normal; solving for them takes longest."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(N_NODES)
    return nodes, weights / weights.sum()


def _session(
    settings: SimulationSettings,
    condition: str,
    number: int,
    logit: float,
    photo_effects: NDArray[np.float64],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """One participant's trials: practice, then main trials with vigilance trials between them."""
    kinds = _trial_types(settings, rng)
    n = kinds.size
    photos = _photos(settings, kinds, rng)
    effects = np.where(kinds == "main", photo_effects[photos], 0.0)
    attentive = np.where(
        kinds == "vigilance", 1 - settings.vigilance_correct, scipy.special.expit(logit + effects)
    )
    fooled = rng.random(n) < (1 - settings.lapse) * attentive + settings.lapse / 2
    real_left, first_left = _sides(kinds == "practice", rng)
    conditions = np.where(kinds == "vigilance", VIGILANCE_CONDITION, condition)
    photo_ids = [_photo_id(kind, photo) for kind, photo in zip(kinds, photos, strict=True)]
    shown = np.round(DISPLAY_MS + FRAME_JITTER_MS * rng.standard_normal((2, n)), 1)
    response = MEDIAN_RESPONSE_MS * np.exp(RESPONSE_LOG_SD * rng.standard_normal(n))
    return pd.DataFrame(
        {
            "study_id": STUDY_ID,
            "participant_id": f"person-{number:04d}",
            "study_session_id": f"session-{number:04d}",
            "simulated": True,
            "condition": conditions,
            "block": np.where(kinds == "practice", "practice", "main"),
            "trial_type": kinds,
            "trial_index": np.arange(n),
            "pair_id": [
                f"{name}-{photo}" for name, photo in zip(conditions, photo_ids, strict=True)
            ],
            "photo_id": photo_ids,
            "real_side": _side(real_left),
            "first_side": _side(first_left),
            "chosen_side": _side(real_left == fooled),
            "response_ms": np.round(response, 1),
            "left_shown_ms": shown[0],
            "right_shown_ms": shown[1],
            "exposure_valid": (np.abs(shown - DISPLAY_MS) <= FRAME_MS).all(axis=0),
            "answered_at": _answer_times(number, n),
        }
    )


def _trial_types(settings: SimulationSettings, rng: np.random.Generator) -> NDArray[np.str_]:
    """Put each vigilance trial behind another main trial, so that none is first, none adjacent."""
    behind = set(rng.choice(settings.n_trials, settings.n_vigilance, replace=False).tolist())
    kinds = ["practice"] * settings.n_practice
    for place in range(settings.n_trials):
        kinds += ["main", "vigilance"] if place in behind else ["main"]
    return np.array(kinds)


def _photos(
    settings: SimulationSettings, kinds: NDArray[np.str_], rng: np.random.Generator
) -> NDArray[np.intp]:
    """Numbers of the photos, (trials,): no photo twice; practice has photos of its own."""
    is_practice = kinds == "practice"
    photos = np.empty(kinds.size, dtype=np.intp)
    photos[is_practice] = np.arange(settings.n_practice) % settings.n_photos
    photos[~is_practice] = rng.permutation(settings.n_photos)[: int((~is_practice).sum())]
    return photos


def _photo_id(kind: str, photo: int) -> str:
    return f"{'practice' if kind == 'practice' else 'photo'}-{photo + 1:04d}"


def _sides(
    is_practice: NDArray[np.bool], rng: np.random.Generator
) -> tuple[NDArray[np.bool], NDArray[np.bool]]:
    """Balance the four combinations of side and order within each block; (trials,) bool each."""
    combinations = np.empty(is_practice.size, dtype=np.intp)
    for block in (is_practice, ~is_practice):
        combinations[block] = rng.permutation(np.arange(int(block.sum())) % 4)
    return combinations % 2 == 0, combinations < 2


def _side(left: NDArray[np.bool]) -> NDArray[np.str_]:
    return np.where(left, "left", "right")


def _answer_times(number: int, n: int) -> list[str]:
    start = FIRST_ANSWER + (number - 1) * SESSION_APART
    times = (start + timedelta(seconds=TRIAL_SECONDS * (trial + 1)) for trial in range(n))
    return [time.strftime("%Y-%m-%dT%H:%M:%SZ") for time in times]
