"""Simulated observers with known truth. Pure: chance comes in as ``random.Random``.

The model: an observer i takes the fake of photo j for the real one with probability
``logistic(m_c + u_i + v_j)``, where u and v are normal with the standard deviations ``spread`` and
``photo_spread``, and the middle m_c is such that the mean over people and photos is the fool rate
of condition c. A side bias shifts the answer's logit towards left, an order bias towards the image
shown first; a lapse replaces it by a coin.
"""

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from study_app.errors import SimulationError
from study_app.protocol import OTHER_SIDE, FirstSide, Side, TrialType

# The normal density is summed over plus and minus 8 standard deviations in steps of a tenth.
QUADRATURE_REACH = 8.0
QUADRATURE_STEP = 0.1
WIDEST_LOGIT = 60.0
BISECTIONS = 80

CONTROL_FOOL_RATE = 0.5
TYPICAL_RESPONSE_MS = 900.0
SPEED_SPREAD = 0.25
RESPONSE_SPREAD = 0.45
SHORTEST_RESPONSE_MS = 150.0
FRAME_INTERVAL_MS = 1000 / 60
DROPPED_FRAME_RATE = 0.003
INPUT_SHARES = {"keyboard": 0.6, "mouse": 0.3, "touch": 0.1}


@dataclass(frozen=True)
class ObserverSettings:
    """How simulated observers answer.

    Attributes:
        fool_rate: mean fool rate of conditions that have none of their own, in (0, 1).
        fool_rates: mean fool rate of single conditions.
        spread: standard deviation of people, in logits.
        photo_spread: standard deviation of photos, in logits.
        vigilance_accuracy: how often a vigilance trial's fake is found, in [0, 1].
        side_bias: logits towards the left side.
        order_bias: logits towards the image shown first; nothing where both are shown at once.
        lapse_rate: how often the answer is a coin toss, in [0, 1].
    """

    fool_rate: float = 0.32
    fool_rates: Mapping[str, float] | None = None
    spread: float = 0.4
    photo_spread: float = 0.5
    vigilance_accuracy: float = 0.95
    side_bias: float = 0.0
    order_bias: float = 0.0
    lapse_rate: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no rate."""
        for rate in (self.fool_rate, *(self.fool_rates or {}).values()):
            if not 0 < rate < 1:
                raise SimulationError(f"a fool rate of {rate} is not between 0 and 1")
        for name in ("vigilance_accuracy", "lapse_rate"):
            if not 0 <= getattr(self, name) <= 1:
                raise SimulationError(f"{name} = {getattr(self, name)} is not from 0 to 1")
        for name in ("spread", "photo_spread"):
            if not 0 <= getattr(self, name) < math.inf:
                raise SimulationError(f"{name} = {getattr(self, name)} is negative or infinite")
        for name in ("side_bias", "order_bias"):
            if not math.isfinite(getattr(self, name)):
                raise SimulationError(f"{name} = {getattr(self, name)} is not finite")


@dataclass(frozen=True)
class TrialTruth:
    """What a simulated observer must know of a trial to be fooled at a known rate."""

    trial_type: TrialType
    condition: str
    photo_id: str
    real_side: Side
    first_side: FirstSide = "both"


class Observer:
    """One simulated observer: a person's own tendency, speed and chance."""

    def __init__(
        self,
        settings: ObserverSettings,
        middle_of: Callable[[str], float],
        photo_effect: Callable[[str], float],
        rng: random.Random,
    ) -> None:
        """Draw a person.

        Args:
            settings: of all observers.
            middle_of: a condition's middle logit, from ``middle_logit``.
            photo_effect: a photo's effect in logits, the same for all observers.
            rng: the person's own chance.
        """
        self._settings = settings
        self._middle_of = middle_of
        self._photo_effect = photo_effect
        self._rng = rng
        self._tendency = rng.gauss(0, settings.spread)
        self._speed = rng.gauss(math.log(TYPICAL_RESPONSE_MS), SPEED_SPREAD)
        self.input = rng.choices(list(INPUT_SHARES), list(INPUT_SHARES.values()))[0]

    def choose(self, truth: TrialTruth) -> Side:
        """Give the side called fake."""
        if self._rng.random() < self._settings.lapse_rate:
            return "left" if self._rng.random() < 0.5 else "right"
        fooled = self._fooled_logit(truth)
        towards_left = fooled if truth.real_side == "left" else -fooled
        p_left = logistic(towards_left + self._settings.side_bias + self._order_logit(truth))
        return "left" if self._rng.random() < p_left else OTHER_SIDE["left"]

    def response_ms(self) -> float:
        """Draw a plausible response time."""
        drawn = math.exp(self._rng.gauss(self._speed, RESPONSE_SPREAD))
        return round(SHORTEST_RESPONSE_MS + drawn, 1)

    def n_dropped_frames(self) -> int:
        """Draw how many frames an exposure lost: hardly ever one."""
        return int(self._rng.random() < DROPPED_FRAME_RATE)

    def _order_logit(self, truth: TrialTruth) -> float:
        """Give what the order adds towards left."""
        if truth.first_side == "both":
            return 0.0
        bias = self._settings.order_bias
        return bias if truth.first_side == "left" else -bias

    def _fooled_logit(self, truth: TrialTruth) -> float:
        if truth.trial_type == "vigilance":
            return -logit(self._settings.vigilance_accuracy)
        if truth.trial_type == "control":
            return logit(CONTROL_FOOL_RATE)
        return (
            self._middle_of(truth.condition) + self._tendency + self._photo_effect(truth.photo_id)
        )


def middle_logit(mean_rate: float, sd: float) -> float:
    """Solve for m with E[logistic(m + sd z)] = mean_rate, z standard normal, by bisection."""
    low, high = -WIDEST_LOGIT, WIDEST_LOGIT
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if _mean_logistic(middle, sd) < mean_rate else (low, middle)
    return (low + high) / 2


def logistic(x: float) -> float:
    """Give 1 / (1 + exp(-x)) without overflow."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))


def logit(p: float) -> float:
    """Give log(p / (1 - p)), cut at plus and minus ``WIDEST_LOGIT``."""
    if p <= 0 or p >= 1:
        return math.copysign(WIDEST_LOGIT, p - 0.5)
    return math.log(p / (1 - p))


def _mean_logistic(middle: float, sd: float) -> float:
    n_steps = round(2 * QUADRATURE_REACH / QUADRATURE_STEP)
    points = [-QUADRATURE_REACH + i * QUADRATURE_STEP for i in range(n_steps + 1)]
    weights = [math.exp(-z * z / 2) for z in points]
    total = sum(w * logistic(middle + sd * z) for z, w in zip(points, weights, strict=True))
    return total / sum(weights)
