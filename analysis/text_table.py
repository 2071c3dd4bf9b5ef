"""A trial table before it is checked: every cell as text, with the row it stands in.

Place on the data's path: ``csv_table.py``, ``parquet_table.py``, ``database_table.py`` and
``amt_results.py`` each turn one kind of source into it; ``trial_table.py`` checks and converts it.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.columns import COLUMN_NAMES
from analysis.errors import Problem

# The place of the first trial in a file with a header, as a spreadsheet counts.
FIRST_TRIAL_ROW = 2
ROWS_AT_A_TIME = 50_000


@dataclass(frozen=True)
class TextTable:
    """The cells of a trial table as text.

    Attributes:
        place: what messages call the source: a path, or a database without its password.
        columns: by name, all of ``columns.py``: arrays of strings without nulls, "" for nothing.
        rows: (n,), int64, the row of each trial as a spreadsheet counts.
        sha256: digest of the source, 64 hex digits.
        problems: rows that are not in ``columns`` because they could not be split into cells.
        origin: what kind of source it was, in a few words.
    """

    place: str
    columns: Mapping[str, pa.ChunkedArray]
    rows: NDArray[np.int64]
    sha256: str
    problems: tuple[Problem, ...] = ()
    origin: str = "trial table"


def header_problems(header: Sequence[str], row: int | None) -> Iterator[Problem]:
    """Say what the names of the columns lack.

    Args:
        header: the names, in order.
        row: where they stand; None where that is no row.
    """
    everything = ", ".join(COLUMN_NAMES)
    for name in COLUMN_NAMES:
        if name not in header:
            allowed = f"all of {everything}"
            sentence = f"column {name} is missing; allowed: {allowed}"
            yield Problem(row, name, "nothing", allowed, sentence)
    for name in dict.fromkeys(header):
        if name not in COLUMN_NAMES:
            yield Problem(row, None, f"column {name!r}", f"only {everything}")
        elif (times := list(header).count(name)) > 1:
            sentence = f"column {name} stands there {times} times; allowed: once"
            yield Problem(row, name, f"it {times} times", "once", sentence)


def text_columns(rows: Sequence[Sequence[str]]) -> dict[str, pa.ChunkedArray]:
    """Turn rows of cells, each in the order of ``COLUMN_NAMES``, into columns."""
    return {
        name: pa.chunked_array([pa.array([row[i] for row in rows], pa.string())])
        for i, name in enumerate(COLUMN_NAMES)
    }


def csv_chunks(columns: Mapping[str, pa.ChunkedArray]) -> Iterator[bytes]:
    """Write columns of text as ``study-app export`` writes ``trials.csv``, piece by piece."""
    yield csv_bytes([COLUMN_NAMES])
    n = len(columns[COLUMN_NAMES[0]])
    for start in range(0, n, ROWS_AT_A_TIME):
        pieces = [columns[name].slice(start, ROWS_AT_A_TIME).to_pylist() for name in COLUMN_NAMES]
        yield csv_bytes(list(zip(*pieces, strict=True)))


def csv_bytes(rows: Sequence[Sequence[str]]) -> bytes:
    """Write rows as CSV: UTF-8, commas, quotes where they are needed, newlines."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
