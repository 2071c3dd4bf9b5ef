"""What a study file writes down beforehand for the analysis: exclusion rules, equivalence margin.

Place on the data's path: ``config.py`` reads the two tables with it, ``export.py`` writes what they
state beside the trial table, ``analysis`` applies it. Names and ranges are those of
``analysis/rules_file.py``, stated again because the web study imports nothing of the analysis but
the columns; ``tests/pipeline/test_study_rules.py`` holds the two against each other.
"""

import dataclasses
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from study_app.errors import StudyFileError

SHARE_RANGES = {
    "vigilance_pass_share": (0.0, 1.0),
    "minimum_answered_share": (0.0, 1.0),
    "maximum_one_side_share": (0.5, 1.0),
}
YES_NO = ("exclude_invalid_exposure",)
HALF = 0.5


@dataclass(frozen=True)
class ExclusionRule:
    """Who and what is left out by the analysis; table ``[exclusion]``.

    None is a rule that the file does not state; only the vigilance rule has a default.

    Attributes:
        vigilance_pass_share: who got a smaller share of the vigilance trials right is left out; a
            fraction.
        minimum_answered_share: who answered a smaller share of the main block; a fraction.
        minimum_median_response_ms: who has a smaller median response time; ms.
        maximum_one_side_share: who chose one side in a larger share; [0.5, 1].
        exclude_invalid_exposure: main trials whose exposure broke the table ``[exposure]``.
        minimum_response_ms: main trials answered faster; ms.
        maximum_response_ms: main trials answered more slowly; ms.
    """

    vigilance_pass_share: float = 0.75
    minimum_answered_share: float | None = None
    minimum_median_response_ms: float | None = None
    maximum_one_side_share: float | None = None
    exclude_invalid_exposure: bool | None = None
    minimum_response_ms: float | None = None
    maximum_response_ms: float | None = None


@dataclass(frozen=True)
class EquivalenceRule:
    """What counts as good as 50 %; table ``[equivalence]``.

    Attributes:
        margin: distance from 50 %, a fraction in (0, 0.5); None if the file states none.
    """

    margin: float | None = None


EXCLUSION_KEYS = tuple(field.name for field in dataclasses.fields(ExclusionRule))
EQUIVALENCE_KEYS = tuple(field.name for field in dataclasses.fields(EquivalenceRule))


def read_exclusion(table: Mapping[str, Any], place: str) -> ExclusionRule:
    """Read the table ``[exclusion]`` of a study file.

    Args:
        table: keys and values.
        place: what messages call the table.

    Raises:
        StudyFileError: a key is unknown, or a value is not allowed.
    """
    _check_keys(table, EXCLUSION_KEYS, place)
    rule = ExclusionRule(**{key: _rule_value(table[key], key, place) for key in table})
    least, most = rule.minimum_response_ms, rule.maximum_response_ms
    if least is not None and most is not None and least >= most:
        raise StudyFileError(
            f"{place}: minimum_response_ms = {least:g} is not below maximum_response_ms = {most:g}"
        )
    return rule


def read_equivalence(table: Mapping[str, Any], place: str) -> EquivalenceRule:
    """Read the table ``[equivalence]`` of a study file.

    Args:
        table: keys and values.
        place: what messages call the table.

    Raises:
        StudyFileError: a key is unknown, or the margin is not allowed.
    """
    _check_keys(table, EQUIVALENCE_KEYS, place)
    if "margin" not in table:
        return EquivalenceRule()
    margin = table["margin"]
    if not _is_number(margin) or not 0 < margin < HALF:
        raise StudyFileError(
            f"{place}: margin = {margin!r} is no fraction above 0 and below {HALF}"
        )
    return EquivalenceRule(float(margin))


def stated(rule: ExclusionRule | EquivalenceRule) -> dict[str, float | bool]:
    """Give what holds of a table, by its keys; the default of the vigilance rule included."""
    return {key: value for key, value in dataclasses.asdict(rule).items() if value is not None}


def _check_keys(table: Mapping[str, Any], known: tuple[str, ...], place: str) -> None:
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise StudyFileError(f"{place}: unknown key {unknown[0]}; known: {', '.join(known)}")


def _rule_value(value: Any, key: str, place: str) -> Any:
    """Check a value by its key; numbers come back as float."""
    if key in YES_NO:
        wanted = "true or false"
        is_good = isinstance(value, bool)
    elif key in SHARE_RANGES:
        low, high = SHARE_RANGES[key]
        wanted = f"fraction from {low:g} to {high:g}"
        is_good = _is_number(value) and low <= value <= high
    else:
        wanted = "number of milliseconds above 0"
        is_good = _is_number(value) and 0 < value <= sys.float_info.max
    if not is_good:
        raise StudyFileError(f"{place}: {key} = {value!r} is no {wanted}")
    return value if isinstance(value, bool) else float(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
