"""Check and convert the cells of one column of the trial table by its contract.

Place on the data's path: ``trial_table.py`` calls it for each column of ``columns.py``. What a cell
means beside its neighbours is left to ``row_rules.py``. Each distinct cell is looked at once, and
numbers and times of the usual form not even that: Arrow matches them all at a time.
"""

import math
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute

from analysis.columns import Column

BOOLEANS = ("true", "false")
# The longest piece of a bad cell that a message repeats.
LONGEST_QUOTE = 60
MOST_DIGITS = 15
UTC_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):\d{2}(:\d{2}([.]\d{1,9})?)?(Z|[+]00:00)", re.ASCII
)
# Forms that need no second look: a short decimal number from 0 up, and a time of day.
USUAL_NUMBER = rf"^[0-9]{{1,{MOST_DIGITS}}}([.][0-9]{{1,{MOST_DIGITS}}})?$"
USUAL_TIME = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?Z$"
)
MICROSECONDS = pa.timestamp("us", "UTC")


def check_cells(column: Column, cells: pa.ChunkedArray) -> Iterator[tuple[int, str]]:
    """Give place (from 0) and quoted text of every cell that the column does not allow.

    Args:
        column: the contract of the column.
        cells: strings without nulls, "" for nothing.
    """
    distinct = pa.compute.unique(_unusual(column, cells)).to_pylist()
    bad = [cell for cell in distinct if not is_allowed(column, cell)]
    if not bad:
        return
    hit = pa.compute.is_in(cells, value_set=pa.array(bad, pa.string()))
    for place in np.flatnonzero(hit.to_numpy()):
        yield int(place), quoted(cells[place].as_py())


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


def convert_cells(column: Column, cells: pa.ChunkedArray) -> "pd.Series[Any]":
    """Turn the checked cells of a column into a typed series; an empty cell is missing.

    Args:
        column: the contract of the column.
        cells: strings that ``check_cells`` found good.
    """
    known = pa.compute.if_else(pa.compute.equal(cells, ""), None, cells)
    match column.type:
        case "boolean":
            nullable = {pa.bool_(): pd.BooleanDtype()}.get
            series: pd.Series[Any] = known.cast(pa.bool_()).to_pandas(types_mapper=nullable)
            return series if column.nullable else series.astype("bool")
        case "integer":
            return pd.Series(known.cast(pa.int64()).to_numpy())
        case "number":
            return pd.Series(_numbers(known))
        case "time":
            return _times(known)
        case "text":
            return pd.Series(pd.array(known, dtype="str"))


def quoted(cell: str) -> str:
    """Quote a bad cell for a message, cut where it is long."""
    if cell == "":
        return "nothing"
    return repr(cell if len(cell) <= LONGEST_QUOTE else cell[: LONGEST_QUOTE - 1] + "…")


def _unusual(column: Column, cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Leave out the cells that are surely good by their form."""
    if column.type == "number" and column.minimum in (None, 0):
        usual = pa.compute.match_substring_regex(cells, USUAL_NUMBER)
    elif column.type == "time" and _are_days(cells):
        usual = pa.compute.match_substring_regex(cells, USUAL_TIME)
    else:
        return cells
    return cells.filter(pa.compute.invert(usual))


def _are_days(cells: pa.ChunkedArray) -> bool:
    """Say whether every time that looks like one is on a day of the calendar."""
    usual = cells.filter(pa.compute.match_substring_regex(cells, USUAL_TIME))
    try:
        usual.cast(MICROSECONDS)
    except pa.ArrowInvalid:
        return False
    return True


def _numbers(cells: pa.ChunkedArray) -> Any:
    try:
        return cells.cast(pa.float64()).to_numpy()
    except pa.ArrowInvalid:  # forms that only Python reads, such as 1e5 with a sign before it
        return np.array(
            [np.nan if cell is None else float(cell) for cell in cells.to_pylist()], dtype=float
        )


def _times(cells: pa.ChunkedArray) -> "pd.Series[Any]":
    try:
        return pd.Series(cells.cast(MICROSECONDS).to_pandas())
    except pa.ArrowInvalid:  # without seconds, or finer than a microsecond
        text = pd.Series(cells.to_pylist(), dtype="str")
        return pd.to_datetime(text, format="ISO8601", utc=True).dt.as_unit("us")


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
