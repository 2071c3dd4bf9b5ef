"""Read who was invited, consented and withdrew: ``participants.csv`` of an export folder.

Place on the data's path: ``study_app/export.py`` writes it beside the trial table;
``participant_flow.py`` counts on it. Only the columns that the flow needs are asked for, so that a
study program may add others.
"""

import csv
import io
from pathlib import Path

import pandas as pd

from analysis.errors import TrialTableError
from analysis.export_places import place_of
from analysis.wording import counted

PARTICIPANTS_NAME = "participants.csv"
NEEDED = ("participant_id",)


def read_participants(source: Path) -> pd.DataFrame | None:
    """Read the participants of an export folder as text; None where there is no such file.

    Args:
        source: an export folder, its ``participants.csv``, or anything else (gives None).

    Returns:
        One row per study session, every column as str, an empty cell as the empty string.

    Raises:
        TrialTableError: the file cannot be read, has no ``participant_id``, or a row has another
            number of cells than the header.
    """
    is_table = source.name == PARTICIPANTS_NAME
    path = source if is_table else place_of(source, PARTICIPANTS_NAME)
    if not path.is_file():
        return None
    header, *rows = _rows(path)
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise TrialTableError(
            f"{path}, row 1: found no column {missing[0]}; allowed: the header of study-app export"
        )
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise TrialTableError(
                f"{path}, row {number}: found {counted(len(row), 'cell')}; allowed: {len(header)},"
                " as many as the header"
            )
    return pd.DataFrame(rows, columns=header, dtype="str")


def _rows(path: Path) -> list[list[str]]:
    """Split the file; at least a header."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except OSError as error:
        raise TrialTableError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise TrialTableError(f"{path}: found bytes that are not UTF-8; allowed: UTF-8") from None
    except csv.Error as error:
        raise TrialTableError(f"{path}: is not comma-separated: {error}") from None
    if not rows:
        raise TrialTableError(f"{path}: the file is empty; allowed: a header and its rows")
    return rows
