"""Pack a study's data into one file to be taken away.

Place on the data's path: the desk makes it in a temporary folder and sends it; the same files as
``study-app export`` writes, in either form.
"""

from pathlib import Path
from typing import Literal

from sqlalchemy.orm import Session

from study_app.archive import write_archive, zip_bytes
from study_app.archive_notes import notes_of
from study_app.catalog import file_of
from study_app.export import export_files
from study_app.export_tables import ANSWERS
from study_app.models import Study
from study_app.study_states import Phase

Package = Literal["data", "archive", "pilot-data"]


def archive_notes(session: Session, study: Study) -> list[str]:
    """Give what to think of before the archive goes to others, one sentence each."""
    study_file = file_of(study)
    answers = ANSWERS.text_rows(session, study, "main")
    return list(notes_of(study_file, study_file.archive, study.state, answers))


def write_package(session: Session, study: Study, package: Package, folder: Path) -> Path:
    """Write a ZIP file with a study's data into a folder; gives its path.

    Args:
        session: reads in one transaction, so that all files agree.
        study: the study.
        package: the plain export, the Psych-DS archive, or the plain export of the pilot alone.
        folder: exists already.

    Raises:
        ExportError: it cannot be written.
        StimulusSetError: the manifest of a stimulus set is gone, which the archive holds.
    """
    path = folder / f"{study.code}-{package}.zip"
    if package == "archive":
        write_archive(session, study, path)
    else:
        phase: Phase = "pilot" if package == "pilot-data" else "main"
        path.write_bytes(zip_bytes(export_files(session, study, phase), path.stem))
    return path
