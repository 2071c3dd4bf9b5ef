"""The settings of an instance: ``instance/config.toml``, then ``STUDY_*`` environment variables.

What a study file says is read by ``study_file.py``.
"""

import os
import secrets
import tempfile
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from study_app.errors import ConfigError

ENVIRONMENT_PREFIX = "STUDY_"
CONFIG_NAME = "config.toml"
SECRET_KEY_BYTES = 32
SECRET_KEY_NAME = "secret_key"  # noqa: S105 - a file name
SHORTEST_SECRET_KEY = 16
FEWEST_CHARACTERS = 8
# Of keys that stand in examples and templates, where everybody can read them.
WORDS_OF_EXAMPLES = ("change", "default", "example", "insecure", "password", "placeholder")
# Settings that take one of a few words.
CHOICES = {"log_format": ("text", "json"), "sendfile": ("off", "x-accel")}
SECRETS = ("secret_key", "metrics_token")


@dataclass(frozen=True)
class Settings:
    """The settings of one instance.

    Attributes:
        instance_path: folder of everything that belongs to this instance; never in git.
        database_url: SQLAlchemy address of the database.
        secret_key: signs cookies, form tokens and the tokens of simulated participants.
        secure_cookies: send cookies over HTTPS only.
        trusted_proxies: how many reverse proxies stand before the server.
        hsts_seconds: how long browsers are to come over HTTPS only; 0 leaves it unsaid.
        log_format: ``text`` or ``json``, of the production server's log.
        metrics_token: whoever reads ``/metrics`` has to show it; empty shuts that address.
        sendfile: ``x-accel`` lets nginx send the pictures, ``off`` lets the server itself.
    """

    instance_path: Path
    database_url: str
    secret_key: str = field(repr=False)
    secure_cookies: bool = False
    trusted_proxies: int = 0
    hsts_seconds: int = 0
    log_format: str = "text"
    metrics_token: str = field(default="", repr=False)
    sendfile: str = "off"


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
    for name in SECRETS:
        if name == "secret_key" or values.get(name):
            _check_secret(name, values[name])
    for name, allowed in CHOICES.items():
        if values.get(name, allowed[0]) not in allowed:
            raise ConfigError(f"{name} = {values[name]!r} is none of {', '.join(allowed)}")
    return Settings(instance_path=folder, **values)


def environment_of(settings: Settings) -> dict[str, str]:
    """Give the variables from which another process reads the same settings."""
    return {
        ENVIRONMENT_PREFIX + name.upper(): str(value).lower()
        if value is True or value is False
        else str(value)
        for name, value in vars(settings).items()
    }


def place_of_setting(settings: Settings, name: str) -> str:
    """Tell where a setting was given, for messages: its variable, or its key in the file."""
    variable = ENVIRONMENT_PREFIX + name.upper()
    if variable in os.environ:
        return variable
    return f"{settings.instance_path / CONFIG_NAME}: {name}"


def _check_secret(name: str, value: str) -> None:
    """Refuse what somebody could guess, without showing it."""
    way_out = "leave it out and a good one is made"
    if name != "secret_key":
        way_out = "python3 -c 'import secrets; print(secrets.token_hex())' makes a good one"
    if len(value) < SHORTEST_SECRET_KEY:
        raise ConfigError(
            f"{name} has {len(value)} characters; at least {SHORTEST_SECRET_KEY} are needed:"
            f" {way_out}"
        )
    if len(set(value)) < FEWEST_CHARACTERS:
        raise ConfigError(
            f"{name} has {len(set(value))} different characters; at least {FEWEST_CHARACTERS}"
            f" are needed: {way_out}"
        )
    word = next((word for word in WORDS_OF_EXAMPLES if word in value.lower()), None)
    if word is not None:
        raise ConfigError(f"{name} has the word {word!r}, as an example has: {way_out}")


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
