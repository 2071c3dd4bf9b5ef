"""Read a study file into the dataclasses of ``study_tables.py``.

A study file (``study.toml``) is strict: an unknown table or key, a wrong type or a number out of
range is an error that names it. What it says for the analysis is read by ``exclusion_rule.py``;
writing a study file is left to ``study_template.py``.
"""

import dataclasses
import functools
import hashlib
import re
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
from study_app.study_tables import (
    LANGUAGES,
    STANDARD_QUESTION_IDS,
    Consent,
    Languages,
    Question,
    Recruiter,
    StudyFile,
    Wording,
)

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
WEB_ADDRESS = re.compile(r"https?://[^\s/]+\S*")
MINIMUM_OPTIONS = 2
# As long as the database keeps it.
LONGEST_VERSION = 200
LONGEST_OPTION = 200
# Texts of the first language, which other tables hold.
SAID_ELSEWHERE = {"title": "[study] title", "pay": "[study] pay", "consent": "[consent] text"}


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
    _check_slug(study_file.study.id, where)
    _check_together(study_file, where)
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


def _check_together(study_file: StudyFile, where: str) -> None:
    """Check what single values cannot tell.

    Raises:
        StudyFileError: values contradict each other, or a question cannot be asked.
    """
    screening = study_file.screening
    if screening.pass_plates > screening.n_plates:
        raise StudyFileError(
            f"{where}, [screening]: pass_plates = {screening.pass_plates} is more than"
            f" n_plates = {screening.n_plates}"
        )
    _check_consent(study_file.consent, where)
    _check_questions(study_file, where)
    _check_recruiter(study_file.recruiter, where)
    _check_languages(study_file.languages, where)
    _check_wording(study_file.languages.offered, study_file.wording, where)
    _check_question_wording(study_file, where)


def _check_consent(consent: Consent, where: str) -> None:
    """Check that there is something to agree to, and that its version can be stored.

    Raises:
        StudyFileError: the text is empty where consent is required, or the version is.
    """
    place = f"{where}, [consent]"
    if consent.required and not consent.text.strip():
        raise StudyFileError(
            f"{place}: text is empty; required = false says that a study asks for no consent"
        )
    if not 0 < len(consent.version.strip()) <= len(consent.version) <= LONGEST_VERSION:
        raise StudyFileError(
            f"{place}: version has {len(consent.version)} characters; 1 to {LONGEST_VERSION} are"
            " stored with every participant"
        )


def _check_questions(study_file: StudyFile, where: str) -> None:
    """Check that every question can be asked and answered.

    Raises:
        StudyFileError: one is unknown, stands twice, or has options that cannot be chosen.
    """
    standard = study_file.questions.standard
    for name in standard:
        if name not in STANDARD_QUESTION_IDS or standard.count(name) > 1:
            wrong = "stands twice" if name in STANDARD_QUESTION_IDS else "is unknown"
            raise StudyFileError(
                f"{where}, [questions]: standard question {name!r} {wrong}; allowed, once each:"
                f" {', '.join(STANDARD_QUESTION_IDS)}"
            )
    ids = [*study_file.questions.standard, *(question.id for question in study_file.question)]
    for number, question in enumerate(study_file.question, start=1):
        place = f"{where}, [[question]] {number}"
        if not SLUG.fullmatch(question.id) or ids.count(question.id) > 1:
            raise StudyFileError(
                f"{place}: id = {question.id!r} must be 1 to 63 of a-z, 0-9 and -, and another than"
                " those of the other questions"
            )
        _check_question(question, place)


def _check_question(question: Question, place: str) -> None:
    if not question.text.strip():
        raise StudyFileError(f"{place}: text is empty")
    if question.kind == "text" and question.options:
        raise StudyFileError(f"{place}: a text has no options; kind = 'choice' has")
    if question.kind == "choice" and len(set(question.options)) < MINIMUM_OPTIONS:
        raise StudyFileError(f"{place}: a choice needs at least two different options")
    for option in question.options:
        if question.options.count(option) > 1:
            raise StudyFileError(f"{place}: option {option!r} stands twice")
        if option != option.strip() or not 0 < len(option) <= LONGEST_OPTION:
            raise StudyFileError(
                f"{place}: option {option!r} must have 1 to {LONGEST_OPTION} characters and no"
                " space at its ends"
            )


def _check_recruiter(recruiter: Recruiter, where: str) -> None:
    """Check that people can be sent back.

    Raises:
        StudyFileError: the address is none of the web, or Prolific's code is missing.
    """
    place = f"{where}, [recruiter]"
    if recruiter.completion_url and not WEB_ADDRESS.fullmatch(recruiter.completion_url):
        raise StudyFileError(
            f"{place}: completion_url = {recruiter.completion_url!r} is no address of the web,"
            " such as https://example.org/end?code={code}"
        )
    if recruiter.kind == "prolific" and not recruiter.completion_code:
        raise StudyFileError(
            f"{place}: completion_code is missing; Prolific pays by the code that it gave the study"
        )


def _check_languages(languages: Languages, where: str) -> None:
    if not languages.offered:
        raise StudyFileError(f"{where}, [languages]: offered names no language")
    for code in languages.offered:
        if languages.offered.count(code) > 1:
            raise StudyFileError(f"{where}, [languages]: {code!r} is offered twice")
        if code not in LANGUAGES:
            raise StudyFileError(
                f"{where}, [languages]: {code!r} is none of {', '.join(LANGUAGES)}"
            )


def _check_wording(offered: tuple[str, ...], wording: Mapping[str, Wording], where: str) -> None:
    """Check that nothing is said twice, and that all can read what they agree to."""
    for code in wording:
        if code not in offered:
            raise StudyFileError(
                f"{where}, [wording.{code}]: {code!r} is none of the languages offered:"
                f" {', '.join(offered)}"
            )
    first, *others = offered
    for name, place in SAID_ELSEWHERE.items():
        if first in wording and getattr(wording[first], name):
            raise StudyFileError(
                f"{where}, [wording.{first}]: {name} of the first language stands in {place}"
            )
    for code in others:
        if code not in wording or not wording[code].consent.strip():
            raise StudyFileError(
                f"{where}, [wording.{code}]: consent is missing; a language is offered only with"
                " the text that participants agree to"
            )


def _check_question_wording(study_file: StudyFile, where: str) -> None:
    """Check that what is translated is asked, with as many options."""
    own = {question.id: question for question in study_file.question}
    for code, wording in study_file.wording.items():
        for name, said in wording.question.items():
            place = f"{where}, [wording.{code}.question.{name}]"
            if name not in own or code == study_file.languages.offered[0]:
                raise StudyFileError(
                    f"{place}: is for questions of [[question]] in other languages than the first"
                )
            if len(said.options) != len(own[name].options):
                raise StudyFileError(
                    f"{place}: {len(said.options)} options; in [[question]]"
                    f" {len(own[name].options)}"
                )


def _check_slug(slug: str, where: str) -> None:
    if not SLUG.fullmatch(slug):
        raise StudyFileError(
            f"{where}, [study]: id = {slug!r} stands in addresses: 1 to 63 of a-z, 0-9 and -,"
            " not beginning with -"
        )
