"""The process behind "Make report": a fresh export, then the ``analysis`` command on it.

Place on the data's path: ``monitoring/report_job.py`` starts it, as ``python -m
study_app.report_process STUDY KIND PHASE``; it writes down each step, and in the end what came of
it.
"""

import dataclasses
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import flask
from sqlalchemy.orm import Session

from study_app import catalog, export
from study_app.analysis_command import run_command
from study_app.command_context import app_context, check_database
from study_app.config import load_settings
from study_app.consented import has_people
from study_app.errors import ReportRefused, StudyError
from study_app.extensions import db
from study_app.models import Study
from study_app.monitoring.blinding import ReportKind
from study_app.monitoring.report_job import Job, folder_of, note_job, read_job
from study_app.monitoring.report_results import (
    EXPORT_NAME,
    PAGE_NAME,
    RESULT_NAMES,
    SEQUENCE_NAME,
    allowed_kind,
)
from study_app.monitoring.set_presence import count_missing_images
from study_app.study_states import Phase

NICENESS = 10

Note = Callable[..., None]


def main(arguments: Sequence[str]) -> int:
    """Make the report of a study; gives the exit code.

    Args:
        arguments: the study's code, the kind of report, and whose data: main or pilot.
    """
    study_code, kind, phase = arguments[0], *_kinds(arguments)
    settings = load_settings()
    folder = folder_of(settings.instance_path, study_code, phase)
    note = _noter(folder, kind)
    try:
        with app_context(settings):
            check_database()
            study = catalog.find_study(db.session(), study_code)
            message = _make(db.session(), study, kind, phase, folder, note)
    except StudyError as error:
        note(step="failed", message=str(error))
        return error.exit_code
    except Exception as error:
        # Nobody reads this process's output: the desk says it.
        note(step="failed", message=f"the process stumbled: {type(error).__name__}: {error}")
        raise
    note(step="done", message=message)
    return 0


def _kinds(arguments: Sequence[str]) -> tuple[ReportKind, Phase]:
    _, kind, phase = arguments
    return cast("ReportKind", kind), cast("Phase", phase)


def _make(
    session: Session, study: Study, kind: ReportKind, phase: Phase, folder: Path, note: Note
) -> str:
    for name in RESULT_NAMES:
        (folder / name).unlink(missing_ok=True)  # what is there is always of the last job
    note(step="exporting")
    exported = export.export_study(
        session, study, folder / EXPORT_NAME, overwrite=True, phase=phase
    )
    try:
        return _compute(session, study, kind, phase, folder, exported, note)
    finally:
        # Who is erased later must not be left in a folder that nobody thinks of.
        shutil.rmtree(folder / EXPORT_NAME, ignore_errors=True)


def _compute(
    session: Session,
    study: Study,
    kind: ReportKind,
    phase: Phase,
    folder: Path,
    exported: export.Exported,
    note: Note,
) -> str:
    # After the export: nobody's answers are in it who came after this question was answered.
    if allowed_kind(session, study, phase) != kind:
        until = "closing" if phase == "main" else "the pilot is ended"
        raise ReportRefused(f"people have come meanwhile, so fool rates stay hidden until {until}")
    sets = [Path(stored.folder) for stored in study.stimulus_sets]
    only_simulated = not has_people(session, study, phase)
    if count_missing_images(session, study, Path(flask.current_app.instance_path)):
        sets = []  # the report shows no pairs then; the desk's overview tells what is missing
    session.rollback()  # the database is not held while the analysis computes
    note(step="computing", n_trials=exported.n_trials, only_simulated=only_simulated)
    return run_command(_arguments(kind, folder, sets))


def _arguments(kind: ReportKind, folder: Path, sets: Sequence[Path]) -> list[str | Path]:
    exported = folder / EXPORT_NAME
    if kind == "sequence":
        return ["sequence", exported, "--json", folder / SEQUENCE_NAME, "--overwrite"]
    shown: list[str | Path] = ["--set", sets[0]] if len(sets) == 1 and sets[0].is_dir() else []
    return ["report", exported, "--out", folder / PAGE_NAME, *shown, "--overwrite"]


def _noter(folder: Path, kind: ReportKind) -> Note:
    now = datetime.now(UTC)
    jobs = [read_job(folder) or Job(kind, "starting", now, now)]

    def note(**changes: Any) -> None:
        jobs.append(dataclasses.replace(jobs[-1], step_at=datetime.now(UTC), **changes))
        note_job(folder, jobs[-1])

    return note


if __name__ == "__main__":
    os.nice(NICENESS)  # participants come first
    sys.exit(main(sys.argv[1:]))
