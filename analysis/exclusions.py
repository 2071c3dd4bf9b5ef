"""Who is left out of the analysis, by rules written beforehand, each with its count.

Place on the data's path: ``estimates.py`` and ``report.py`` hand in the whole trial table and count
on what is left. Export excludes nobody; this is the only place where somebody is left out.
"""

from dataclasses import dataclass

import pandas as pd

DEFAULT_VIGILANCE_PASS_SHARE = 0.75
SIMULATED = "simulated"
VIGILANCE = "vigilance"


@dataclass(frozen=True)
class Exclusion:
    """What one rule left out.

    Attributes:
        rule: ``simulated`` or ``vigilance``.
        n_participants: participants left out.
        n_trials: their trials of the main block.
        reason: the rule in one sentence.
    """

    rule: str
    n_participants: int
    n_trials: int
    reason: str


@dataclass(frozen=True)
class Screened:
    """A trial table after the exclusions.

    Attributes:
        trials: all trials of those who are analysed.
        exclusions: what each applied rule left out, in the order of the rules.
        only_simulated: whether everybody in the table is simulated, and so analysed all the same.
        reasons: for each participant left out, the rule.
    """

    trials: pd.DataFrame
    exclusions: tuple[Exclusion, ...]
    only_simulated: bool
    reasons: dict[str, str]


def screen(
    trials: pd.DataFrame,
    *,
    vigilance_pass_share: float = DEFAULT_VIGILANCE_PASS_SHARE,
) -> Screened:
    """Leave out whole participants by the written rules.

    Simulated participants are left out where there are real ones too. Then the vigilance rule: a
    participant is left out whose share of correct vigilance trials, among those answered, is below
    the threshold; who answered none stays.

    Args:
        trials: a trial table with ``fooled``.
        vigilance_pass_share: threshold in [0, 1]; 0 leaves nobody out by this rule.

    Raises:
        ValueError: the threshold is not in [0, 1].
    """
    if not 0 <= vigilance_pass_share <= 1:
        raise ValueError(f"vigilance_pass_share is {vigilance_pass_share!r}; allowed: 0 to 1")
    exclusions = []
    reasons: dict[str, str] = {}
    people = trials.groupby("participant_id", sort=True)["simulated"].first()
    if people.any() and not people.all():
        reason = "Simulated participants are left out where real people took part."
        exclusions.append(
            _leave_out(trials, list(people.index[people]), SIMULATED, reason, reasons)
        )
    shares = vigilance_shares(trials[~trials["participant_id"].isin(reasons)])
    failed = list(shares.index[shares < vigilance_pass_share])
    reason = (
        f"Participants with fewer than {100 * vigilance_pass_share:.6g} % of their answered"
        " vigilance trials right are left out."
    )
    exclusions.append(_leave_out(trials, failed, VIGILANCE, reason, reasons))
    kept = trials[~trials["participant_id"].isin(reasons)]
    return Screened(kept, tuple(exclusions), bool(people.all()), reasons)


def vigilance_shares(trials: pd.DataFrame) -> "pd.Series[float]":
    """Give each participant's share of correct vigilance trials among those answered, by code."""
    answered = trials[(trials["trial_type"] == "vigilance") & trials["fooled"].notna()]
    correct = 1.0 - answered["fooled"].astype("float64")
    return correct.groupby(answered["participant_id"], sort=True).mean()


def counted_trials(trials: pd.DataFrame) -> pd.DataFrame:
    """Keep what the fool rate counts: answered trials of type main, ``fooled`` as plain bool."""
    answered = trials[(trials["trial_type"] == "main") & trials["fooled"].notna()]
    return answered.assign(fooled=answered["fooled"].astype("bool"))


def main_conditions(trials: pd.DataFrame) -> list[str]:
    """Name every condition with a trial of type main, in alphabetical order."""
    names = trials.loc[trials["trial_type"] == "main", "condition"]
    return sorted(str(name) for name in names.unique())


def _leave_out(
    trials: pd.DataFrame, people: list[str], rule: str, reason: str, reasons: dict[str, str]
) -> Exclusion:
    """Note the rule for each of these participants, and count them and their main block."""
    reasons.update(dict.fromkeys(people, rule))
    theirs = trials["participant_id"].isin(people) & (trials["block"] == "main")
    return Exclusion(rule, len(people), int(theirs.sum()), reason)
