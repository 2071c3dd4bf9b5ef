"""A trial table as Parquet: the same columns, typed, a fifth of the size.

Place on the data's path: ``sources.py`` reads one here as text, so that the same checks and
messages hold for it as for a ``trials.csv``; ``analysis convert`` writes one.
"""

import hashlib
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet

from analysis.columns import COLUMN_NAMES
from analysis.errors import TrialTableError
from analysis.text_table import TextTable, header_problems

MAGIC = b"PAR1"
# The first trial of a table that has no header row.
FIRST_ROW = 1


def read_parquet_table(path: Path) -> TextTable:
    """Read a Parquet file as text; rows are counted from 1.

    Raises:
        TrialTableError: the file is no Parquet, has no trials or other columns.
    """
    place = str(path)
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        table = pyarrow.parquet.read_table(path)
    except OSError as error:
        reason = error.strerror or "damaged, or no Parquet file"
        raise TrialTableError(f"{place}: cannot be read: {reason}") from None
    except pa.ArrowException:
        raise TrialTableError(f"{place}: cannot be read: damaged, or no Parquet file") from None
    problems = list(header_problems(table.column_names, None))
    if problems:
        raise TrialTableError.of_problems(place, problems)
    if len(table) == 0:
        raise TrialTableError(f"{place}: the table holds no trials")
    rows = np.arange(FIRST_ROW, FIRST_ROW + len(table), dtype=np.int64)
    columns = {name: _as_text(place, name, table[name]) for name in COLUMN_NAMES}
    return TextTable(place, columns, rows, sha256, origin="Parquet file")


def parquet_bytes(trials: pd.DataFrame) -> bytes:
    """Write a typed trial table; the same trials give the same bytes with the same versions."""
    table = pa.Table.from_pandas(trials[list(COLUMN_NAMES)], preserve_index=False)
    sink = io.BytesIO()
    pyarrow.parquet.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _as_text(place: str, name: str, cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write typed cells as a ``trials.csv`` has them; what is missing is nothing."""
    if pa.types.is_floating(cells.type):
        is_nan = pa.compute.is_nan(cells).fill_null(fill_value=False)
        cells = pa.compute.if_else(is_nan, None, cells)
    if pa.types.is_timestamp(cells.type) and cells.type.tz is not None:
        cells = cells.cast(pa.timestamp(cells.type.unit, "UTC"))
    try:
        return cells.cast(pa.string()).fill_null("")
    except pa.ArrowException:
        raise TrialTableError(
            f"{place}: column {name}: found cells of type {cells.type}; allowed: text, numbers,"
            " true and false, times"
        ) from None
