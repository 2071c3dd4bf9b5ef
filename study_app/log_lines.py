"""How a line of the server's log looks, as text or as JSON, and what must not be in it. Pure.

Standard library only: gunicorn's configuration reads this file before the package is imported.

What we log ourselves names nobody. What others log, and what stands in errors, may: such texts go
through ``without_personal_data``.
"""

import ipaddress
import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

FIELDS = "fields"
# Made once: making it takes longer than a line.
ENCODER = json.JSONEncoder(ensure_ascii=False, default=str)
HIDDEN = "(hidden)"
# Where gunicorn puts addresses, paths and what was sent into a message, the message ends.
TELLTALES = re.compile(r"(Invalid request) from ip=.*|(Error handling request) .*", re.DOTALL)
# PostgreSQL repeats the values of a row there.
DETAILS = re.compile(r"^(DETAIL|CONTEXT): .*$", re.MULTILINE)
# Random names are 16 bytes in URL-safe base64; person hashes and digests are hexadecimal.
RANDOM_NAME = re.compile(r"(?<![\w-])(?=[\w-]*[A-Z0-9])[\w-]{22}(?![\w-])|\b[0-9a-f]{32,}\b")
MAYBE_ADDRESS = re.compile(r"(?<![\w.:])[0-9a-fA-F:]*[.:][0-9a-fA-F.:]+(?![\w.])")
PATHS_WITH_TOKENS = re.compile(r"(/(?:images|trials)/)[\w-]+")


class TextLines(logging.Formatter):
    """Lines for people: time, level, what happened, and its values as ``name=value``."""

    def format(self, record: logging.LogRecord) -> str:
        """Give one line, and the traceback of an error below it."""
        line = described(record)
        traceback = line.pop("traceback", None)
        head = f"{line.pop('time')} {line.pop('level')} {line.pop('event')}"
        values = "".join(f" {name}={value}" for name, value in line.items() if value is not None)
        return head + values + (f"\n{traceback}" if traceback else "")


class JsonLines(logging.Formatter):
    """One JSON object a line, for programs."""

    def format(self, record: logging.LogRecord) -> str:
        """Give one line."""
        return ENCODER.encode(described(record))


def formatter(log_format: str) -> logging.Formatter:
    """Give the formatter of a setting: ``json``, or ``text`` for any other."""
    return JsonLines() if log_format == "json" else TextLines()


def described(record: logging.LogRecord) -> dict[str, Any]:
    """Give what a line says: time in UTC, level, event, values, and the traceback of an error."""
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    line: dict[str, Any] = {"time": at, "level": record.levelname.lower()}
    fields: Mapping[str, Any] | None = getattr(record, FIELDS, None)
    if fields is not None:
        line |= {"event": record.msg, **fields}
    else:
        message = without_personal_data(record.getMessage())
        line |= {"event": message, "logger": record.name, "pid": record.process}
    if record.exc_info:
        traceback = logging.Formatter().formatException(record.exc_info)
        line["traceback"] = without_personal_data(traceback)
    return line


def without_personal_data(text: str) -> str:
    """Hide random names, hashes, and addresses but those of this machine, in a text of others."""
    text = TELLTALES.sub(lambda found: found[1] or found[2], text)
    text = DETAILS.sub(r"\1: " + HIDDEN, text)
    text = PATHS_WITH_TOKENS.sub(r"\1" + HIDDEN, text)
    text = RANDOM_NAME.sub(HIDDEN, text)
    return MAYBE_ADDRESS.sub(_hidden_address, text)


def _hidden_address(found: re.Match[str]) -> str:
    try:
        address = ipaddress.ip_address(found[0].rstrip(".:"))
    except ValueError:
        return found[0]
    return found[0] if address.is_loopback or address.is_unspecified else HIDDEN
