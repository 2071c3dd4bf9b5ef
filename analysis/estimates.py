"""From a trial table to the numbers of ``analysis estimate``: exclusions, fool rates, differences.

Place on the data's path: ``__main__.py`` prints what this module returns, ``report.py`` shows it.
``as_document`` fixes the JSON that other people's scripts rely on.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.comparisons import ConditionDifference, compare_conditions
from analysis.exclusion_rules import NO_FURTHER_RULES, ExclusionRules
from analysis.exclusions import (
    DEFAULT_VIGILANCE_PASS_SHARE,
    Exclusion,
    Screened,
    counted_trials,
    main_conditions,
    screen,
)
from analysis.fool_rates import FoolRate, estimate_fool_rates
from analysis.intervals import Interval

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
        rules: the other rules of exclusion, with the digest of all.
    """

    level: float = DEFAULT_LEVEL
    vigilance_pass_share: float = DEFAULT_VIGILANCE_PASS_SHARE
    vigilance_pass_share_from: str = FROM_DEFAULT
    rules: ExclusionRules = NO_FURTHER_RULES


@dataclass(frozen=True)
class Estimates:
    """Everything that is estimated from one trial table.

    Attributes:
        level: nominal coverage, a fraction.
        fool_rates: one per condition, by name.
        differences: one per pair of conditions.
        screened: who is analysed, and who was left out by which rule.
    """

    level: float
    fool_rates: tuple[FoolRate, ...]
    differences: tuple[ConditionDifference, ...]
    screened: Screened


def estimate(trials: pd.DataFrame, settings: EstimateSettings) -> Estimates:
    """Apply the exclusions, then estimate every tested condition and every pair of them."""
    screened = screen(
        trials, vigilance_pass_share=settings.vigilance_pass_share, rules=settings.rules
    )
    counted = counted_trials(screened.trials)
    conditions = main_conditions(trials)
    return Estimates(
        level=settings.level,
        fool_rates=tuple(estimate_fool_rates(counted, conditions, level=settings.level)),
        differences=tuple(compare_conditions(counted, conditions, level=settings.level)),
        screened=screened,
    )


def as_document(estimates: Estimates) -> dict[str, Any]:
    """Give the estimates as the JSON document of the public contract."""
    return {
        "level": estimates.level,
        "conditions": [fool_rate_entry(rate) for rate in estimates.fool_rates],
        "differences": [difference_entry(difference) for difference in estimates.differences],
        "exclusions": [_exclusion_entry(exclusion) for exclusion in estimates.screened.exclusions],
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
    }
    return entry if estimate.warning is None else {**entry, "warning": estimate.warning}


def interval_entry(interval: Interval) -> dict[str, Any]:
    """Give low and high, and the warning where there is one."""
    entry: dict[str, Any] = {"low": interval.low, "high": interval.high}
    return entry if interval.warning is None else {**entry, "warning": interval.warning}


def _exclusion_entry(exclusion: Exclusion) -> dict[str, Any]:
    return {
        "rule": exclusion.rule,
        "n_participants": exclusion.n_participants,
        "n_trials": exclusion.n_trials,
    }
