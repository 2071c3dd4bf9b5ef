"""Split a ``trials.csv`` into cells: fast where it is plain, with care where it is not.

Place on the data's path: ``sources.py`` hands in the file's bytes. A plain table (every
row as long as the header, quotes around whole cells only) is split by Arrow; all else goes through
Python's csv module, whose rows and messages are exact. What both can split, both split alike.
"""

import csv
import hashlib
import io
import sys
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

from analysis.columns import COLUMN_NAMES
from analysis.errors import Problem, TrialTableError
from analysis.text_table import FIRST_TRIAL_ROW, TextTable, header_problems
from analysis.wording import counted

EMPTY_IS_REFUSED = "allowed: a header and one row per trial"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BLOCK_BYTES = 1 << 24
LONGEST_HEADER_BYTES = 4096
QUOTE = ord('"')
LINE_ENDS = (ord("\n"), ord("\r"))
LINE_END = np.array([ord("\n")], dtype=np.uint8)
SEPARATORS = np.array([ord(","), *LINE_ENDS], dtype=np.uint8)


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
            yield Problem(
                number, None, counted(len(row), "cell"), f"{n_cells}, as many as the header"
            )


def _split_plain(content: bytes) -> pa.Table | None:
    """Split by Arrow; None where the file is not plain and correct."""
    text = memoryview(content)[len(BYTE_ORDER_MARK) * content.startswith(BYTE_ORDER_MARK) :]
    end = len(text)
    while end and text[end - 1] in LINE_ENDS:
        end -= 1
    text = text[:end]
    has_quotes = b'"' in content
    if not _is_plain_header(text) or not _has_plain_lines(content):
        return None
    if has_quotes and not _has_plain_quotes(np.frombuffer(text, np.uint8)):
        return None
    strings = {name: pa.string() for name in COLUMN_NAMES}
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(pa.py_buffer(text)),
            read_options=pyarrow.csv.ReadOptions(block_size=BLOCK_BYTES),
            parse_options=pyarrow.csv.ParseOptions(
                quote_char='"' if has_quotes else False, ignore_empty_lines=False
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=strings, strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    return table if len(table) else None


def _is_plain_header(text: memoryview) -> bool:
    """Say whether the first line names every column once."""
    line = bytes(text[:LONGEST_HEADER_BYTES]).partition(b"\n")[0].rstrip(b"\r")
    names = line.decode("utf-8", "replace").split(",")
    return sorted(name.removeprefix('"').removesuffix('"') for name in names) == sorted(
        COLUMN_NAMES
    )


def _has_plain_lines(content: bytes) -> bool:
    r"""Say whether lines end in one way and none between them is empty.

    Arrow takes an empty line for a row of empty cells, and a lone \r for the end of a line.
    """
    if content.count(b"\r") != content.count(b"\r\n"):
        return False
    body = content.rstrip(b"\r\n")
    return body.find(b"\n\n") < 0 and body.find(b"\n\r\n") < 0


def _has_plain_quotes(text: NDArray[np.uint8]) -> bool:
    """Say whether quotes stand in pairs around whole cells, without quotes or line ends inside.

    Quotes must alternate: one behind a separator that opens a cell, one before a separator that
    closes it. Then there is one way to read them.

    Args:
        text: (n,), the bytes of the file without line ends at its end.
    """
    places = np.flatnonzero(text == QUOTE)
    padded = np.concatenate([LINE_END, text, LINE_END])
    is_behind, is_before = (np.isin(padded[places + shift], SEPARATORS) for shift in (0, 2))
    line_ends = np.flatnonzero(text == LINE_END[0])
    return bool(
        len(places) % 2 == 0
        and is_behind[0::2].all()
        and not is_behind[1::2].any()
        and is_before[1::2].all()
        and (np.searchsorted(places, line_ends) % 2 == 0).all()
    )


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
