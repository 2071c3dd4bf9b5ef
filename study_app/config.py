"""The settings of an instance and the study file, as frozen dataclasses.

Settings come from ``instance/config.toml``, then ``STUDY_*`` environment variables. The study file
(``study.toml``) is strict: an unknown table or key, a wrong type or a number out of range is an
error that names it. What it says for the analysis is read by ``exclusion_rule.py``; writing a study
file is left to ``study_template.py``.
"""

import dataclasses
import functools
import hashlib
import os
import re
import secrets
import tempfile
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from study_app.errors import ConfigError, StudyFileError
from study_app.exclusion_rule import (
    EquivalenceRule,
    ExclusionRule,
    read_equivalence,
    read_exclusion,
)
from study_app.presets import PRESETS
from study_app.protocol import ProtocolSettings

ENVIRONMENT_PREFIX = "STUDY_"
CONFIG_NAME = "config.toml"
SECRET_KEY_BYTES = 32
SECRET_KEY_NAME = "secret_key"  # noqa: S105 - a file name
SHORTEST_SECRET_KEY = 16
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class Settings:
    """The settings of one instance.

    Attributes:
        instance_path: folder of everything that belongs to this instance; never in git.
        database_url: SQLAlchemy address of the database.
        secret_key: signs cookies, form tokens and the tokens of simulated participants.
        secure_cookies: send cookies over HTTPS only.
        trusted_proxies: how many reverse proxies stand before the server.
    """

    instance_path: Path
    database_url: str
    secret_key: str = field(repr=False)
    secure_cookies: bool = False
    trusted_proxies: int = 0


@dataclass(frozen=True)
class StudyDescription:
    """What the study is called and what participants are told; table ``[study]``."""

    id: str
    title: str
    contact: str = ""
    minutes: int = field(default=7, metadata={"minimum": 1})
    pay: str = ""


@dataclass(frozen=True)
class ConditionChoice:
    """Which conditions do what; table ``[conditions]``.

    Attributes:
        tested: names of conditions; empty for all that were made from weights or a folder.
        vigilance: name of the condition of the vigilance trials.
        control: name of the condition of the control trials, used if the set has it.
    """

    tested: tuple[str, ...] = ()
    vigilance: str = "random"
    control: str = "real"


@dataclass(frozen=True)
class Consent:
    """What participants agree to; table ``[consent]``."""

    text: str
    required: bool = True
    version: str = "1"


@dataclass(frozen=True)
class Recruitment:
    """How many participants, and how long a place is kept; table ``[participants]``."""

    per_condition: int = field(default=40, metadata={"minimum": 1, "maximum": 1_000_000})
    lease_minutes: int = field(default=60, metadata={"minimum": 1, "maximum": 10_000})


@dataclass(frozen=True)
class ExposureRule:
    """When the exposure of a trial counts as planned; table ``[exposure]``.

    Attributes:
        tolerance_ms: how far a measured exposure may be from the planned one; the default is one
            frame at 60 Hz, rounded up.
        max_dropped_frames: frames an image may lose.
    """

    tolerance_ms: float = field(default=17.0, metadata={"minimum": 0})
    max_dropped_frames: int = field(default=1, metadata={"minimum": 0})


@dataclass(frozen=True)
class Debrief:
    """What participants learn at the end; table ``[debrief]``."""

    show_score: bool = True


