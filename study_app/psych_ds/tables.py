"""Rules about tables: CSV in UTF-8, a header, as many cells in each row, columns all described.

"Rules and Conventions", Data Files; schema 1.5.1 ``rules/csv_data.yaml``; codes of
``rules/errors.yaml``.
"""

import csv
import io
from collections.abc import Iterator, Sequence

from study_app.number_words import counted
from study_app.psych_ds.problems import Problem, error

ROW_ID = "row_id"
FIRST_ROW = 2  # as spreadsheets count: the header is row 1


def check_table(path: str, content: bytes, described: Sequence[str]) -> Iterator[Problem]:
    """Check one table.

    Args:
        path: of the table.
        content: its bytes.
        described: names of the columns that its metadata measure.
    """
    try:
        rows = read_rows(content)
    except UnicodeDecodeError:
        yield error("CSV_FORMATTING_ERROR", path, "is not UTF-8")
        return
    except csv.Error as mistake:
        yield error("CSV_FORMATTING_ERROR", path, f"is no CSV: {mistake}")
        return
    header = rows[0] if rows else []
    if not header or not all(name.strip() for name in header):
        yield error("CSV_HEADER_MISSING", path, "the first row does not name every column")
        return
    yield from _check_header(path, header, described)
    for number, row in enumerate(rows[1:], start=FIRST_ROW):
        if len(row) != len(header):
            found = f"row {number} has {counted(len(row), 'cell')}, the header {len(header)}"
            yield error("CSV_HEADER_LENGTH_MISMATCH", path, found)
            return
    if ROW_ID in header:
        cells = [row[header.index(ROW_ID)] for row in rows[1:]]
        if len(set(cells)) < len(cells):
            yield error("ROWID_VALUES_NOT_UNIQUE", path, f"a value of {ROW_ID} stands twice")


def read_rows(content: bytes) -> list[list[str]]:
    """Split a table into cells.

    Raises:
        UnicodeDecodeError: it is not UTF-8.
        csv.Error: it is no CSV.
    """
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def _check_header(path: str, header: Sequence[str], described: Sequence[str]) -> Iterator[Problem]:
    if len(set(header)) < len(header):
        twice = next(name for name in header if header.count(name) > 1)
        yield error("CSV_HEADER_REPEATED", path, f"column {twice} stands twice")
    if missing := [name for name in header if name not in described]:
        yield error("CSV_COLUMN_MISSING_FROM_METADATA", path,
                    f"variableMeasured does not have {', '.join(missing)}")  # fmt: skip
