"""Read a study file into the dataclasses of ``study_tables.py``.

A study file (``study.toml``) is strict: an unknown table or key, a wrong type or a number out of
range is an error that names it. What single values cannot tell is checked by ``study_checks.py``;
what the file says for the analysis is read by ``exclusion_rule.py``;
writing a study file is left to ``study_template.py``.
"""

import dataclasses
import functools
import hashlib
import tomllib
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from study_app.errors import StudyFileError
from study_app.exclusion_rule import (
    EquivalenceRule,
    ExclusionRule,
    read_equivalence,
    read_exclusion,
)
from study_app.presets import PRESETS
from study_app.study_checks import check_study_file
from study_app.study_tables import StudyFile


def load_study_file(path: Path) -> tuple[StudyFile, str]:
    """Read a study file; gives the file and its text.

    Raises:
        StudyFileError: not there, not TOML, or a rule of the format broken.
    """
    if path.is_dir():
        raise StudyFileError(f"{path}: a folder; the study file in it is wanted, say study.toml")
    if not path.is_file():
        raise StudyFileError(f"{path}: no such file; study-app init {path} writes one")
    try:
        source = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise StudyFileError(f"{path}: not a text file in UTF-8") from None
    return parse_study_file(source, str(path)), source


@functools.lru_cache(maxsize=32)
def parse_study_file(source: str, where: str = "the study file") -> StudyFile:
    """Turn the text of a study file into a ``StudyFile``.

    Args:
        source: TOML.
        where: what to call the file in messages.

    Raises:
        StudyFileError: the first thing wrong, with table and key.
    """
    try:
        document = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise StudyFileError(f"{where}: not TOML: {error}") from None
    tables = {table.name: table.type for table in dataclasses.fields(StudyFile)}
    unknown = sorted(set(document) - set(tables))
    if unknown:
        raise StudyFileError(f"{where}: unknown table [{unknown[0]}]; known: {', '.join(tables)}")
    parsed: dict[str, Any] = {}
    for name, table_type in tables.items():
        if typing.get_origin(table_type) is tuple:
            item_type = typing.get_args(table_type)[0]
            parsed[name] = _read_tables(item_type, document.get(name, []), f"{where}, [[{name}]]")
            continue
        table = document.get(name, {})
        if not isinstance(table, dict):
            raise StudyFileError(f"{where}: {name} is a table: [{name}]")
        place = f"{where}, [{name}]"
        if typing.get_origin(table_type) is dict:
            parsed[name] = _read_named_tables(typing.get_args(table_type)[1], table, place)
            continue
        if name == "protocol":
            table = _with_preset(table, place)
        parsed[name] = _read_table(typing.cast("type[Any]", table_type), table, place)
    study_file = StudyFile(**parsed)
    check_study_file(study_file, where)
    return study_file


def study_digest(source: str, set_digest: str) -> str:
    """Give the identity of a study: SHA-256 over its file and the digest of its stimulus set."""
    return hashlib.sha256(f"{set_digest}\n{source}".encode()).hexdigest()


def _with_preset(table: dict[str, Any], place: str) -> dict[str, Any]:
    """Fill what the file leaves out with the values of its preset."""
    name = table.get("preset", "zhang2016")
    if name not in PRESETS:
        raise StudyFileError(f"{place}: preset {name!r} is none of {', '.join(PRESETS)}")
    return dataclasses.asdict(PRESETS[name].protocol) | table


def _read_table(table_type: type[Any], table: dict[str, Any], place: str) -> Any:
    """Make a dataclass of a TOML table, checking keys, types and ranges."""
    if table_type is ExclusionRule:
        return read_exclusion(table, place)
    if table_type is EquivalenceRule:
        return read_equivalence(table, place)
    hints = typing.get_type_hints(table_type)
    fields = {f.name: f for f in dataclasses.fields(table_type)}
    unknown = sorted(set(table) - set(fields))
    if unknown:
        raise StudyFileError(f"{place}: unknown key {unknown[0]}; known: {', '.join(fields)}")
    for name, described in fields.items():
        defaults = {described.default, described.default_factory}
        if name not in table and defaults == {dataclasses.MISSING}:
            raise StudyFileError(f"{place}: {name} is missing")
    values = {
        name: _read_named_tables(typing.get_args(hints[name])[1], value, f"{place[:-1]}.{name}]")
        if typing.get_origin(hints[name]) is dict and isinstance(value, dict)
        else _read_value(value, hints[name], f"{place}: {name}")
        for name, value in table.items()
    }
    for name, value in values.items():
        _check_range(value, fields[name].metadata, f"{place}: {name}")
    return table_type(**values)


def _read_tables(item_type: type[Any], tables: Any, place: str) -> tuple[Any, ...]:
    """Read an array of tables; places are counted from 1."""
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise StudyFileError(f"{place}: is an array of tables")
    return tuple(
        _read_table(item_type, table, f"{place} {number}")
        for number, table in enumerate(tables, start=1)
    )


def _read_named_tables(item_type: type[Any], tables: dict[str, Any], place: str) -> dict[str, Any]:
    """Read the tables within a table, ``[name.key]``; the place ends with ``[name]``."""
    for key, table in tables.items():
        if not isinstance(table, dict):
            raise StudyFileError(f"{place}: {key} = {table!r} is no table")
    return {
        key: _read_table(item_type, table, f"{place[:-1]}.{key}]") for key, table in tables.items()
    }


def _read_value(value: Any, wanted: Any, place: str) -> Any:
    if typing.get_origin(wanted) is Literal:
        if value not in typing.get_args(wanted):
            allowed = ", ".join(repr(choice) for choice in typing.get_args(wanted))
            raise StudyFileError(f"{place} = {value!r} is none of {allowed}")
        return value
    if typing.get_origin(wanted) is dict:
        raise StudyFileError(f"{place} = {value!r} is no table")
    if isinstance(wanted, types.GenericAlias):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise StudyFileError(f"{place} = {value!r} is no list of texts")
        return tuple(value)
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not wanted:
        names = {str: "text", int: "whole number", float: "number", bool: "true or false"}
        raise StudyFileError(f"{place} = {value!r} is no {names[wanted]}")
    return value


def _check_range(value: Any, limits: Mapping[str, float], place: str) -> None:
    if "minimum" in limits and not value >= limits["minimum"]:
        raise StudyFileError(f"{place} = {value} is less than {limits['minimum']}")
    if "maximum" in limits and not value <= limits["maximum"]:
        raise StudyFileError(f"{place} = {value} is more than {limits['maximum']}")
