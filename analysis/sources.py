"""Find out what TRIALS is, by its content, and split it into cells.

Place on the data's path: ``trial_table.py`` reads through this module; the commands ask it which
files an analysis reads and where a study's own rules stand. Checks are left to ``trial_table.py``.
"""

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from analysis.amt_results import AmtSettings, is_amt_header, read_amt_results
from analysis.csv_table import BYTE_ORDER_MARK, read_csv_table
from analysis.database_table import read_database_table, sqlite_file
from analysis.errors import TrialTableError
from analysis.export_places import TABLE_NAME, place_of
from analysis.parquet_table import MAGIC, read_parquet_table
from analysis.text_table import TextTable

PARQUET_NAME = "trials.parquet"
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
SQLITE_MAGIC = b"SQLite format 3\0"
ZIP_MAGIC = b"PK\x03\x04"
# Enough for the header of any table.
HEAD_BYTES = 1 << 20


@dataclass(frozen=True)
class Source:
    """Where a trial table is.

    Attributes:
        kind: what it is.
        files: the files that hold it, in the order they are read; empty for a server.
        folder: the folder that was named; None for a file or an address.
        address: of the database; None for files.
    """

    kind: Literal["csv", "parquet", "amt", "database"]
    files: tuple[Path, ...]
    folder: Path | None = None
    address: str | None = None


def find_source(source: Path | str) -> Source:
    """Tell what a path or an address names.

    Raises:
        TrialTableError: there is nothing, a folder without a trial table, or a file that is none.
    """
    if isinstance(source, str) and ADDRESS.match(source):
        file = sqlite_file(source)
        return Source("database", () if file is None else (file,), address=source)
    path = Path(source)
    if path.is_dir():
        return _in_folder(path)
    if not path.is_file():
        raise TrialTableError(f"{path}: there is no such file or folder")
    head = _head(path)
    if head.startswith(SQLITE_MAGIC):
        return Source("database", (path,), address=f"sqlite:///{path}")
    if head.startswith(ZIP_MAGIC):
        raise TrialTableError(
            f"{path}: is a ZIP file or a spreadsheet; allowed: the folder that an archive unpacks"
            " to, or the table saved as CSV"
        )
    if head.startswith(MAGIC):
        return Source("parquet", (path,))
    return Source("amt" if _is_amt(head) else "csv", (path,))


def read_source(
    source: Path | str, *, study: str | None = None, amt: AmtSettings | None = None
) -> TextTable:
    """Split a source into cells.

    Args:
        source: a path or an address.
        study: which study of a database that holds several.
        amt: what AMT result files do not say of themselves.

    Raises:
        TrialTableError: it cannot be read, or an argument is for another kind of source.
    """
    found = find_source(source)
    if study is not None and found.kind != "database":
        raise TrialTableError(f"{source}: --study is for a database; allowed without it")
    if amt is not None and found.kind != "amt":
        raise TrialTableError(
            f"{source}: --amt-practice and --amt-vigilance are for results of AMT_Real_vs_Fake;"
            " allowed without them"
        )
    if found.address is not None:
        return read_database_table(found.address, study)
    if found.kind == "parquet":
        return read_parquet_table(found.files[0])
    if found.kind == "amt":
        contents = [(str(path), _read_bytes(path)) for path in found.files]
        return read_amt_results(contents, amt or AmtSettings())
    return read_csv_table(str(found.files[0]), _read_bytes(found.files[0]))


def _in_folder(folder: Path) -> Source:
    """Find the table of an export, or the result files of AMT_Real_vs_Fake, in a folder."""
    table = place_of(folder, TABLE_NAME)
    if table.is_file():
        return Source("csv", (table,), folder)
    if (folder / PARQUET_NAME).is_file():
        return Source("parquet", (folder / PARQUET_NAME,), folder)
    results = tuple(path for path in sorted(folder.glob("*.csv")) if _is_amt(_head(path)))
    if results:
        return Source("amt", results, folder)
    raise TrialTableError(f"{folder}: the folder holds no {TABLE_NAME}")


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise TrialTableError(f"{path}: cannot be read: {error.strerror}") from None


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TrialTableError(f"{path}: cannot be read: {error.strerror}") from None


def _is_amt(head: bytes) -> bool:
    line = head.removeprefix(BYTE_ORDER_MARK).split(b"\n", 1)[0].decode("utf-8", "replace")
    try:
        names = next(csv.reader([line.rstrip("\r")]), [])
    except csv.Error:
        return False
    return is_amt_header(names)
