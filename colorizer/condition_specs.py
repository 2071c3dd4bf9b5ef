"""Reads what the user says of a condition: ``NAME=SPEC`` of ``colorizer build-set``."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from colorizer.errors import ColorizerError
from colorizer.manifest import KINDS
from colorizer.manifest_rules import CONDITION_NAME

Number = TypeVar("Number", int, float)

OPTION = re.compile(r"(temperature|input-size)=([^,]*)")
KINDS_WITH_ARGUMENT = ("weights", "folder")
ALLOWED = (
    "weights:default, weights:PATH[,temperature=T][,input-size=PX], folder:DIR, random, grey, real"
)


@dataclass(frozen=True)
class ConditionSpec:
    """How the fakes of a condition are to be made.

    Attributes:
        name: of the condition, in the manifest and everywhere after.
        kind: one of ``manifest.KINDS``.
        argument: the weights or the folder; empty for the other kinds.
        temperature: T of the annealed mean; None takes the network's own.
        input_px: short side of what the network is shown; None takes the network's own.
    """

    name: str
    kind: str
    argument: str = ""
    temperature: float | None = None
    input_px: int | None = None


def parse_condition(text: str) -> ConditionSpec:
    """Read ``NAME=SPEC``, for example ``full=weights:default,temperature=0.38``.

    Raises:
        ColorizerError: no such form, kind or option, or a number that is none.
    """
    name, equals, spec = text.partition("=")
    if not equals or not CONDITION_NAME.fullmatch(name):
        raise ColorizerError(
            f"condition {text!r}: expected NAME=SPEC, the name of letters, digits, - _ and ."
        )
    kind, _, rest = spec.partition(":")
    if kind not in KINDS or bool(rest) != (kind in KINDS_WITH_ARGUMENT):
        raise ColorizerError(f"condition {name}: {spec!r} is none of {ALLOWED}")
    if kind != "weights":
        return ConditionSpec(name, kind, rest)
    argument, options = _split_options(rest)
    return ConditionSpec(
        name,
        kind,
        argument,
        temperature=_number(name, "temperature", options, float),
        input_px=_number(name, "input-size", options, int),
    )


def parse_conditions(texts: Sequence[str]) -> tuple[ConditionSpec, ...]:
    """Read all conditions of a set.

    Raises:
        ColorizerError: there is none, a name stands twice, or one cannot be read.
    """
    specs = tuple(parse_condition(text) for text in texts)
    names = [spec.name for spec in specs]
    if not specs:
        raise ColorizerError("a stimulus set needs a condition, for example full=weights:default")
    for name in names:
        if names.count(name) > 1:
            raise ColorizerError(f"condition {name} stands twice; each name is used once")
    return specs


def _split_options(text: str) -> tuple[str, dict[str, str]]:
    """Take the options off the end; what is before them is a path, commas and all."""
    parts, options = text.split(","), {}
    while len(parts) > 1 and (match := OPTION.fullmatch(parts[-1])):
        options[match.group(1)] = match.group(2)
        parts.pop()
    return ",".join(parts), options


def _number(
    name: str, option: str, options: dict[str, str], kind: Callable[[str], Number]
) -> Number | None:
    if option not in options:
        return None
    try:
        return kind(options[option])
    except ValueError:
        raise ColorizerError(
            f"condition {name}: {option} {options[option]!r} is no number that is allowed there"
        ) from None
