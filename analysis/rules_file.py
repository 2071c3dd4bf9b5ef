"""Read rules that were written beforehand: a small TOML file, or the table of a study file.

Place on the data's path: ``choices.py`` settles with it what holds for an analysis. Only what is
written is applied, and what is not understood is refused: a misspelt rule must not vanish.
"""

import hashlib
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.errors import RulesError
from analysis.exclusion_rules import (
    FROM_RULES_FILE,
    RULE_KEYS,
    VIGILANCE_KEY,
    ExclusionRules,
)

EXCLUSION, REASONS, EQUIVALENCE = "exclusion", "reasons", "equivalence"
TABLES = (EXCLUSION, REASONS, EQUIVALENCE)
MARGIN = "margin"
SHARE_RANGES = {
    VIGILANCE_KEY: (0.0, 1.0),
    "minimum_answered_share": (0.0, 1.0),
    "maximum_one_side_share": (0.5, 1.0),
}
HALF = 0.5
YES_NO = ("exclude_invalid_exposure",)
ALL_KEYS = (VIGILANCE_KEY, *RULE_KEYS)


@dataclass(frozen=True)
class StatedRules:
    """What a file states.

    Attributes:
        vigilance_pass_share: threshold of the vigilance rule, a fraction; None if not stated.
        rules: the other rules, with source and digest of the file, not yet with their own digest.
        equivalence_margin: a fraction in (0, 0.5); None if not stated.
    """

    vigilance_pass_share: float | None
    rules: ExclusionRules
    equivalence_margin: float | None = None


def read_rules_file(path: Path) -> StatedRules:
    """Read a file of rules.

    Raises:
        RulesError: the file is missing, no TOML, or states what no rule can.
    """
    try:
        content = path.read_bytes()
        document = tomllib.loads(content.decode())
    except OSError as error:
        raise RulesError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise RulesError(f"{path}: is not text in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"{path}: is not TOML: {error}") from None
    for name, table in document.items():
        if name not in TABLES:
            raise RulesError(f"{path}: found [{name}]; allowed: {_tables()}")
        if not isinstance(table, dict):
            raise RulesError(f"{path}: {name} is no table; allowed: {_tables()}")
    stated = document.get(EXCLUSION, {})
    return StatedRules(
        vigilance_pass_share=read_share(stated, str(path)),
        rules=read_rules_table(
            stated,
            str(path),
            reasons=document.get(REASONS, {}),
            source=FROM_RULES_FILE,
            file_sha256=hashlib.sha256(content).hexdigest(),
        ),
        equivalence_margin=read_margin(document.get(EQUIVALENCE, {}), str(path)),
    )


def read_rules_table(
    table: Mapping[str, Any],
    where: str,
    *,
    source: str,
    reasons: Mapping[str, Any] | None = None,
    file_sha256: str | None = None,
) -> ExclusionRules:
    """Read the table ``[exclusion]`` of a rules file or a study file, without vigilance.

    Args:
        table: keys and values.
        where: what messages call the file.
        source: who set the rules.
        reasons: the table ``[reasons]``.
        file_sha256: digest of the file.

    Raises:
        RulesError: a key is unknown, or a value is not allowed.
    """
    for key in table:
        if key not in ALL_KEYS:
            raise RulesError(
                f"{where}: [{EXCLUSION}] found {key!r}; allowed: {', '.join(ALL_KEYS)}"
            )
    values = {key: _value(table[key], key, where) for key in RULE_KEYS if key in table}
    least, most = values.get("minimum_response_ms"), values.get("maximum_response_ms")
    if least is not None and most is not None and least >= most:
        raise RulesError(
            f"{where}: [{EXCLUSION}] minimum_response_ms: found {least:g};"
            f" allowed: below maximum_response_ms, {most:g}"
        )
    return ExclusionRules(
        **values,
        reasons=_reasons(reasons or {}, table, where),
        source=source,
        file_sha256=file_sha256,
    )


def read_share(table: Mapping[str, Any], where: str) -> float | None:
    """Give the threshold of the vigilance rule that a table states; None if it states none.

    Raises:
        RulesError: it is no fraction.
    """
    if VIGILANCE_KEY not in table:
        return None
    return float(_value(table[VIGILANCE_KEY], VIGILANCE_KEY, where))


def _value(value: object, key: str, where: str) -> Any:
    """Check a value by its key; numbers come back as float."""
    if key in YES_NO:
        allowed = "true, false"
        is_good = isinstance(value, bool)
    elif key in SHARE_RANGES:
        low, high = SHARE_RANGES[key]
        allowed = f"a fraction from {low:g} to {high:g}"
        is_good = _is_number(value) and low <= float(str(value)) <= high
    else:
        allowed = "milliseconds above 0"
        is_good = _is_number(value) and float(str(value)) > 0
    if not is_good:
        raise RulesError(f"{where}: [{EXCLUSION}] {key}: found {_toml(value)}; allowed: {allowed}")
    return value if isinstance(value, bool) else float(str(value))


def _is_number(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(float(str(value)))


def _reasons(
    reasons: Mapping[str, Any], table: Mapping[str, Any], where: str
) -> tuple[tuple[str, str], ...]:
    for key, text in reasons.items():
        if key not in table:
            stated = ", ".join(key for key in ALL_KEYS if key in table) or "no key, without rules"
            raise RulesError(f"{where}: [{REASONS}] found {key!r}; allowed: {stated}")
        if not isinstance(text, str) or not text.strip():
            raise RulesError(
                f"{where}: [{REASONS}] {key}: found {_toml(text)}; allowed: a sentence"
            )
    return tuple((key, " ".join(reasons[key].split())) for key in ALL_KEYS if key in reasons)


def read_margin(table: Mapping[str, Any], where: str) -> float | None:
    """Give the equivalence margin that the table ``[equivalence]`` states; None if it states none.

    Raises:
        RulesError: a key is unknown, or the margin is no fraction in (0, 0.5).
    """
    for key in table:
        if key != MARGIN:
            raise RulesError(f"{where}: [{EQUIVALENCE}] found {key!r}; allowed: {MARGIN}")
    if MARGIN not in table:
        return None
    value = table[MARGIN]
    if not _is_number(value) or not 0 < value < HALF:
        raise RulesError(
            f"{where}: [{EQUIVALENCE}] {MARGIN}: found {_toml(value)};"
            f" allowed: a fraction above 0 and below {HALF}"
        )
    return float(value)


def _tables() -> str:
    return ", ".join(f"[{name}]" for name in TABLES)


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)
