"""Settle what holds for an analysis: the researcher's choices, the study's rules, the defaults.

Place on the data's path: the commands of ``__main__.py`` hand in what was asked for and get the
``EstimateSettings``. A rules file goes before the study's own rules and takes their place as a
whole, so that one file says everything that was decided beforehand.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from analysis.comparisons import DEFAULT_SEED
from analysis.errors import RulesError
from analysis.estimates import DEFAULT_LEVEL, FROM_DEFAULT, EstimateSettings
from analysis.exclusion_rules import (
    FROM_COMMAND_LINE,
    FROM_RULES_FILE,
    FROM_STUDY_FILE,
    NO_FURTHER_RULES,
    rules_digest,
)
from analysis.exclusions import DEFAULT_VIGILANCE_PASS_SHARE
from analysis.rules_file import StatedRules, read_rules_file
from analysis.study_rules import read_study_rules


@dataclass(frozen=True)
class Choices:
    """What a researcher asked for; None leaves it to the study or the default.

    Attributes:
        level: nominal coverage, a fraction.
        vigilance_pass_share: threshold of the vigilance rule, a fraction.
        rules: a file of rules.
        equivalence_margin: a fraction in (0, 0.5).
        seed: of the draws behind max-t and the ranking.
        study: which study of a database that holds several.
    """

    level: float = DEFAULT_LEVEL
    vigilance_pass_share: float | None = None
    rules: Path | None = None
    equivalence_margin: float | None = None
    seed: int = DEFAULT_SEED
    study: str | None = None


def settle(source: Path | str, choices: Choices) -> EstimateSettings:
    """Settle the settings of an analysis.

    Args:
        source: the trial table, as ``read_trials`` takes it.
        choices: what the researcher asked for.

    Raises:
        RulesError: the rules file cannot be used, or something is stated twice.
        TrialTableError: the study's rules are needed and cannot be read.
    """
    _check_stated_once(choices)
    if choices.vigilance_pass_share is not None:
        share, share_from = choices.vigilance_pass_share, FROM_COMMAND_LINE
        stated = StatedRules(share, replace(NO_FURTHER_RULES, source=FROM_COMMAND_LINE))
    elif choices.rules is not None:
        stated = read_rules_file(choices.rules)
        # A rule that the file does not state is not applied: 0 leaves nobody out.
        share, share_from = stated.vigilance_pass_share or 0.0, FROM_RULES_FILE
    elif (found := read_study_rules(source, choices.study)) is not None:
        stated, share_from = found, FROM_STUDY_FILE
        share = DEFAULT_VIGILANCE_PASS_SHARE
        if found.vigilance_pass_share is not None:
            share = found.vigilance_pass_share
    else:
        stated = StatedRules(None, NO_FURTHER_RULES)
        share, share_from = DEFAULT_VIGILANCE_PASS_SHARE, FROM_DEFAULT
    margin = choices.equivalence_margin
    return EstimateSettings(
        level=choices.level,
        vigilance_pass_share=share,
        vigilance_pass_share_from=share_from,
        equivalence_margin=stated.equivalence_margin if margin is None else margin,
        seed=choices.seed,
        rules=replace(stated.rules, digest=rules_digest(share, stated.rules)),
    )


def _check_stated_once(choices: Choices) -> None:
    """Refuse a threshold beside a file of rules: one of the two was not written beforehand."""
    if choices.rules is None:
        return
    if choices.vigilance_pass_share is not None:
        raise RulesError(
            f"--vigilance-pass-share stands beside --rules {choices.rules};"
            " allowed: the threshold in that file"
        )
    if choices.equivalence_margin is not None:
        raise RulesError(
            f"--equivalence-margin stands beside --rules {choices.rules};"
            " allowed: [equivalence] margin in that file"
        )
