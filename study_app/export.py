"""Write the trial table by ``analysis.columns``, with codebooks, further tables and provenance.

Place on the data's path: the last arrow of the web study; ``analysis`` reads the folder. Excludes
nobody and names nobody: every trial of every enrolled study session is a row. Who withdrew keeps
the rows, but their answers stay out, as the page they saw at the end promises.
"""

import csv
import hashlib
import io
import json
import platform
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from analysis.columns import COLUMN_NAMES, COLUMNS
from study_app import export_tables
from study_app.catalog import file_of, roles_of
from study_app.errors import ExportError
from study_app.exclusion_rule import stated
from study_app.export_tables import EXPORT_TABLES, PARTICIPANTS
from study_app.export_tables import text_cell as _cell
from study_app.models import (
    Response,
    Study,
)
from study_app.presets import deviations_of
from study_app.results import write_folder
from study_app.study_states import Phase

TRIALS_NAME = "trials.csv"
CODEBOOK_NAME = "codebook.csv"
TABLES_CODEBOOK_NAME = "codebook_tables.csv"
STUDY_NAME = "study.toml"
PROVENANCE_NAME = "provenance.json"
FILE_NAMES = (
    TRIALS_NAME,
    CODEBOOK_NAME,
    *(table.name for table in EXPORT_TABLES),
    TABLES_CODEBOOK_NAME,
    STUDY_NAME,
    PROVENANCE_NAME,
)

