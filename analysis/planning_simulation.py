"""Check a plan by simulation: draw studies, analyse them, count how often the goal is reached.

Place on the data's path: ``planning_commands.py`` calls it for ``--check``. Responses are drawn
from the model of ``simulate.py`` and go through the very functions that will analyse the study,
``intervals.fool_rate_interval`` and ``comparisons.difference_of_fool_rates``; a difference on these
photos, which the analysis does not report, is tested here with its photos' term left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.optimize
import scipy.special
import scipy.stats
from numpy.typing import NDArray

from analysis.comparisons import difference_of_fool_rates
from analysis.condition_sums import sum_conditions
from analysis.crossed_responses import code_responses
from analysis.intervals import Target, fool_rate_interval
from analysis.planning import INDISTINGUISHABLE, DifferenceTest, Equivalence, Goal, Precision
from analysis.simulate import marginal_intercept, mean_fool_rate
from analysis.study_assumptions import StudyAssumptions

FEWEST_ANALYSED = 3
FIRST, SECOND = 0, 1
FIRST_STEP = 0.1
LOGIT_TOL = 1e-4


class Responses(NamedTuple):
    """Responses of one simulated study, all conditions.

    Attributes:
        participant: (N,), int.
        photo: (N,), int.
        condition: (N,), int from 0.
        fooled: (N,), bool.
    """

    participant: NDArray[np.intp]
    photo: NDArray[np.intp]
    condition: NDArray[np.intp]
    fooled: NDArray[np.bool]


@dataclass(frozen=True)
class Check:
    """What simulated studies achieved, beside the closed form.

    Attributes:
        n_participants: invited, per condition where between.
        n_photos: in the pool.
        target: what the interval generalises to.
        closed_form: half-width or power by ``planning.py``, a fraction.
        simulated: mean over the studies, a fraction.
        standard_error: Monte Carlo error of that mean, a fraction.
        n_studies: how many were simulated.
    """

    n_participants: int
    n_photos: int
    target: Target
    closed_form: float
    simulated: float
    standard_error: float
    n_studies: int


def check_by_simulation(
    goal: Goal,
    n_participants: int,
    n_photos: int,
    target: Target,
    results: list[float],
) -> Check:
    """Put the results of simulated studies beside the closed form.

    Args:
        goal: what the plan is for.
        n_participants: invited, per condition where between.
        n_photos: in the pool.
        target: what the interval generalises to.
        results: from ``simulated_results``, two or more.
    """
    return Check(
        n_participants,
        n_photos,
        target,
        goal.achieved(n_participants, n_photos, target),
        float(np.mean(results)),
        float(np.std(results, ddof=1) / np.sqrt(len(results))),
        len(results),
    )


def simulated_results(
    goal: Goal,
    n_participants: int,
    n_photos: int,
    target: Target,
    rng: np.random.Generator,
) -> Iterator[float]:
    """Give, study after study without end, the half-width, or 1 where the goal's test succeeds."""
    rates = [goal.study.fool_rate] * goal.study.n_conditions
    if isinstance(goal, DifferenceTest):
        rates[FIRST] += goal.difference
    while True:
        responses = draw_study(goal.study, rates, n_participants, n_photos, target, rng)
        yield _result(goal, responses, target)


def draw_study(
    study: StudyAssumptions,
    rates: list[float],
    n_participants: int,
    n_photos: int,
    target: Target,
    rng: np.random.Generator,
) -> Responses:
    """Simulate the responses that a study would analyse.

    Args:
        study: spreads, correlations, trials, design, dropout.
        rates: true fool rate of each condition: over all people and photos, or, where the target is
            ``these_photos``, over all people on the photos drawn.
        n_participants: invited, per condition where between; each stays with chance 1 - dropout.
        n_photos: in the pool.
        target: whose truth the rates are.
        rng: chance.
    """
    photo_effects = study.photo_sd * _correlated(len(rates), n_photos, study.photo_correlation, rng)
    intercepts = _intercepts(study, rates, photo_effects, target)
    n_people, condition_of = _assignment(study, len(rates), n_participants, rng)
    person_effects = study.participant_sd * _correlated(
        len(rates), n_people, study.participant_correlation, rng
    )
    participant = np.repeat(np.arange(n_people), study.n_trials)
    photo = _photos_shown(n_people, n_photos, study.n_trials, rng).ravel()
    condition = condition_of.ravel()
    logits = intercepts[condition] + person_effects[condition, participant]
    logits = logits + photo_effects[condition, photo]
    fooled = rng.random(participant.size) < scipy.special.expit(logits)
    return Responses(participant, photo, condition, fooled)


