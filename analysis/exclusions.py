"""Who and what is left out of the analysis, by rules written beforehand, each with its count.

Place on the data's path: ``estimates.py`` and ``report.py`` hand in the whole trial table and count
on what is left. Export excludes nobody; this is the only place where somebody is left out. The
rules themselves are in ``exclusion_rules.py``; control trials fall under no rule about single
trials, for they prove the pipeline.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.exclusion_rules import NO_FURTHER_RULES, VIGILANCE_KEY, ExclusionRules, reason_for
from analysis.replaced_trials import without_replaced

DEFAULT_VIGILANCE_PASS_SHARE = 0.75
SIMULATED = "simulated"
VIGILANCE = "vigilance"
UNFINISHED = "unfinished"
FAST_PARTICIPANT = "fast_participant"
ONE_SIDED = "one_sided"
INVALID_EXPOSURE = "invalid_exposure"
FAST_RESPONSE = "fast_response"
SLOW_RESPONSE = "slow_response"


@dataclass(frozen=True)
class Exclusion:
    """What one rule left out.

    Attributes:
        rule: its name, such as ``vigilance``; the constants of this module.
        n_participants: participants left out; 0 for a rule about single trials.
        n_trials: their trials of the main block, or the single trials left out.
        reason: the rule in one sentence, with the researcher's own reason behind it.
        of: whether the rule leaves out whole participants or single trials.
    """

    rule: str
    n_participants: int
    n_trials: int
    reason: str
    of: Literal["participants", "trials"] = "participants"


@dataclass(frozen=True)
class Screened:
    """A trial table after the exclusions.

    Attributes:
        trials: all trials of those who are analysed, without the single trials left out.
        exclusions: what each applied rule left out, in the order of the rules.
        only_simulated: whether everybody in the table is simulated, and so analysed all the same.
        reasons: for each participant left out, the rule.
        trial_reasons: for each single trial left out of those who are analysed, the rule; indexed
            as the table is.
    """

    trials: pd.DataFrame
    exclusions: tuple[Exclusion, ...]
    only_simulated: bool
    reasons: dict[str, str]
    trial_reasons: "pd.Series[str]"


@dataclass(frozen=True)
class _Hit:
    """A rule that applies, and the codes of the participants or the labels of the trials."""

    rule: str
    key: str | None
    meaning: str
    hit: "pd.Index[str]"


def screen(
    trials: pd.DataFrame,
    *,
    vigilance_pass_share: float = DEFAULT_VIGILANCE_PASS_SHARE,
    rules: ExclusionRules = NO_FURTHER_RULES,
) -> Screened:
    """Leave out participants, then single trials of the others, by the written rules.

    Simulated participants are left out where there are real ones too. Then the vigilance rule: a
    participant is left out whose share of correct vigilance trials, among those answered, is below
    the threshold; who answered none stays. Then the other rules in the order of their keys. Who or
    what falls under several rules counts under the first.

    Args:
        trials: a trial table with ``fooled`` and a unique index.
        vigilance_pass_share: threshold in [0, 1]; 0 leaves nobody out by this rule.
        rules: the other rules.

    Raises:
        ValueError: the threshold is not in [0, 1].
    """
    if not 0 <= vigilance_pass_share <= 1:
        raise ValueError(f"vigilance_pass_share is {vigilance_pass_share!r}; allowed: 0 to 1")
    people = trials.groupby("participant_id", sort=True)["simulated"].first()
    exclusions, reasons = _screen_people(trials, people, vigilance_pass_share, rules)
    kept = trials[~trials["participant_id"].isin(reasons)] if reasons else trials
    of_trials, trial_reasons = _screen_trials(kept, rules)
    return Screened(
        trials=kept.drop(index=trial_reasons.index) if len(trial_reasons) else kept,
        exclusions=(*exclusions, *of_trials),
        only_simulated=bool(people.all()),
        reasons=reasons,
        trial_reasons=trial_reasons,
    )


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


def _screen_people(
    trials: pd.DataFrame,
    people: "pd.Series[bool]",
    vigilance_pass_share: float,
    rules: ExclusionRules,
) -> tuple[list[Exclusion], dict[str, str]]:
    """Apply the rules about participants; gives what each left out, and each one's rule."""
    exclusions = []
    reasons: dict[str, str] = {}
    in_main_block = trials["block"] == "main"
    for found in _people_hit(trials, people, vigilance_pass_share, rules):
        out = [code for code in found.hit if code not in reasons]
        reasons.update(dict.fromkeys(out, found.rule))
        n_trials = int((in_main_block & trials["participant_id"].isin(out)).sum()) if out else 0
        exclusions.append(Exclusion(found.rule, len(out), n_trials, _sentence(found, rules)))
    return exclusions, reasons


