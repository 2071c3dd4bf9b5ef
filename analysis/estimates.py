"""From a trial table to the numbers of ``analysis estimate``: exclusions, fool rates, differences.

Place on the data's path: ``__main__.py`` prints what this module returns, ``report.py`` shows it.
``as_document`` fixes the JSON that other people's scripts rely on.
"""

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from analysis.comparisons import DEFAULT_SEED, ConditionDifference, compare_and_rank
from analysis.condition_sums import sum_trials
from analysis.equivalence import AgainstHalf, Equivalence, compare_with_half
from analysis.exclusion_rules import NO_FURTHER_RULES, ExclusionRules
from analysis.exclusions import (
    DEFAULT_VIGILANCE_PASS_SHARE,
    Exclusion,
    Screened,
    counted_trials,
    main_conditions,
    screen,
)
from analysis.fool_rates import FoolRate, condition_shares, fool_rates_of
from analysis.intervals import Interval
from analysis.ranking import RankProbabilities

DEFAULT_LEVEL = 0.95
FROM_DEFAULT = "default"


@dataclass(frozen=True)
class EstimateSettings:
    """What a researcher chooses beforehand.

    Attributes:
        level: nominal coverage of every interval, a fraction in (0, 1).
        vigilance_pass_share: who has a smaller share of vigilance trials right is left out.
        vigilance_pass_share_from: who set it: ``study file``, ``rules file``, ``command line`` or
            ``default``.
        equivalence_margin: largest difference from 50 % that counts as none, a fraction in
            (0, 0.5), stated before the data; None where equivalence is not tested.
        seed: of the draws behind max-t and the ranking.
        rules: the other rules of exclusion, with the digest of all.
    """

    level: float = DEFAULT_LEVEL
    vigilance_pass_share: float = DEFAULT_VIGILANCE_PASS_SHARE
    vigilance_pass_share_from: str = FROM_DEFAULT
    equivalence_margin: float | None = None
    seed: int = DEFAULT_SEED
    rules: ExclusionRules = NO_FURTHER_RULES


@dataclass(frozen=True)
class Estimates:
    """Everything that is estimated from one trial table.

    Attributes:
        level: nominal coverage, a fraction.
        fool_rates: one per condition, by name.
        differences: one per pair of conditions.
        screened: who is analysed, and who was left out by which rule.
        ranking: one per condition, by name; empty where there is one condition or none.
        against_half: one per condition, by name.
    """

    level: float
    fool_rates: tuple[FoolRate, ...]
    differences: tuple[ConditionDifference, ...]
    screened: Screened
    ranking: tuple[RankProbabilities, ...] = ()
    against_half: tuple[AgainstHalf, ...] = ()


def estimate(trials: pd.DataFrame, settings: EstimateSettings) -> Estimates:
    """Apply the exclusions, then estimate every tested condition and every pair of them."""
    screened = screen(
        trials, vigilance_pass_share=settings.vigilance_pass_share, rules=settings.rules
    )
    counted = counted_trials(screened.trials)
    conditions = main_conditions(trials)
    sums = sum_trials(counted, conditions)
    shares = condition_shares(sums, conditions)
    compared = compare_and_rank(sums, conditions, level=settings.level, seed=settings.seed)
    against_half = compare_with_half(
        shares, level=settings.level, margin=settings.equivalence_margin
    )
    return Estimates(
        level=settings.level,
        fool_rates=tuple(fool_rates_of(shares, level=settings.level)),
        differences=compared.differences,
        screened=screened,
        ranking=compared.ranking,
        against_half=tuple(against_half),
    )


def as_document(estimates: Estimates) -> dict[str, Any]:
    """Give the estimates as the JSON document of the public contract."""
    return {
        "level": estimates.level,
        "conditions": [fool_rate_entry(rate) for rate in estimates.fool_rates],
        "differences": [difference_entry(difference) for difference in estimates.differences],
        "exclusions": [_exclusion_entry(exclusion) for exclusion in estimates.screened.exclusions],
        "ranking": [ranking_entry(ranked) for ranked in estimates.ranking],
        "against_half": [against_half_entry(against) for against in estimates.against_half],
    }


def fool_rate_entry(rate: FoolRate) -> dict[str, Any]:
    """Give one condition as an entry of ``conditions``."""
    return {
        "condition": rate.condition,
        "fool_rate": rate.fool_rate,
        "n_trials": rate.n_trials,
        "n_participants": rate.n_participants,
        "n_photos": rate.n_photos,
        "people_and_photos": interval_entry(rate.people_and_photos),
        "these_photos": interval_entry(rate.these_photos),
    }


def difference_entry(difference: ConditionDifference) -> dict[str, Any]:
    """Give one pair of conditions as an entry of ``differences``."""
    estimate = difference.estimate
    entry: dict[str, Any] = {
        "a": difference.a,
        "b": difference.b,
        "difference": estimate.difference,
        "low": estimate.low,
        "high": estimate.high,
        "p_value": estimate.p_value,
        "p_adjusted": difference.p_adjusted,
        "p_max_t": difference.p_max_t,
        "low_simultaneous": difference.low_simultaneous,
        "high_simultaneous": difference.high_simultaneous,
    }
    return entry if estimate.warning is None else {**entry, "warning": estimate.warning}


def ranking_entry(ranked: RankProbabilities) -> dict[str, Any]:
    """Give one condition as an entry of ``ranking``; ``p_rank`` begins with the highest rate."""
    entry: dict[str, Any] = {
        "condition": ranked.condition,
        "p_best": ranked.p_best,
        "p_rank": list(ranked.p_rank),
    }
    return entry if ranked.warning is None else {**entry, "warning": ranked.warning}


def against_half_entry(against: AgainstHalf) -> dict[str, Any]:
    """Give one condition as an entry of ``against_half``."""
    entry: dict[str, Any] = {
        "condition": against.condition,
        "difference": against.difference,
        "p_value": against.p_value,
        "p_value_these_photos": against.p_value_these_photos,
        "equivalence": _equivalence_entry(against.equivalence),
    }
    return entry if against.warning is None else {**entry, "warning": against.warning}


def interval_entry(interval: Interval) -> dict[str, Any]:
    """Give low and high, and the warning where there is one."""
    entry: dict[str, Any] = {"low": interval.low, "high": interval.high}
    return entry if interval.warning is None else {**entry, "warning": interval.warning}


def _equivalence_entry(equivalence: Equivalence | None) -> dict[str, Any] | None:
    return None if equivalence is None else asdict(equivalence)


def _exclusion_entry(exclusion: Exclusion) -> dict[str, Any]:
    return {
        "rule": exclusion.rule,
        "n_participants": exclusion.n_participants,
        "n_trials": exclusion.n_trials,
    }
