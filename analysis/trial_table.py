"""Read a trial table strictly: every cell is what ``columns.py`` says, or it is said where not.

Place on the data's path: ``study_app/export.py`` writes ``trials.csv``; everything in ``analysis``
works on what this module returns. Exclusions are left to ``data_quality.py``: a table that can be
read is returned whole.

Rows are counted as a spreadsheet shows them: the header is row 1.
"""

import csv
import hashlib
import io
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.cells import check_cells, convert_cells
from analysis.columns import COLUMN_NAMES, COLUMNS
from analysis.errors import TrialTableError

TABLE_NAME = "trials.csv"
FIRST_TRIAL_ROW = 2
# A message lists this many bad cells and counts the rest.
MOST_PROBLEMS_LISTED = 20
EMPTY_IS_REFUSED = "allowed: a header and one row per trial"


@dataclass(frozen=True)
class TrialTable:
    """The trials of a file, and which bytes they were read from.

    Attributes:
        trials: one row per trial; the columns of ``columns.py`` with their types (text as str,
            boolean as bool or pandas' nullable boolean, integer as int64, number as float64 with
            NaN for an empty cell, time as UTC datetimes), and ``fooled`` (nullable boolean, missing
            where unanswered).
        sha256: digest of the file's bytes, 64 hex digits.
    """

    trials: pd.DataFrame
    sha256: str


@dataclass(frozen=True)
class _Problem:
    """One bad cell or row; ``row`` as a spreadsheet counts."""

    row: int
    message: str


def read_trials(source: Path) -> TrialTable:
    """Read ``trials.csv``, or the one in a folder, and derive ``fooled``.

    Args:
        source: a CSV file, or a folder written by ``study-app export``.

    Raises:
        TrialTableError: the file is missing, empty, not UTF-8 or not such a table; one line per
            problem, each with file, row, column, the value found and those allowed.
    """
    path = _find_table(source)
    content = _read_bytes(path)
    rows = _split(_decode(content, path), path)
    columns = _columns_of(rows, path)
    problems = _problems(columns)
    if problems:
        raise TrialTableError("\n".join(_listed(problems, path)))
    trials = pd.DataFrame({column.name: convert_cells(column, columns) for column in COLUMNS})
    trials["fooled"] = derive_fooled(trials)
    return TrialTable(trials, hashlib.sha256(content).hexdigest())


def derive_fooled(trials: pd.DataFrame) -> "pd.Series[bool]":
    """Say for each trial whether the real photo was called fake; missing where unanswered.

    Args:
        trials: with columns ``chosen_side`` (missing or empty if unanswered) and ``real_side``.
    """
    answered = trials["chosen_side"].isin(["left", "right"])
    fooled = (trials["chosen_side"] == trials["real_side"]).astype("boolean")
    return fooled.mask(~answered)


def _find_table(source: Path) -> Path:
    path = source / TABLE_NAME if source.is_dir() else source
    if path.is_file():
        return path
    if source.is_dir():
        raise TrialTableError(f"{source}: the folder holds no {TABLE_NAME}")
    raise TrialTableError(f"{source}: there is no such file or folder")


