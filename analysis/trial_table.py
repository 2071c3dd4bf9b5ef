"""Read a trial table strictly: every cell is what ``columns.py`` says, or it is said where not.

Place on the data's path: ``study_app/export.py`` writes ``trials.csv``; ``sources.py`` finds and
splits it, or a table from elsewhere; everything in ``analysis`` works on what this module returns.
Exclusions are left to ``exclusions.py``: a table that can be read is returned whole.

Rows are counted as a spreadsheet shows them: the header is row 1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.amt_results import AmtSettings
from analysis.cells import check_cells, convert_cells, describe_allowed
from analysis.columns import COLUMNS
from analysis.errors import Problem, TrialTableError
from analysis.row_rules import row_problems
from analysis.sources import read_source
from analysis.text_table import TextTable


@dataclass(frozen=True)
class TrialTable:
    """The trials of a source, and what they were read from.

    Attributes:
        trials: one row per trial; the columns of ``columns.py`` with their types (text as str,
            boolean as bool or pandas' nullable boolean, integer as int64, number as float64 with
            NaN for an empty cell, time as UTC datetimes), and ``fooled`` (nullable boolean, missing
            where unanswered).
        sha256: digest of the file's bytes, 64 hex digits; of a database, of the ``trials.csv`` that
            ``study-app export`` writes from it.
        origin: what kind of source it was, in a few words.
    """

    trials: pd.DataFrame
    sha256: str
    origin: str = "trial table"


def read_trials(
    source: Path | str, *, study: str | None = None, amt: AmtSettings | None = None
) -> TrialTable:
    """Read a trial table from wherever it is, and derive ``fooled``.

    Args:
        source: a ``trials.csv``, a Parquet file, a folder written by ``study-app export``, a
            database's address, or result files of AMT_Real_vs_Fake; told apart by content.
        study: which study of a database that holds several.
        amt: what AMT result files do not say of themselves; None for that tool's own defaults.

    Raises:
        TrialTableError: the source is missing, empty or not such a table; one line per problem,
            each with file, row, column, the value found and those allowed.
    """
    return typed_table(read_checked(source, study=study, amt=amt))


def read_checked(
    source: Path | str, *, study: str | None = None, amt: AmtSettings | None = None
) -> TextTable:
    """Read a trial table as text, checked; arguments and errors of ``read_trials``."""
    table = read_source(source, study=study, amt=amt)
    problems = find_problems(table)
    if problems:
        raise TrialTableError.of_problems(table.place, problems)
    return table


def find_problems(table: TextTable) -> list[Problem]:
    """Find every bad cell and row, in the table's order."""
    good: dict[str, NDArray[np.bool]] = {}
    problems = [*table.problems, *_cell_problems(table, good), *row_problems(table, good)]
    return sorted(problems, key=lambda problem: problem.row or 0)


def typed_table(table: TextTable) -> TrialTable:
    """Convert a checked table and derive ``fooled``."""
    trials = pd.DataFrame(
        {column.name: convert_cells(column, table.columns[column.name]) for column in COLUMNS}
    )
    trials["fooled"] = derive_fooled(trials)
    return TrialTable(trials, table.sha256, table.origin)


def derive_fooled(trials: pd.DataFrame) -> "pd.Series[bool]":
    """Say for each trial whether the real photo was called fake; missing where unanswered.

    Args:
        trials: with columns ``chosen_side`` (missing or empty if unanswered) and ``real_side``.
    """
    answered = trials["chosen_side"].isin(["left", "right"])
    fooled = (trials["chosen_side"] == trials["real_side"]).astype("boolean")
    return fooled.mask(~answered)


def _cell_problems(table: TextTable, good: dict[str, NDArray[np.bool]]) -> Iterator[Problem]:
    """Find every bad cell, column by column; notes in ``good`` which cells are good."""
    for column in COLUMNS:
        is_good = good[column.name] = np.ones(len(table.rows), dtype=np.bool)
        allowed = describe_allowed(column)
        for place, found in check_cells(column, table.columns[column.name]):
            is_good[place] = False
            yield Problem(int(table.rows[place]), column.name, found, allowed)