def _screen_trials(
    kept: pd.DataFrame, rules: ExclusionRules
) -> tuple[list[Exclusion], "pd.Series[str]"]:
    """Apply the rules about single trials; gives what each left out, and each one's rule."""
    exclusions = []
    trial_reasons = pd.Series(dtype="str", index=kept.index[:0])
    counted = kept[(kept["trial_type"] == "main") & kept["fooled"].notna()]
    for found in _trials_hit(counted, rules):
        out = found.hit.difference(trial_reasons.index, sort=False)
        if len(out):
            trial_reasons = pd.concat([trial_reasons, pd.Series(found.rule, index=out)])
        exclusions.append(Exclusion(found.rule, 0, len(out), _sentence(found, rules), "trials"))
    return exclusions, trial_reasons


def _people_hit(
    trials: pd.DataFrame,
    people: "pd.Series[bool]",
    vigilance_pass_share: float,
    rules: ExclusionRules,
) -> Iterator[_Hit]:
    """Find whom each rule about participants hits, in the order of the rules."""
    if people.any() and not people.all():
        meaning = "Simulated participants are left out where real people took part."
        yield _Hit(SIMULATED, None, meaning, people.index[people])
    shares = vigilance_shares(trials)
    yield _Hit(
        VIGILANCE,
        VIGILANCE_KEY,
        f"Participants with fewer than {_percent(vigilance_pass_share)} of their answered"
        " vigilance trials right are left out.",
        shares.index[shares < vigilance_pass_share],
    )
    main_block = trials[trials["block"] == "main"]
    by_person = main_block.groupby("participant_id", sort=True)
    if (least := rules.minimum_answered_share) is not None:
        planned = without_replaced(main_block).groupby("participant_id", sort=True)
        shares = planned["fooled"].count() / planned.size()
        meaning = f"Participants who answered less than {_percent(least)} of the main block are"
        yield _Hit(
            UNFINISHED,
            "minimum_answered_share",
            f"{meaning} left out.",
            shares.index[shares < least],
        )
    if (least := rules.minimum_median_response_ms) is not None:
        medians = by_person["response_ms"].median()
        meaning = f"Participants whose median response time is under {least:g} ms are left out."
        yield _Hit(
            FAST_PARTICIPANT,
            "minimum_median_response_ms",
            meaning,
            medians.index[medians < least],
        )
    if (most := rules.maximum_one_side_share) is not None:
        shares = _side_shares(main_block)
        meaning = f"Participants who chose one side in more than {_percent(most)} of their answers"
        yield _Hit(
            ONE_SIDED,
            "maximum_one_side_share",
            f"{meaning} are left out.",
            shares.index[shares > most],
        )


def _trials_hit(counted: pd.DataFrame, rules: ExclusionRules) -> Iterator[_Hit]:
    """Find which answered main trials each rule about single trials hits."""
    if rules.exclude_invalid_exposure:
        broken = (~counted["exposure_valid"]).fillna(value=False).astype("bool")
        meaning = "Main trials whose measured exposure broke the study's rule are left out."
        yield _Hit(INVALID_EXPOSURE, "exclude_invalid_exposure", meaning, counted.index[broken])
    if (least := rules.minimum_response_ms) is not None:
        meaning = f"Main trials answered in under {least:g} ms are left out."
        fast = counted["response_ms"] < least
        yield _Hit(FAST_RESPONSE, "minimum_response_ms", meaning, counted.index[fast])
    if (most := rules.maximum_response_ms) is not None:
        meaning = f"Main trials answered in over {most:g} ms are left out."
        slow = counted["response_ms"] > most
        yield _Hit(SLOW_RESPONSE, "maximum_response_ms", meaning, counted.index[slow])


def _side_shares(main_block: pd.DataFrame) -> "pd.Series[float]":
    """Give each participant's share of the side chosen more often, in [0.5, 1], by code."""
    answered = main_block[main_block["fooled"].notna()]
    left = (answered["chosen_side"] == "left").astype("float64")
    shares = left.groupby(answered["participant_id"], sort=True).mean()
    return shares.where(shares >= 0.5, 1.0 - shares)


def _sentence(found: _Hit, rules: ExclusionRules) -> str:
    reason = None if found.key is None else reason_for(rules, found.key)
    return found.meaning if reason is None else f"{found.meaning} Reason: {reason}"


def _percent(share: float) -> str:
    return f"{100 * share:.6g} %"