def _read_bytes(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TrialTableError(f"{path}: cannot be read: {error.strerror}") from None
    if not content.strip():
        raise TrialTableError(f"{path}: the file is empty; {EMPTY_IS_REFUSED}")
    return content


def _decode(content: bytes, path: Path) -> str:
    """Decode UTF-8, with or without the mark that spreadsheets put in front."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        found = f"byte 0x{content[error.start]:02x}"
        raise TrialTableError(
            f"{path}, row {row}: found {found}, which is not UTF-8; allowed: text saved as UTF-8"
        ) from None


def _split(text: str, path: Path) -> list[list[str]]:
    """Split into rows of cells; equal cells share one string, or large tables would not fit."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        for row in reader:
            rows.append([sys.intern(cell) for cell in row])
    except csv.Error as error:
        row_number = len(rows) + 1
        raise TrialTableError(f"{path}, row {row_number}: not comma-separated: {error}") from None
    while rows and not rows[-1]:
        rows.pop()
    if not rows:
        raise TrialTableError(f"{path}: the file is empty; {EMPTY_IS_REFUSED}")
    return rows


def _columns_of(rows: list[list[str]], path: Path) -> dict[str, list[str]]:
    """Give the cells by column, after checking the header and the length of every row."""
    header, *trials = rows
    problems = list(_header_problems(header))
    if problems:
        raise TrialTableError("\n".join(f"{path}, row 1: {problem}" for problem in problems))
    if not trials:
        raise TrialTableError(f"{path}: the table holds a header and no trials")
    ragged = [
        _Problem(number, f"found {len(row)} cells; allowed: {len(header)}, as many as the header")
        for number, row in enumerate(trials, start=FIRST_TRIAL_ROW)
        if len(row) != len(header)
    ]
    if ragged:
        raise TrialTableError("\n".join(_listed(ragged, path)))
    return dict(zip(header, map(list, zip(*trials, strict=True)), strict=True))


def _header_problems(header: list[str]) -> Iterator[str]:
    if len(header) == 1 and (separator := _other_separator(header[0])):
        yield f"found columns separated by {separator!r}; allowed: commas"
        return
    for name in COLUMN_NAMES:
        if name not in header:
            yield f"column {name} is missing; allowed: all of {', '.join(COLUMN_NAMES)}"
    for name in dict.fromkeys(header):
        if name not in COLUMN_NAMES:
            yield f"found column {name!r}; allowed: only {', '.join(COLUMN_NAMES)}"
        elif header.count(name) > 1:
            yield f"column {name} stands there {header.count(name)} times; allowed: once"


def _other_separator(header: str) -> str | None:
    return next((mark for mark in (";", "\t", "|") if mark in header), None)


def _problems(columns: dict[str, list[str]]) -> list[_Problem]:
    """Find every bad cell; rules between cells are looked at once the cells themselves are good."""
    cells = [
        _Problem(place + FIRST_TRIAL_ROW, f"column {column.name}: {message}")
        for column in COLUMNS
        for place, message in check_cells(column, columns[column.name])
    ]
    if cells:
        return sorted(cells, key=lambda problem: problem.row)
    rules = (_contradictions, _repeated_trials, _changing_codes)
    return sorted(
        (problem for rule in rules for problem in rule(columns)), key=lambda problem: problem.row
    )


def _contradictions(columns: dict[str, list[str]]) -> Iterator[_Problem]:
    """Cells of one row that cannot stand beside each other."""
    cells = zip(
        columns["block"],
        columns["trial_type"],
        columns["chosen_side"],
        columns["response_ms"],
        columns["answered_at"],
        strict=True,
    )
    for row, (block, kind, chosen, response, answered) in enumerate(cells, start=FIRST_TRIAL_ROW):
        if (block == "practice") != (kind == "practice"):
            allowed = "practice" if block == "practice" else "main, vigilance, control"
            yield _Problem(
                row,
                f"column trial_type: found {kind!r} in block {block};"
                f" allowed in block {block}: {allowed}",
            )
        if not chosen and (response or answered):
            yield _Problem(
                row,
                "column chosen_side: found nothing beside a response_ms or answered_at;"
                " allowed in an answered trial: left, right",
            )


def _repeated_trials(columns: dict[str, list[str]]) -> Iterator[_Problem]:
    first_rows: dict[tuple[str, int], int] = {}
    trials = zip(columns["study_session_id"], map(int, columns["trial_index"]), strict=True)
    for row, trial in enumerate(trials, start=FIRST_TRIAL_ROW):
        first = first_rows.setdefault(trial, row)
        if first != row:
            session, index = trial
            yield _Problem(
                row,
                f"column trial_index: found {index} of study session {session}, which stands"
                f" in row {first} already; allowed: each trial once",
            )


def _changing_codes(columns: dict[str, list[str]]) -> Iterator[_Problem]:
    """A code that means two things: of one session two people, of one pair two photos."""
    for code, meaning in (
        ("study_session_id", "participant_id"),
        ("participant_id", "simulated"),
        ("pair_id", "photo_id"),
    ):
        first_rows: dict[str, tuple[int, str]] = {}
        cells = zip(columns[code], columns[meaning], strict=True)
        for row, (name, value) in enumerate(cells, start=FIRST_TRIAL_ROW):
            first, expected = first_rows.setdefault(name, (row, value))
            if value != expected:
                yield _Problem(
                    row,
                    f"column {meaning}: found {value!r} for {code} {name};"
                    f" allowed: {expected!r}, as in row {first}",
                )


def _listed(problems: list[_Problem], path: Path) -> Iterable[str]:
    for problem in problems[:MOST_PROBLEMS_LISTED]:
        yield f"{path}, row {problem.row}: {problem.message}"
    rest = len(problems) - MOST_PROBLEMS_LISTED
    if rest > 0:
        yield f"{path}: {rest} more problems like these, {len(problems)} in all"
