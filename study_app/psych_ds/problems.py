"""What a check finds."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """One rule that is not kept.

    Attributes:
        severity: an error makes a data set invalid; a warning does not.
        code: of the rule, as Psych-DS calls it.
        place: path below the data set; empty for the data set as a whole.
        message: one sentence: what was found, what is allowed.
    """

    severity: Severity
    code: str
    place: str
    message: str

    def __str__(self) -> str:
        """Say it in one line."""
        where = f"{self.place}: " if self.place else ""
        return f"{self.severity} {self.code}: {where}{self.message}"


def error(code: str, place: str, message: str) -> Problem:
    """Make a problem that no valid data set has."""
    return Problem("error", code, place, message)


def warning(code: str, place: str, message: str) -> Problem:
    """Make a problem that a valid data set may have."""
    return Problem("warning", code, place, message)
