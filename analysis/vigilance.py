"""The vigilance trials: how many were right, who passed the rule, and what the rule can tell.

Place on the data's path: ``data_quality.py`` and ``report.py`` hand in everybody's trials before
the rule was applied, for those it left out would be missing. Who is left out is decided in
``exclusions.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.stats

from analysis.exclusions import vigilance_shares
from analysis.shares import Share, share_of

GUESSER_CORRECT = 0.5
ATTENTIVE_CORRECT = 0.95


@dataclass(frozen=True)
class VigilanceCheck:
    """The vigilance trials of everybody the vigilance rule was applied to.

    Attributes:
        n_participants: who answered at least one.
        n_trials: vigilance trials answered.
        correct: share answered correctly, a fraction; None without any.
        usual_n: the most common number answered per participant; None without any.
        guesser_passes: chance that a pure guesser passes the rule with that number.
        attentive_fails: chance that someone who gets 95 % right fails it.
    """

    n_participants: int
    n_trials: int
    correct: float | None
    usual_n: int | None
    guesser_passes: float | None
    attentive_fails: float | None


@dataclass(frozen=True)
class VigilanceRow:
    """Who passed the vigilance rule under one condition, or in all.

    Attributes:
        condition: of their main trials, or None for all together. Whoever saw several conditions
            is counted in the last row only.
        n_participants: who answered at least one vigilance trial.
        n_passed: those who passed the rule.
        pass_rate: their share, a fraction; None without any.
        correct: share of answered vigilance trials right.
    """

    condition: str | None
    n_participants: int
    n_passed: int
    pass_rate: float | None
    correct: Share


def check_vigilance(trials: pd.DataFrame, *, pass_share: float) -> VigilanceCheck:
    """Sum up the vigilance trials.

    Args:
        trials: trials of everybody the rule was applied to, those it left out included.
        pass_share: threshold of the rule, a fraction.
    """
    answered = _answered(trials)
    if answered.empty:
        return VigilanceCheck(0, 0, None, None, None, None)
    people = answered.groupby("participant_id", sort=True, observed=True).size()
    usual_n = int(people.mode().iloc[0])
    guesser_passes, attentive_fails = vigilance_error_rates(usual_n, pass_share)
    return VigilanceCheck(
        n_participants=len(people),
        n_trials=len(answered),
        correct=1.0 - float(answered["fooled"].mean()),
        usual_n=usual_n,
        guesser_passes=guesser_passes,
        attentive_fails=attentive_fails,
    )


def vigilance_pass_rates(
    trials: pd.DataFrame, conditions: Sequence[str], *, pass_share: float, level: float = 0.95
) -> list[VigilanceRow]:
    """Count who passed, by condition, then all together.

    Args:
        trials: trials of everybody the rule was applied to, those it left out included.
        conditions: the names, in the order wanted.
        pass_share: threshold of the rule, a fraction.
        level: nominal coverage of the intervals, a fraction in (0, 1).
    """
    answered = _answered(trials)
    main = trials.loc[trials["trial_type"] == "main", ["participant_id", "condition"]]
    own = main.drop_duplicates().drop_duplicates("participant_id", keep=False)
    by_condition = own.set_index("participant_id")["condition"].astype("object")
    theirs = answered["participant_id"].astype("object").map(by_condition)
    groups: list[tuple[str | None, pd.DataFrame]] = [
        (name, answered[theirs == name]) for name in conditions
    ]
    return [_row(name, rows, pass_share, level) for name, rows in [*groups, (None, answered)]]


def vigilance_error_rates(n_trials: int, pass_share: float) -> tuple[float, float]:
    """Give the chances that a guesser passes the rule, and that an attentive participant fails it.

    Binomial: n trials, right with chance 0.5 or 0.95, passed from a share of ``pass_share`` up.
    """
    shares = np.arange(n_trials + 1) / n_trials
    passed = shares >= pass_share
    guesser, attentive = (
        scipy.stats.binom.pmf(np.arange(n_trials + 1), n_trials, correct)
        for correct in (GUESSER_CORRECT, ATTENTIVE_CORRECT)
    )
    return float(guesser[passed].sum()), float(attentive[~passed].sum())


def _answered(trials: pd.DataFrame) -> pd.DataFrame:
    return trials[(trials["trial_type"] == "vigilance") & trials["fooled"].notna()]


def _row(
    condition: str | None, answered: pd.DataFrame, pass_share: float, level: float
) -> VigilanceRow:
    shares = vigilance_shares(answered)
    n_passed = int((shares >= pass_share).sum())
    is_right = ~answered["fooled"].astype("bool")
    return VigilanceRow(
        condition=condition,
        n_participants=len(shares),
        n_passed=n_passed,
        pass_rate=n_passed / len(shares) if len(shares) else None,
        correct=share_of(answered, is_right, level=level),
    )