def _assignment(
    study: StudyAssumptions, n_conditions: int, n_participants: int, rng: np.random.Generator
) -> tuple[int, NDArray[np.intp]]:
    """Give who is left and the condition of each of their trials, (people, trials)."""
    if study.design == "within":
        n_people = _stayers(study, n_participants, rng)
        conditions = np.arange(study.n_trials) % n_conditions
        return n_people, rng.permuted(np.tile(conditions, (n_people, 1)), axis=1)
    stayed = [_stayers(study, n_participants, rng) for _ in range(n_conditions)]
    of_person = np.repeat(np.arange(n_conditions), stayed)
    return sum(stayed), np.repeat(of_person[:, np.newaxis], study.n_trials, axis=1)


def _photos_shown(
    n_people: int, n_photos: int, n_trials: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Draw each person's photos without repetition, (people, trials), in no order that matters."""
    if n_trials == n_photos:
        return np.tile(np.arange(n_photos), (n_people, 1))
    keys = rng.random((n_people, n_photos), dtype=np.float32)
    return np.argpartition(keys, n_trials, axis=1)[:, :n_trials]


def _stayers(study: StudyAssumptions, n_participants: int, rng: np.random.Generator) -> int:
    """Draw how many are analysed; a study with fewer than three would not be analysed at all."""
    return max(FEWEST_ANALYSED, int(rng.binomial(n_participants, 1 - study.dropout)))


def _correlated(
    n_conditions: int, n: int, correlation: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Standard normal effects, (conditions, n), of that correlation between conditions."""
    shared, own = rng.standard_normal(n), rng.standard_normal((n_conditions, n))
    return np.asarray(np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own)


def _intercepts(
    study: StudyAssumptions, rates: list[float], photo_effects: NDArray[np.float64], target: Target
) -> NDArray[np.float64]:
    """Solve for the intercept of each condition, (conditions,), in logits."""
    spread = float(np.hypot(study.participant_sd, study.photo_sd))
    intercepts = np.array([marginal_intercept(rate, spread) for rate in rates])
    if target == "people_and_photos":
        return intercepts
    for k, (rate, effects) in enumerate(zip(rates, photo_effects, strict=True)):
        intercepts[k] = _on_these_photos(intercepts[k], rate, effects, study.participant_sd)
    return intercepts


def _on_these_photos(
    intercept: float, rate: float, effects: NDArray[np.float64], participant_sd: float
) -> float:
    """Move an intercept so that the rate is that of the photos drawn, by the secant method."""

    def excess(logit: float) -> float:
        return float(mean_fool_rate(logit + effects, participant_sd).mean()) - rate

    return float(scipy.optimize.newton(excess, intercept, x1=intercept + FIRST_STEP, tol=LOGIT_TOL))


def _result(goal: Goal, responses: Responses, target: Target) -> float:
    if isinstance(goal, DifferenceTest):
        return float(_p_value(responses, target) < goal.alpha / goal.study.n_pairs)
    first = responses.condition == FIRST
    level = goal.level if isinstance(goal, Precision) else 1 - 2 * goal.alpha
    interval = fool_rate_interval(
        responses.participant[first],
        responses.photo[first],
        responses.fooled[first],
        level=level,
        target=target,
    )
    assert interval.low is not None
    assert interval.high is not None
    if isinstance(goal, Equivalence):
        low, high = INDISTINGUISHABLE - goal.margin, INDISTINGUISHABLE + goal.margin
        return float(low < interval.low and interval.high < high)
    return (interval.high - interval.low) / 2


def _p_value(responses: Responses, target: Target) -> float:
    """Test the first condition against the second; 1 where there is no test."""
    if target == "people_and_photos":
        found = difference_of_fool_rates(*responses, a=FIRST, b=SECOND)
        return 1.0 if found.p_value is None else found.p_value
    n_conditions = int(responses.condition.max()) + 1
    coded = code_responses(responses.participant, responses.photo, responses.fooled)
    sums = sum_conditions(coded, responses.condition, n_conditions)
    terms = sums.difference_terms(FIRST, SECOND)
    error = np.sqrt(max(terms.cells, terms.people))
    degrees = sums.people.n_either[FIRST][SECOND] - 2
    return 2 * float(scipy.stats.t.sf(abs(sums.difference(FIRST, SECOND)) / error, degrees))
