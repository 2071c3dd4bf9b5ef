"""Split a ``trials.csv`` into cells: fast where it is plain, with care where it is not.

Place on the data's path: ``sources.py`` hands in the file's bytes. A plain table (no quotes, every
row as long as the header) is split by Arrow; whatever Arrow will not have, and every table with
quotes, goes through Python's csv module, whose rows and messages are exact. Both give the same.
"""

import csv
import hashlib
import io
import sys
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.csv

from analysis.columns import COLUMN_NAMES
from analysis.errors import Problem, TrialTableError
from analysis.text_table import FIRST_TRIAL_ROW, TextTable, header_problems

EMPTY_IS_REFUSED = "allowed: a header and one row per trial"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BLOCK_BYTES = 1 << 24


def read_csv_table(place: str, content: bytes) -> TextTable:
    """Split the bytes of a file.

    Args:
        place: what messages call it.
        content: UTF-8, comma-separated, with a header.

    Raises:
        TrialTableError: the file is empty, not UTF-8, not comma-separated, or lacks a column.
    """
    if not content.strip():
        raise TrialTableError(f"{place}: the file is empty; {EMPTY_IS_REFUSED}")
    sha256 = hashlib.sha256(content).hexdigest()
    plain = _split_plain(content)
    if plain is not None:
        rows = np.arange(FIRST_TRIAL_ROW, FIRST_TRIAL_ROW + len(plain), dtype=np.int64)
        columns = {name: plain[name] for name in COLUMN_NAMES}
        return TextTable(place, columns, rows, sha256)
    return _split_with_care(place, content, sha256)


def split_rows(place: str, content: bytes) -> list[list[str]]:
    """Split into rows of cells; equal cells share one string, or large tables would not fit.

    Raises:
        TrialTableError: the file is empty, not UTF-8 or not comma-separated.
    """
    reader = csv.reader(io.StringIO(_decode(place, content), newline=""), strict=True)
    rows = []
    try:
        for row in reader:
            rows.append([sys.intern(cell) for cell in row])
    except csv.Error as error:
        row_number = len(rows) + 1
        raise TrialTableError(f"{place}, row {row_number}: not comma-separated: {error}") from None
    while rows and not rows[-1]:
        rows.pop()
    if not rows:
        raise TrialTableError(f"{place}: the file is empty; {EMPTY_IS_REFUSED}")
    return rows


def ragged_rows(rows: list[list[str]], n_cells: int) -> Iterator[Problem]:
    """Name every row after the header that has not as many cells as it."""
    for number, row in enumerate(rows[1:], start=FIRST_TRIAL_ROW):
        if len(row) != n_cells:
            yield Problem(number, None, f"{len(row)} cells", f"{n_cells}, as many as the header")


def _split_plain(content: bytes) -> pa.Table | None:
    """Split by Arrow; None where the file is not plain and correct."""
    header = content[: content.find(b"\n")].removeprefix(BYTE_ORDER_MARK).rstrip(b"\r")
    names = header.decode("utf-8", "replace").split(",")
    if sorted(names) != sorted(COLUMN_NAMES) or b'"' in content:
        return None
    if content.count(b"\r") != content.count(b"\r\n"):
        return None
    end = len(content)
    while content[end - 1 : end] in (b"\n", b"\r"):
        end -= 1
    if content.find(b"\n\n", 0, end) >= 0 or content.find(b"\n\r\n", 0, end) >= 0:
        return None  # Arrow takes an empty line for a row of empty cells
    text = {name: pa.string() for name in COLUMN_NAMES}
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(pa.py_buffer(content).slice(0, end)),
            read_options=pyarrow.csv.ReadOptions(block_size=BLOCK_BYTES),
            parse_options=pyarrow.csv.ParseOptions(quote_char=False, ignore_empty_lines=False),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=text, strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    return table if len(table) else None


def _split_with_care(place: str, content: bytes, sha256: str) -> TextTable:
    rows = split_rows(place, content)
    header = rows[0]
    problems = list(_header_problems(header))
    if problems:
        raise TrialTableError.of_problems(place, problems)
    if len(rows) == 1:
        raise TrialTableError(f"{place}: the table holds a header and no trials")
    ragged = tuple(ragged_rows(rows, len(header)))
    bad = {problem.row for problem in ragged}
    numbers = [n for n in range(FIRST_TRIAL_ROW, len(rows) + 1) if n not in bad]
    columns = {
        name: pa.chunked_array([pa.array([rows[n - 1][i] for n in numbers], pa.string())])
        for i, name in enumerate(header)
    }
    return TextTable(place, columns, np.array(numbers, dtype=np.int64), sha256, ragged)


def _decode(place: str, content: bytes) -> str:
    """Decode UTF-8, with or without the mark that spreadsheets put in front."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems = list(_foreign_bytes(content))
        raise TrialTableError.of_problems(place, problems) from None


def _foreign_bytes(content: bytes) -> Iterator[Problem]:
    """Name every row with a byte that is not UTF-8."""
    for number, line in enumerate(content.split(b"\n"), start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            found = f"byte 0x{line[error.start]:02x}, which is not UTF-8"
            yield Problem(number, None, found, "text saved as UTF-8")


def _header_problems(header: list[str]) -> Iterator[Problem]:
    if len(header) == 1 and (separator := _other_separator(header[0])):
        yield Problem(1, None, f"columns separated by {separator!r}", "commas")
        return
    yield from header_problems(header, 1)


def _other_separator(header: str) -> str | None:
    return next((mark for mark in (";", "\t", "|") if mark in header), None)
