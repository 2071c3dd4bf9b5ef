"""How many people and photos a study needs, by closed form.

Place on the data's path: before any data. ``planning_commands.py`` prints what this module decides,
``planning_simulation.py`` checks it against simulated studies. A goal says what is to be reached;
what a study of given size achieves follows from ``planned_variance.py``. Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import scipy.optimize
import scipy.stats
from numpy.typing import NDArray

from analysis.intervals import Target
from analysis.planned_variance import PlannedVariance, variance_of_difference, variance_of_rate
from analysis.study_assumptions import PlanningError, StudyAssumptions, check_assumptions

INDISTINGUISHABLE = 0.5
FEWEST_PARTICIPANTS = 3
# More people, or photos, than any study has: what they cannot reach cannot be reached.
MOST = 1_000_000
# Rates this near 0 or 1 are not planned for.
EDGE = 1e-4


@dataclass(frozen=True)
class Precision:
    """An interval of one condition's fool rate no wider than wanted, on average.

    Attributes:
        study: what is taken for granted.
        half_width: half of the mean width at most, a fraction.
        level: nominal coverage of the interval, a fraction.
    """

    study: StudyAssumptions
    half_width: float
    level: float = 0.95

    def achieved(self, n_participants: float, n_photos: int, target: Target) -> float:
        """Give the mean half-width, a fraction; infinite where there will be no interval.

        Averages t sqrt(p(1-p)/n + t^2/4n^2) / (1 + t^2/n), the half-width of the interval of
        ``intervals.py``, over the estimated variance; n = N / design effect.
        """
        planned = variance_of_rate(self.study, n_participants, n_photos, target)
        if not planned.is_estimable:
            return float("inf")
        variances, weights = planned.draws()
        n = _effective_size(self.study, n_participants, variances)
        t = _quantile((1 + self.level) / 2, planned)
        rate = self.study.fool_rate
        widths = t * np.sqrt(rate * (1 - rate) / n + t**2 / (4 * n**2)) / (1 + t**2 / n)
        return float(weights @ widths)

    def is_reached(self, value: float) -> bool:
        """Say whether a mean half-width is as small as wanted."""
        return value <= self.half_width


@dataclass(frozen=True)
class DifferenceTest:
    """A difference between two conditions found with the power wanted.

    With more than two conditions each pair is tested at alpha / pairs: Holm's adjustment finds at
    least what this (Bonferroni's) finds.

    Attributes:
        study: what is taken for granted; its fool rate is that of the second condition.
        difference: true fool rate of the first minus that of the second, a fraction.
        power: wanted chance of p < alpha, a fraction.
        alpha: two-sided, for all pairs together.
    """

    study: StudyAssumptions
    difference: float
    power: float = 0.8
    alpha: float = 0.05

    def achieved(self, n_participants: float, n_photos: int, target: Target) -> float:
        """Give the power: P(|d| > t sqrt(v)), d normal, v the estimated variance beside it."""
        planned = variance_of_difference(
            self.study, self.difference, n_participants, n_photos, target
        )
        if not planned.is_estimable:
            return 0.0
        variances, weights = planned.draws()
        bound = _quantile(1 - self.alpha / (2 * self.study.n_pairs), planned) * np.sqrt(variances)
        error = np.sqrt(planned.true)
        above = scipy.stats.norm.sf((bound - self.difference) / error)
        below = scipy.stats.norm.cdf((-bound - self.difference) / error)
        return float(weights @ (above + below))

    def is_reached(self, value: float) -> bool:
        """Say whether a power is as large as wanted."""
        return value >= self.power


@dataclass(frozen=True)
class Equivalence:
    """A fool rate shown to lie within a margin of 50 % with the power wanted.

    Two one-sided tests (Schuirmann 1987): the interval of level 1 - 2 alpha lies inside the margin.

    Attributes:
        study: what is taken for granted; its fool rate is the true one.
        margin: stated beforehand, a fraction: the rate is to be above 0.5 - margin and below
            0.5 + margin.
        power: wanted chance of showing it, a fraction.
        alpha: of each of the two tests.
    """

    study: StudyAssumptions
    margin: float
    power: float = 0.8
    alpha: float = 0.05

    def achieved(self, n_participants: float, n_photos: int, target: Target) -> float:
        """Give the power: P(low > 0.5 - margin and high < 0.5 + margin) of Wilson's limits.

        A limit L is passed where |rate - L| > t sqrt(L(1-L)/n), the score test that Wilson's
        interval inverts.
        """
        planned = variance_of_rate(self.study, n_participants, n_photos, target)
        if not planned.is_estimable:
            return 0.0
        variances, weights = planned.draws()
        n = _effective_size(self.study, n_participants, variances)
        low, high = INDISTINGUISHABLE - self.margin, INDISTINGUISHABLE + self.margin
        reach = _quantile(1 - self.alpha, planned) * np.sqrt(low * high / n)
        error = np.sqrt(planned.true)
        inside = scipy.stats.norm.cdf((high - reach - self.study.fool_rate) / error)
        inside -= scipy.stats.norm.cdf((low + reach - self.study.fool_rate) / error)
        return float(weights @ np.maximum(0.0, inside))

    def is_reached(self, value: float) -> bool:
        """Say whether a power is as large as wanted."""
        return value >= self.power


Goal = Precision | DifferenceTest | Equivalence


def check_goal(goal: Goal) -> None:
    """Refuse a goal that no study can have.

    Raises:
        PlanningError: one line that names the setting, the value and what is allowed.
    """
    check_assumptions(goal.study)
    rate = goal.study.fool_rate
    match goal:
        case Precision():
            _check_between("half-width", goal.half_width, 0, 0.5)
            _check_between("level", goal.level, 0, 1)
        case DifferenceTest():
            if goal.study.n_conditions < 2:
                found = goal.study.n_conditions
                raise PlanningError(f"conditions: found {found}; allowed for a difference: from 2")
            if goal.difference == 0 or not EDGE < rate + goal.difference < 1 - EDGE:
                raise PlanningError(
                    f"difference: found {goal.difference:g}; allowed: other than 0, and the fool"
                    f" rate {rate:g} plus the difference above 0 and below 1"
                )
        case Equivalence():
            _check_between("margin", goal.margin, 0, INDISTINGUISHABLE)
            if abs(rate - INDISTINGUISHABLE) >= goal.margin:
                raise PlanningError(
                    f"fool rate: found {rate:g}; allowed: inside the margin, within"
                    f" {goal.margin:g} of {INDISTINGUISHABLE:g}"
                )
    if not isinstance(goal, Precision):
        _check_between("alpha", goal.alpha, 0, 0.5)
        _check_between("power", goal.power, goal.alpha, 1)


def check_size(study: StudyAssumptions, n_photos: int, n_participants: int | None = None) -> None:
    """Refuse a study in which a person would see a photo twice, or with too few people.

    Raises:
        PlanningError: one line that says what is allowed.
    """
    if not study.n_trials <= n_photos <= MOST:
        raise PlanningError(
            f"photos: found {n_photos}; allowed: from {study.n_trials}, the trials of a"
            f" participant, each on another photo, to {MOST}"
        )
    least = _fewest_people(study)
    if n_participants is not None and not least <= n_participants <= MOST:
        raise PlanningError(
            f"people: found {n_participants}; allowed: from {least} to {MOST}, so that"
            f" {FEWEST_PARTICIPANTS} are analysed"
        )


def people_needed(goal: Goal, n_photos: int, target: Target) -> int | None:
    """Give the fewest people (per condition where between) that reach a goal, or None.

    None means that no number of people does: the photos are too few.
    """
    return _fewest(
        lambda people: goal.is_reached(goal.achieved(people, n_photos, target)),
        _fewest_people(goal.study),
    )


def photos_needed(goal: Goal, target: Target, n_participants: int = MOST) -> int | None:
    """Give the fewest photos with which so many people reach a goal, or None.

    Without a number of people: below it no number of people is enough.
    """
    return _fewest(
        lambda photos: goal.is_reached(goal.achieved(n_participants, photos, target)),
        goal.study.n_trials,
    )


def best_possible(goal: Goal, n_photos: int, target: Target) -> float:
    """Give what a goal tends to with ever more people on the same photos: the floor of a plan."""
    return goal.achieved(MOST, n_photos, target)


def smallest_difference(
    goal: DifferenceTest, n_participants: int, n_photos: int, target: Target
) -> float | None:
    """Give the smallest difference, in the goal's direction, found with its power; None if none."""
    sign = np.sign(goal.difference)
    room = goal.study.fool_rate if sign < 0 else 1 - goal.study.fool_rate

    def excess(size: float) -> float:
        one = replace(goal, difference=float(sign * size))
        return one.achieved(n_participants, n_photos, target) - goal.power

    largest = room - EDGE
    if excess(largest) < 0:
        return None
    return float(scipy.optimize.brentq(excess, EDGE, largest, xtol=1e-6))


def _fewest_people(study: StudyAssumptions) -> int:
    """Invite so many that three stay."""
    return int(np.ceil(FEWEST_PARTICIPANTS / (1 - study.dropout)))


def _fewest(is_enough: Callable[[int], bool], least: int) -> int | None:
    """Find the smallest whole number that is enough, by doubling and halving, or None."""
    if not is_enough(MOST):
        return None
    short, enough = least - 1, least
    while not is_enough(enough):
        short, enough = enough, min(2 * enough, MOST)
    while enough - short > 1:
        middle = (short + enough) // 2
        short, enough = (short, middle) if is_enough(middle) else (middle, enough)
    return enough


def _effective_size(
    study: StudyAssumptions, n_participants: float, variances: NDArray[np.float64]
) -> NDArray[np.float64]:
    """N / max(1, design effect) for each estimated variance."""
    n = n_participants * (1 - study.dropout) * study.trials_per_condition
    binomial = study.fool_rate * (1 - study.fool_rate) / n
    return np.asarray(n / np.maximum(1.0, variances / binomial))


def _quantile(probability: float, planned: PlannedVariance) -> float:
    return float(scipy.stats.t.ppf(probability, planned.interval_df))


def _check_between(name: str, value: float, least: float, most: float) -> None:
    if not least < value < most:
        allowed = f"above {least:g} and below {most:g}"
        raise PlanningError(f"{name}: found {value:g}; allowed: {allowed}")
