"""Write numbers, shares and times as the desk shows them. Pure.

Place on the data's path: the last step before a page; sentences and templates use the same words.
"""

from datetime import UTC, datetime

from study_app.number_words import noun

# U+202F: as narrow as a hair, and never broken over two lines.
THIN_SPACE = "\u202f"
NONE = "–"
FULL = 100


def thin(number: int) -> str:
    """Write a whole number with thin separators: 12 345."""
    return f"{number:,}".replace(",", THIN_SPACE)


def counted(number: int, one: str, several: str = "") -> str:
    """Write a whole number with its noun: 1 trial, 12 345 trials."""
    return f"{thin(number)} {noun(number, one, several)}"


def percent(share: float | None, digits: int = 0) -> str:
    """Write a fraction as a percentage, 87 %; a dash for None."""
    if share is None:
        return NONE
    return f"{FULL * share:.{digits}f}{THIN_SPACE}%"


def milliseconds(value: float | None) -> str:
    """Write a time in milliseconds, 1 234 ms; a dash for None."""
    return NONE if value is None else f"{thin(round(value))}{THIN_SPACE}ms"


def moment(at: datetime) -> str:
    """Write a time as 28 Nov 2026, 14:05 UTC."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%b %Y, %H:%M} UTC"
