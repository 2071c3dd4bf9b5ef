"""Bounds for looks at a study while it runs, planned beforehand: O'Brien and Fleming's.

Place on the data's path: before any data; ``sequential.py`` applies the bounds. Looking K times at
p < 0.05 finds something by chance far more often than in 5 % of studies. The bounds here ask for
more at an early look, so that all looks together keep alpha.

The z values of successive looks are jointly normal with Corr(z_j, z_k) = sqrt(t_j / t_k) for
information fractions t_j <= t_k (Jennison & Turnbull 2000, eq. 3.1). The chance of having crossed
is found by the recursion of Armitage, McPherson & Rowe (1969), integrated by composite
Gauss-Legendre. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import numpy as np
import scipy.optimize
import scipy.special
import scipy.stats
from numpy.typing import NDArray

from analysis.study_assumptions import PlanningError

Spending = Literal["obrien-fleming", "lan-demets"]
SPENDINGS: tuple[Spending, ...] = get_args(Spending)

MOST_LOOKS = 50
# One panel of nodes per standard deviation of a step: errors below 1e-9 in alpha.
NODES_PER_PANEL = 8
# No bound is higher: the chance beyond is below 1e-30, and is not worth integrating.
LARGEST_Z = 12.0
# Keeps the solution inside its bracket where it lies on the edge, as with one look.
MARGIN = 1e-6


@dataclass(frozen=True)
class Look:
    """One planned look and what crossing its bound takes.

    Attributes:
        number: from 1.
        fraction: of the information of the last look, in (0, 1].
        z_bound: |z| at least this stops the study.
        nominal_alpha: the same as a two-sided p-value; a repeated interval has 1 - this as its
            level.
        spent_alpha: chance, without any effect, to have stopped by this look.
    """

    number: int
    fraction: float
    z_bound: float
    nominal_alpha: float
    spent_alpha: float


def equal_fractions(n_looks: int) -> tuple[float, ...]:
    """Give the information fractions of looks after equal numbers of people: 1/K, 2/K ... 1."""
    return tuple(look / n_looks for look in range(1, n_looks + 1))


def plan_looks(
    fractions: Sequence[float], *, alpha: float = 0.05, spending: Spending = "obrien-fleming"
) -> list[Look]:
    """Give the bound of each look.

    * ``obrien-fleming``: z_k = C / sqrt(t_k), C solved so that all looks spend alpha (O'Brien &
      Fleming 1979);
    * ``lan-demets``: by look k the share 4 (1 - Phi(z_{1-alpha/4} / sqrt(t_k))) is spent, whatever
      other looks there will be (Lan & DeMets 1983): the number and times of looks may change.

    Args:
        fractions: (K,), increasing, the last 1.
        alpha: two-sided, for all looks together.
        spending: which of the two.

    Raises:
        PlanningError: fractions, alpha or spending are none that can be planned.
    """
    _check(fractions, alpha, spending)
    z_bounds = _bounds(tuple(fractions), alpha, spending)
    spent = np.cumsum(crossing_chances(fractions, z_bounds))
    return [
        Look(
            number=number,
            fraction=fraction,
            z_bound=z_bound,
            nominal_alpha=2 * float(scipy.stats.norm.sf(z_bound)),
            spent_alpha=float(by_now),
        )
        for number, (fraction, z_bound, by_now) in enumerate(
            zip(fractions, z_bounds, spent, strict=True), start=1
        )
    ]


def crossing_chances(
    fractions: Sequence[float], z_bounds: Sequence[float], drift: float = 0.0
) -> list[float]:
    """Give the chance to cross for the first time at each look.

    Args:
        fractions: (K,), increasing information fractions.
        z_bounds: (K,), bounds of |z|.
        drift: expected z at fraction 1; 0 where there is no effect.
    """
    chances = []
    walk = _Walk.start(fractions)
    for fraction, z_bound in zip(fractions, z_bounds, strict=True):
        chances.append(walk.crossing(fraction, z_bound, drift))
        walk = walk.step(fraction, z_bound, drift)
    return chances


def information_inflation(looks: Sequence[Look], power: float = 0.8) -> float:
    """Give how many times the information of a single look the last look needs for its power.

    (drift / (z_alpha/2 + z_beta))^2 with the drift at which the looks have the power (Jennison &
    Turnbull 2000, section 2.3). Photos apart, information grows with the number of people.

    Args:
        looks: from ``plan_looks``.
        power: chance to cross the bound on the right side, or the wrong one, a fraction.

    Raises:
        PlanningError: the power is not between alpha and 1.
    """
    alpha = looks[-1].spent_alpha
    if not alpha < power < 1:
        allowed = f"above alpha, {alpha:.3g}, and below 1"
        raise PlanningError(f"power: found {power:g}; allowed: {allowed}")
    fractions = [look.fraction for look in looks]
    z_bounds = [look.z_bound for look in looks]

    def excess(drift: float) -> float:
        return sum(crossing_chances(fractions, z_bounds, drift)) - power

    drift = float(scipy.optimize.brentq(excess, 0.0, LARGEST_Z, xtol=1e-9))
    single = float(scipy.stats.norm.isf(alpha / 2) + scipy.stats.norm.ppf(power))
    return (drift / single) ** 2


@dataclass(frozen=True)
class _Walk:
    """Where a study that has not stopped may stand, on the scale z sqrt(t).

    Attributes:
        finest: standard deviation of the smallest step between looks; nodes resolve it.
        fraction: information fraction of the last look.
        places: (n,), nodes.
        masses: (n,), density times quadrature weight at each node.
    """

    finest: float
    fraction: float
    places: NDArray[np.float64]
    masses: NDArray[np.float64]

    @classmethod
    def start(cls, fractions: Sequence[float]) -> "_Walk":
        """Stand at 0 before any data."""
        finest = float(np.sqrt(np.diff([0.0, *fractions]).min()))
        return cls(finest, 0.0, np.zeros(1), np.ones(1))

    def crossing(self, fraction: float, z_bound: float, drift: float) -> float:
        """Give the chance that the next look crosses its bound, on either side."""
        middles, step = self._move(fraction, drift)
        limit = min(z_bound, LARGEST_Z) * np.sqrt(fraction)
        beyond = scipy.special.ndtr((middles - limit) / step)
        beyond += scipy.special.ndtr((-limit - middles) / step)
        return float(self.masses @ beyond)

    def step(self, fraction: float, z_bound: float, drift: float) -> "_Walk":
        """Go on to the next look inside its bound."""
        middles, step = self._move(fraction, drift)
        limit = min(z_bound, LARGEST_Z) * float(np.sqrt(fraction))
        places, weights = _panels(limit, int(np.ceil(2 * limit / self.finest)))
        steps = (places[:, np.newaxis] - middles) / step
        densities = np.exp(-(steps**2) / 2) / (step * np.sqrt(2 * np.pi))
        return _Walk(self.finest, fraction, places, weights * (densities @ self.masses))

    def _move(self, fraction: float, drift: float) -> tuple[NDArray[np.float64], float]:
        """Mean (n,) and standard deviation of where the next look may stand."""
        gained = fraction - self.fraction
        return self.places + drift * gained, float(np.sqrt(gained))


@cache
def _bounds(fractions: tuple[float, ...], alpha: float, spending: Spending) -> tuple[float, ...]:
    if spending == "obrien-fleming":
        roots = np.sqrt(fractions)

        def excess(constant: float) -> float:
            return sum(crossing_chances(fractions, list(constant / roots))) - alpha

        # Between no correction for looks and Bonferroni's.
        least = float(scipy.stats.norm.isf(alpha / 2)) - MARGIN
        most = float(scipy.stats.norm.isf(alpha / (2 * len(fractions)))) + MARGIN
        constant = scipy.optimize.brentq(excess, least, most, xtol=1e-10)
        return tuple(float(constant / root) for root in roots)
    return _spending_bounds(fractions, alpha)


def _spending_bounds(fractions: tuple[float, ...], alpha: float) -> tuple[float, ...]:
    """Solve for one bound after the other, each so that it spends what it may."""
    quantile = scipy.stats.norm.isf(alpha / 4)
    allowed = 4 * scipy.stats.norm.sf(quantile / np.sqrt(fractions))
    z_bounds: list[float] = []
    walk, spent = _Walk.start(fractions), 0.0
    for fraction, by_now in zip(fractions, allowed, strict=True):
        z_bound = _bound_that_spends(walk, fraction, by_now - spent)
        z_bounds.append(z_bound)
        spent += walk.crossing(fraction, z_bound, 0.0)
        walk = walk.step(fraction, z_bound, 0.0)
    return tuple(z_bounds)


def _bound_that_spends(walk: _Walk, fraction: float, chance: float) -> float:
    """Find the bound that is crossed with a chance; the largest where the chance is next to 0."""

    def excess(z_bound: float) -> float:
        return walk.crossing(fraction, z_bound, 0.0) - chance

    if excess(LARGEST_Z) >= 0:
        return LARGEST_Z
    return float(scipy.optimize.brentq(excess, 0.0, LARGEST_Z, xtol=1e-10))


def _panels(limit: float, n_panels: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights, (n,) each, that integrate from -limit to limit in equal panels."""
    nodes, weights = _legendre()
    half = limit / n_panels
    centres = half * (2 * np.arange(n_panels) + 1 - n_panels)
    return (centres[:, np.newaxis] + half * nodes).ravel(), np.tile(half * weights, n_panels)


@cache
def _legendre() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.polynomial.legendre.leggauss(NODES_PER_PANEL)


def _check(fractions: Sequence[float], alpha: float, spending: Spending) -> None:
    if not 1 <= len(fractions) <= MOST_LOOKS:
        raise PlanningError(f"looks: found {len(fractions)}; allowed: from 1 to {MOST_LOOKS}")
    if not (np.diff([0.0, *fractions]) > 0).all() or fractions[-1] != 1:
        found = ", ".join(f"{fraction:g}" for fraction in fractions)
        raise PlanningError(
            f"fractions: found {found}; allowed: increasing, above 0, the last one 1"
        )
    if not 0 < alpha < 1:
        raise PlanningError(f"alpha: found {alpha:g}; allowed: above 0 and below 1")
    if spending not in SPENDINGS:
        allowed = ", ".join(SPENDINGS)
        raise PlanningError(f"spending: found {spending}; allowed: {allowed}")