@dataclass(frozen=True)
class StudyFile:
    """A whole study file."""

    study: StudyDescription
    protocol: ProtocolSettings
    conditions: ConditionChoice
    consent: Consent
    participants: Recruitment
    exposure: ExposureRule
    exclusion: ExclusionRule
    equivalence: EquivalenceRule
    debrief: Debrief


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the instance's settings: ``config.toml``, then the environment, then defaults.

    Raises:
        ConfigError: an unknown key, a wrong type, an unsafe secret key, an unusable folder.
    """
    given = os.environ if environment is None else environment
    folder = (
        Path(given.get(f"{ENVIRONMENT_PREFIX}INSTANCE_PATH", "instance")).expanduser().resolve()
    )
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder}: a file; {ENVIRONMENT_PREFIX}INSTANCE_PATH names a folder")
    values = _read_config_file(folder / CONFIG_NAME) | _read_environment(given)
    values.setdefault("database_url", f"sqlite:///{folder / 'study.sqlite'}")
    if "secret_key" not in values:
        values["secret_key"] = _kept_secret_key(folder)
    if len(values["secret_key"]) < SHORTEST_SECRET_KEY:
        raise ConfigError(
            f"secret_key has {len(values['secret_key'])} characters;"
            f" at least {SHORTEST_SECRET_KEY} are needed, and none at all makes a good one"
        )
    return Settings(instance_path=folder, **values)


def place_of_setting(settings: Settings, name: str) -> str:
    """Tell where a setting was given, for messages: its variable, or its key in the file."""
    variable = ENVIRONMENT_PREFIX + name.upper()
    if variable in os.environ:
        return variable
    return f"{settings.instance_path / CONFIG_NAME}: {name}"


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
        table = document.get(name, {})
        if not isinstance(table, dict):
            raise StudyFileError(f"{where}: {name} is a table: [{name}]")
        place = f"{where}, [{name}]"
        if name == "protocol":
            table = _with_preset(table, place)
        parsed[name] = _read_table(typing.cast("type[Any]", table_type), table, place)
    study_file = StudyFile(**parsed)
    _check_slug(study_file.study.id, where)
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
        if name not in table and described.default is dataclasses.MISSING:
            raise StudyFileError(f"{place}: {name} is missing")
    values = {
        name: _read_value(value, hints[name], f"{place}: {name}") for name, value in table.items()
    }
    for name, value in values.items():
        _check_range(value, fields[name].metadata, f"{place}: {name}")
    return table_type(**values)


def _read_value(value: Any, wanted: Any, place: str) -> Any:
    if typing.get_origin(wanted) is Literal:
        if value not in typing.get_args(wanted):
            allowed = ", ".join(repr(choice) for choice in typing.get_args(wanted))
            raise StudyFileError(f"{place} = {value!r} is none of {allowed}")
        return value
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


def _check_slug(slug: str, where: str) -> None:
    if not SLUG.fullmatch(slug):
        raise StudyFileError(
            f"{where}, [study]: id = {slug!r} stands in addresses: 1 to 63 of a-z, 0-9 and -,"
            " not beginning with -"
        )


def _setting_types() -> dict[str, Any]:
    hints = typing.get_type_hints(Settings)
    return {name: hint for name, hint in hints.items() if name != "instance_path"}


def _read_config_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from None
    known = _setting_types()
    for name, value in values.items():
        if name not in known:
            raise ConfigError(f"{path}: unknown key {name}; known: {', '.join(known)}")
        if type(value) is not known[name]:
            raise ConfigError(f"{path}: {name} = {value!r} is no {known[name].__name__}")
    return values


def _read_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, kind in _setting_types().items():
        variable = ENVIRONMENT_PREFIX + name.upper()
        if variable in environment:
            values[name] = _from_text(environment[variable], kind, variable)
    return values


def _from_text(text: str, kind: type, variable: str) -> str | int | bool:
    if kind is bool:
        if text not in ("true", "false"):
            raise ConfigError(f"{variable} = {text!r} is neither true nor false")
        return text == "true"
    if kind is int:
        if not text.isdecimal():
            raise ConfigError(f"{variable} = {text!r} is no whole number")
        return int(text)
    return text


def _kept_secret_key(folder: Path) -> str:
    """Give the instance's own key; make it once, readable by its owner only."""
    path = folder / SECRET_KEY_NAME
    try:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _make_secret_key(path)
        return _read_secret_key(path)
    except OSError as error:
        raise ConfigError(
            f"{path}: the secret key cannot be kept there: {error.strerror};"
            f" {ENVIRONMENT_PREFIX}INSTANCE_PATH names another folder"
        ) from None


def _make_secret_key(path: Path) -> None:
    """Write a new key whole or not at all: of workers that start at once, the first one's stays."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)  # mkstemp gives mode 0600
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(SECRET_KEY_BYTES))
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        Path(temporary).unlink()


def _read_secret_key(path: Path) -> str:
    key = path.read_text(encoding="ascii").strip()
    if not key:
        raise ConfigError(f"{path} is empty; delete it and start again")
    return key
