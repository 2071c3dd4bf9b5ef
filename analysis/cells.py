"""Check and convert the cells of one column of the trial table by its contract.

Place on the data's path: ``trial_table.py`` calls it for each column of ``columns.py``. What a cell
means beside its neighbours is left to ``trial_table.py``.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from analysis.columns import Column

BOOLEANS = ("true", "false")
# The longest piece of a bad cell that a message repeats.
LONGEST_QUOTE = 60
MOST_DIGITS = 15
UTC_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):\d{2}(:\d{2}([.]\d{1,9})?)?(Z|[+]00:00)", re.ASCII
)


def check_cells(column: Column, cells: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Give place (from 0) and message of every cell that the column does not allow."""
    verdicts: dict[str, bool] = {}
    for place, cell in enumerate(cells):
        good = verdicts.get(cell)
        if good is None:
            good = verdicts[cell] = is_allowed(column, cell)
        if not good:
            yield place, f"found {_quoted(cell)}; allowed: {describe_allowed(column)}"


def is_allowed(column: Column, cell: str) -> bool:
    """Say whether a cell is a value of its column."""
    if cell == "":
        return column.nullable
    if column.allowed is not None:
        return cell in column.allowed
    match column.type:
        case "text":
            return cell == cell.strip() and cell.isprintable()
        case "boolean":
            return cell in BOOLEANS
        case "integer":
            return _is_integer(column, cell)
        case "number":
            return _is_number(column, cell)
        case "time":
            return _is_utc_time(cell)


def describe_allowed(column: Column) -> str:
    """Say in a few words what a column allows."""
    if column.allowed is not None:
        words = ", ".join(column.allowed)
    else:
        words = {
            "text": "printable text without spaces around it",
            "boolean": ", ".join(BOOLEANS),
            "integer": f"a whole number{_from(column)}",
            "number": f"a number with a decimal point{_from(column)}{_in_unit(column)}",
            "time": "an ISO 8601 time in UTC such as 2026-01-31T12:00:00Z",
        }[column.type]
    return f"{words}, or nothing" if column.nullable else words


def convert_cells(column: Column, columns: Mapping[str, Sequence[str]]) -> "pd.Series[Any]":
    """Turn the checked cells of a column into a typed series; an empty cell is missing.

    Args:
        column: the contract of the column.
        columns: checked cells by the names of their columns.
    """
    cells = pd.Series(columns[column.name], dtype="str")
    match column.type:
        case "boolean":
            known = cells.map({"true": True, "false": False, "": None}).astype("boolean")
            return known if column.nullable else known.astype("bool")
        case "integer":
            return cells.astype("int64")
        case "number":
            return cells.where(cells != "", "nan").astype("float64")
        case "time":
            return pd.to_datetime(cells.where(cells != ""), format="ISO8601", utc=True)
        case "text":
            return cells.where(cells != "")


def _is_integer(column: Column, cell: str) -> bool:
    is_whole = cell.isascii() and cell.isdigit() and len(cell) <= MOST_DIGITS
    return is_whole and _at_least(column, int(cell))


def _is_number(column: Column, cell: str) -> bool:
    if not set(cell) <= set("0123456789.eE+-"):
        return False
    try:
        value = float(cell)
    except ValueError:
        return False
    return math.isfinite(value) and _at_least(column, value)


def _is_utc_time(cell: str) -> bool:
    if not UTC_TIME.fullmatch(cell):
        return False
    try:
        datetime.fromisoformat(cell)
    except ValueError:
        return False
    return True


def _at_least(column: Column, value: float) -> bool:
    return column.minimum is None or value >= column.minimum


def _from(column: Column) -> str:
    return "" if column.minimum is None else f" from {column.minimum:g} up"


def _in_unit(column: Column) -> str:
    return "" if column.unit is None else f", in {column.unit}"


def _quoted(cell: str) -> str:
    if cell == "":
        return "nothing"
    return repr(cell if len(cell) <= LONGEST_QUOTE else cell[: LONGEST_QUOTE - 1] + "…")
