"""What a plan takes for granted: rates, spreads, trials, design; and the variances that follow.

Place on the data's path: before any data. ``planning.py`` decides with it, ``planning_simulation``
draws studies from it. The model is that of ``simulate.py``: a response fools with probability
pi = logistic(m + a + b), a ~ N(0, participant_sd^2), b ~ N(0, photo_sd^2), in logits. What counts
for a mean of responses are variances of probabilities; they are found by Gauss-Hermite quadrature.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.errors import AnalysisError
from analysis.simulate import marginal_intercept, mean_fool_rate

Design = Literal["between", "within"]

LARGEST_SD = 3.0
# Outer Gauss-Hermite nodes: 1e-9 against 128 for spreads up to 3 logits.
N_NODES = 96


class PlanningError(AnalysisError):
    """No study can be planned with what was asked for."""

    exit_code = 9


@dataclass(frozen=True)
class StudyAssumptions:
    """A study before it is run.

    Attributes:
        fool_rate: of the condition (of the second one where two are compared), a fraction.
        participant_sd: spread between people, in logits.
        photo_sd: spread between photos, in logits.
        participant_correlation: of a person's effects under two conditions, in [0, 1]; counts in a
            within design only.
        photo_correlation: of a photo's effects under two conditions, in [0, 1].
        n_trials: main trials per participant over all conditions, each on another photo drawn at
            random from the pool.
        n_conditions: tested conditions; all pairs are compared.
        design: ``between``: a participant sees one condition; ``within``: all of them.
        dropout: share of participants who will not be analysed (who leave, or are excluded).
    """

    fool_rate: float = 0.32
    participant_sd: float = 0.4
    photo_sd: float = 1.0
    participant_correlation: float = 0.5
    photo_correlation: float = 0.5
    n_trials: int = 40
    n_conditions: int = 1
    design: Design = "between"
    dropout: float = 0.0

    @property
    def trials_per_condition(self) -> float:
        """Main trials of one participant under one condition that this participant sees."""
        return self.n_trials / (self.n_conditions if self.design == "within" else 1)

    @property
    def n_pairs(self) -> int:
        """Pairs of conditions, each a difference; 1 for a single condition."""
        return max(1, self.n_conditions * (self.n_conditions - 1) // 2)


class Components(NamedTuple):
    """Variance of one response by its sources, in squared fractions; they sum to p(1-p).

    Attributes:
        people: between people, averaged over photos: Var E[pi | a].
        photos: between photos, averaged over people: Var E[pi | b].
        rest: what neither explains, the coin toss of a single response and the interaction.
    """

    people: float
    photos: float
    rest: float

    @property
    def total(self) -> float:
        """p(1-p), the variance of a response of a random person to a random photo."""
        return self.people + self.photos + self.rest


def check_assumptions(study: StudyAssumptions) -> None:
    """Refuse a study that cannot be.

    Raises:
        PlanningError: one line that names the setting, the value and what is allowed.
    """
    if not 0 < study.fool_rate < 1:
        allowed = "above 0 and below 1"
        raise PlanningError(f"fool rate: found {study.fool_rate:g}; allowed: {allowed}")
    for name, value, least, most in (
        ("participant sd", study.participant_sd, 0, LARGEST_SD),
        ("photo sd", study.photo_sd, 0, LARGEST_SD),
        ("participant correlation", study.participant_correlation, 0, 1),
        ("photo correlation", study.photo_correlation, 0, 1),
        ("trials", study.n_trials, 2, np.inf),
        ("conditions", study.n_conditions, 1, np.inf),
    ):
        if not least <= value <= most:
            above = "" if most == np.inf else f" to {most:g}"
            raise PlanningError(f"{name}: found {value:g}; allowed: from {least}{above}")
    if not 0 <= study.dropout < 1:
        allowed = "from 0, below 1"
        raise PlanningError(f"dropout: found {study.dropout:g}; allowed: {allowed}")
    if study.trials_per_condition < 1:
        raise PlanningError(
            f"trials: found {study.n_trials}; allowed within participants: from the number of"
            f" conditions, {study.n_conditions}"
        )


@cache
def variance_components(rate: float, participant_sd: float, photo_sd: float) -> Components:
    """Split the variance of one response into people, photos and the rest.

    Var E[pi | a] = E_a[(E_b logistic(m + a + b))^2] - p^2, and alike for photos, both expectations
    by Gauss-Hermite quadrature; m is solved so that the mean over both is the rate.

    Args:
        rate: mean fool rate p, a fraction.
        participant_sd: in logits.
        photo_sd: in logits.
    """
    people = shared_variance(rate, rate, participant_sd, photo_sd, correlation=1.0)
    photos = shared_variance(rate, rate, photo_sd, participant_sd, correlation=1.0)
    return Components(people, photos, rate * (1 - rate) - people - photos)


@cache
def shared_variance(
    rate_a: float, rate_b: float, sd: float, other_sd: float, *, correlation: float
) -> float:
    """Give the covariance of two conditions' rates over people (or photos), a squared fraction.

    Cov(E[pi_a | u], E[pi_b | v]) with u, v ~ N(0, sd^2) of the given correlation rho: v given u is
    N(rho u, (1 - rho^2) sd^2), so that one quadrature over u is enough.

    Args:
        rate_a: mean fool rate of one condition, a fraction.
        rate_b: mean fool rate of the other.
        sd: spread of the effects that are shared, in logits.
        other_sd: spread of the effects that are averaged over, in logits.
        correlation: rho, in [0, 1].
    """
    nodes, weights = _nodes()
    spread = float(np.hypot(sd, other_sd))
    left_over = float(np.hypot(other_sd, sd * np.sqrt(1 - correlation**2)))
    in_a = mean_fool_rate(marginal_intercept(rate_a, spread) + sd * nodes, other_sd)
    in_b = mean_fool_rate(marginal_intercept(rate_b, spread) + correlation * sd * nodes, left_over)
    return float(weights @ (in_a * in_b)) - rate_a * rate_b


@cache
def _nodes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights that average over a standard normal."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(N_NODES)
    return nodes, weights / weights.sum()
