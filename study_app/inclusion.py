"""Say whether a finished study session counts towards the number wanted. Pure.

Place on the data's path: ``places.py`` asks when the last answer is stored. The study's own rules
about people are applied, as the analysis applies them to the whole table afterwards and by itself;
``tests/pipeline/test_inclusion.py`` holds the two against each other. Payment is no matter of this.
"""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from study_app.exclusion_rule import ExclusionRule
from study_app.number_words import counted
from study_app.protocol import Side, TrialType

HALF = 0.5


class Answer(NamedTuple):
    """An answered trial of the main block."""

    trial_type: TrialType
    real_side: Side
    chosen_side: Side
    response_ms: float


@dataclass(frozen=True)
class Verdict:
    """Whether a study session counts.

    Attributes:
        inclusion: by the rules about people.
        reason: the rule that was broken, in words; empty if none was.
    """

    inclusion: Literal["included", "excluded"]
    reason: str = ""


def judge(answers: Sequence[Answer], rule: ExclusionRule) -> Verdict:
    """Apply the rules about people to one study session with all its answers.

    ``minimum_answered_share`` is met by everybody who has answered everything.

    Args:
        answers: to the main block, vigilance and control trials included.
        rule: of the study file.
    """
    checks: tuple[Callable[[Sequence[Answer], ExclusionRule], str | None], ...] = (
        _broken_vigilance,
        _broken_speed,
        _broken_sides,
    )
    for check in checks:
        if (reason := check(answers, rule)) is not None:
            return Verdict("excluded", reason)
    return Verdict("included")


def _broken_vigilance(answers: Sequence[Answer], rule: ExclusionRule) -> str | None:
    own = [answer for answer in answers if answer.trial_type == "vigilance"]
    n_right = sum(answer.chosen_side != answer.real_side for answer in own)
    if not own or n_right / len(own) >= rule.vigilance_pass_share:
        return None
    wanted = _percent(rule.vigilance_pass_share)
    return f"{n_right} of {counted(len(own), 'vigilance trial')} right; the study asks for {wanted}"


def _broken_speed(answers: Sequence[Answer], rule: ExclusionRule) -> str | None:
    least = rule.minimum_median_response_ms
    if least is None or not answers:
        return None
    median_ms = statistics.median(answer.response_ms for answer in answers)
    if median_ms >= least:
        return None
    return f"median response time {median_ms:.0f} ms; the study asks for {least:g} ms at least"


def _broken_sides(answers: Sequence[Answer], rule: ExclusionRule) -> str | None:
    most = rule.maximum_one_side_share
    if most is None or not answers:
        return None
    left = sum(answer.chosen_side == "left" for answer in answers) / len(answers)
    share = left if left >= HALF else 1.0 - left
    if share <= most:
        return None
    return f"one side in {_percent(share)} of the answers; the study allows {_percent(most)}"


def _percent(share: float) -> str:
    return f"{100 * share:.4g} %"