CODEBOOK_COLUMNS = ("column", "type", "unit", "allowed", "minimum", "may_be_empty", "meaning")
TABLES_CODEBOOK_COLUMNS = ("file", "column", "type", "unit", "meaning")
DISTRIBUTION = "colorization-turing-test"
PILOT_DESCRIPTION = (
    "Pilot data: from people who took part while the study was in pilot. They are no part of the"
    " study's own data, and are never exported together with them."
)


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        folder: where.
        n_trials: rows of the trial table.
        n_study_sessions: rows of the table of participants.
        trials_sha256: digest of the trial table's bytes.
    """

    folder: Path
    n_trials: int
    n_study_sessions: int
    trials_sha256: str


def export_study(
    session: Session,
    study: Study,
    folder: Path,
    *,
    overwrite: bool = False,
    phase: Phase = "main",
) -> Exported:
    """Write a study's data into a folder; the same database gives the same bytes.

    Args:
        session: reads in one transaction, so that all files agree.
        study: the study.
        folder: must not exist, unless ``overwrite``.
        overwrite: replace an earlier export.
        phase: whose data: the study's own, or those of its pilot.

    Raises:
        ExportError: the folder exists, is no earlier export, or cannot be written.
    """
    _check_place(folder, overwrite)
    files = export_files(session, study, phase)
    write_folder(folder, files)
    provenance = json.loads(files[PROVENANCE_NAME])
    n_study_sessions = count_rows(files[PARTICIPANTS.name])
    digest = provenance["files"][TRIALS_NAME]
    return Exported(folder, provenance["n_trials"], n_study_sessions, digest)


def export_files(session: Session, study: Study, phase: Phase = "main") -> dict[str, bytes]:
    """Give every file of an export by its name; the same database gives the same bytes.

    Args:
        session: reads in one transaction, so that all files agree.
        study: the study.
        phase: whose data: the study's own, or those of its pilot.
    """
    trials = list(trial_rows(session, study, phase))
    files = {
        TRIALS_NAME: _csv_bytes(COLUMN_NAMES, trials),
        CODEBOOK_NAME: _csv_bytes(CODEBOOK_COLUMNS, codebook_rows()),
        **{
            table.name: _csv_bytes(table.column_names, table.text_rows(session, study, phase))
            for table in EXPORT_TABLES
        },
        TABLES_CODEBOOK_NAME: _csv_bytes(
            TABLES_CODEBOOK_COLUMNS, export_tables.codebook_rows(EXPORT_TABLES)
        ),
        STUDY_NAME: study.source.encode(),
    }
    return files | {PROVENANCE_NAME: _json_bytes(_provenance(session, study, files, trials, phase))}


def trial_rows(session: Session, study: Study, phase: Phase = "main") -> Iterable[dict[str, str]]:
    """Give the rows of the trial table as text, in the order of enrolment and of the plan."""
    for shown in export_tables.shown_trials(session, study, phase):
        planned = {
            "study_id": study.code,
            "participant_id": shown.participant.code,
            "study_session_id": shown.study_session.code,
            "simulated": shown.participant.simulated,
            "condition": shown.condition,
            "block": shown.trial.block,
            "trial_type": shown.trial.trial_type,
            "trial_index": shown.number,
            "pair_id": shown.pair.pair_id,
            "photo_id": shown.pair.photo_id,
            "real_side": shown.trial.real_side,
            "first_side": shown.trial.first_side,
        }
        cells = planned | _answered_cells(shown.response)
        yield {name: _cell(cells[name]) for name in COLUMN_NAMES}


def count_rows(table: bytes) -> int:
    """Count the rows of a table of an export, without its header."""
    return sum(1 for _ in csv.reader(io.StringIO(table.decode(), newline=""))) - 1


def codebook_rows() -> Iterable[dict[str, str]]:
    """Give one row per column of the trial table."""
    for column in COLUMNS:
        yield {
            "column": column.name,
            "type": column.type,
            "unit": column.unit or "",
            "allowed": " ".join(column.allowed or ()),
            "minimum": _cell(column.minimum),
            "may_be_empty": _cell(column.nullable),
            "meaning": column.meaning,
        }


def _answered_cells(response: Response | None) -> dict[str, Any]:
    names = ("chosen_side", "response_ms", "left_shown_ms", "right_shown_ms", "answered_at")
    if response is None:
        return dict.fromkeys(names) | {"exposure_valid": False}
    return {name: getattr(response, name) for name in (*names, "exposure_valid")}


def _csv_bytes(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    with tempfile.SpooledTemporaryFile(mode="w+", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        file.seek(0)
        return file.read().encode()


def _json_bytes(document: object) -> bytes:
    return (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _provenance(
    session: Session,
    study: Study,
    files: Mapping[str, bytes],
    trials: Sequence[Mapping[str, str]],
    phase: Phase,
) -> dict[str, Any]:
    """Say where the data come from; without a time of export, so that bytes repeat."""
    study_file = file_of(study)
    has_control = roles_of(session, study).control is not None
    return {
        "study_id": study.code,
        "state": study.state,
        "phase": phase,
        **({"description": PILOT_DESCRIPTION} if phase == "pilot" else {}),
        "study_digest": study.digest,
        "stimulus_set_digest": study.stimulus_set.digest,
        **(
            {"stimulus_set_digests": [stored.digest for stored in study.stimulus_sets]}
            if len(study.stimulus_sets) > 1
            else {}
        ),
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
        "n_trials": len(trials),
        "n_answered": sum(1 for row in trials if row["chosen_side"]),
        "last_answer_at": max((row["answered_at"] for row in trials), default="") or None,
        "exclusion": stated(study_file.exclusion),
        **({"equivalence": margin} if (margin := stated(study_file.equivalence)) else {}),
        "deviations_from_2016": list(deviations_of(study_file, has_control=has_control)),
        "versions": {
            "colorization-turing-test": metadata.version(DISTRIBUTION),
            "python": platform.python_version(),
        },
    }


def _check_place(folder: Path, overwrite: bool) -> None:
    if not folder.exists():
        return
    if not overwrite:
        raise ExportError(f"{folder}: exists already; --overwrite replaces an earlier export")
    if not folder.is_dir() or {entry.name for entry in folder.iterdir()} - set(FILE_NAMES):
        raise ExportError(f"{folder}: is no earlier export, so it is not replaced")
