"""Numbers as readers write them: percent, points, limits, p-values; the same everywhere.

Place on the data's path: ``page.py``, ``tables.py`` and the ``illustrations`` modules ask here.
"""

from collections.abc import Mapping
from typing import Any

MINUS = "−"
NO_BREAK_SPACE = "\u00a0"
NOTHING = "–"
SMALLEST_P = 0.001

Entry = Mapping[str, Any]


def percent(share: float | None, digits: int | None = 1) -> str:
    """Write a fraction in percent, ``0.305`` as ``30.5 %``; a dash for None."""
    if share is None:
        return NOTHING
    number = f"{100 * share:.6g}" if digits is None else f"{100 * share:.{digits}f}"
    return f"{number}{NO_BREAK_SPACE}%"


def limits(interval: Entry) -> str:
    """Write the limits of a share in percent, ``26.6–34.7 %``; a dash where there are none."""
    if interval["low"] is None:
        return NOTHING
    return f"{100 * interval['low']:.1f}–{100 * interval['high']:.1f}{NO_BREAK_SPACE}%"


def points(difference: float | None, digits: int = 1) -> str:
    """Write a difference of fractions in percentage points with its sign."""
    if difference is None:
        return NOTHING
    number = f"{100 * difference:+.{digits}f}"
    return (number[1:] if float(number) == 0 else number).replace("-", MINUS)


def point_limits(difference: Entry, low: str = "low", high: str = "high", digits: int = 1) -> str:
    """Write the limits of a difference in percentage points; a dash where there are none."""
    if difference[low] is None:
        return NOTHING
    return f"{points(difference[low], digits)} to {points(difference[high], digits)}"


def plain_limits(interval: Entry) -> str:
    """Write limits on a scale without a unit; a dash where there are none."""
    if interval["low"] is None:
        return NOTHING
    return f"{decimal(interval['low'])} to {decimal(interval['high'])}"


def p_value(value: float | None) -> str:
    """Write a p-value with three decimals, or that it is below 0.001."""
    if value is None:
        return NOTHING
    if value < SMALLEST_P:
        return f"< {SMALLEST_P}"
    return f"> {1 - SMALLEST_P}" if 1 - SMALLEST_P < value < 1 else f"{value:.3f}"


def probability(value: float | None) -> str:
    """Write a probability in whole percent, never rounded to certainty; a dash for None."""
    if value is None:
        return NOTHING
    if 0 < value < 0.005:
        return f"< 1{NO_BREAK_SPACE}%"
    if 0.995 < value < 1:
        return f"> 99{NO_BREAK_SPACE}%"
    return f"{100 * value:.0f}{NO_BREAK_SPACE}%"


def milliseconds(value: float | None) -> str:
    """Write a time in whole milliseconds with its unit; a dash for None."""
    return NOTHING if value is None else f"{value:,.0f}{NO_BREAK_SPACE}ms"


def whole(value: float | None) -> str:
    """Write a number without decimals, thousands parted; a dash for None."""
    return NOTHING if value is None else f"{value:,.0f}"


def decimal(value: float | None, digits: int = 2) -> str:
    """Write a number with a true minus sign; a dash for None."""
    if value is None:
        return NOTHING
    number = f"{value:.{digits}f}"
    return (number.lstrip("-") if float(number) == 0 else number).replace("-", MINUS)


def count(n: int | None) -> str:
    """Write a number of things, thousands parted; a dash for None, which is not 0."""
    return NOTHING if n is None else f"{n:,}"


def counted(n: int, one: str, several: str | None = None) -> str:
    """Write a number with its noun: ``1 photo``, ``2 photos``."""
    return f"{n:,} {one if n == 1 else several or one + 's'}"


def whose(document: Entry) -> str:
    """Say below a figure or table whose data they are, where they are not a study's own."""
    pilot = " Pilot data." if document["is_pilot"] else ""
    return pilot + (" Simulated observers." if document["only_simulated"] else "")


def rate_in_words(entry: Entry) -> str:
    """Write a fool rate with its headline interval, ``32.0 % (28.0–37.0)``."""
    if entry["fool_rate"] is None:
        return "no trials"
    interval = entry["people_and_photos"]
    if interval["low"] is None:
        return percent(entry["fool_rate"])
    return (
        f"{percent(entry['fool_rate'])} ({100 * interval['low']:.1f}–{100 * interval['high']:.1f})"
    )


def difference_in_words(entry: Entry) -> str:
    """Write a difference with its interval, in percentage points."""
    if entry["difference"] is None:
        return "no trials"
    if entry["low"] is None:
        return points(entry["difference"])
    return f"{points(entry['difference'])} ({point_limits(entry)})"


def in_percent(interval: Entry) -> tuple[float, float] | None:
    """Give limits in percent for a figure; None where there are none."""
    if interval["low"] is None:
        return None
    return 100 * interval["low"], 100 * interval["high"]
