"""Find a recruiter's people again by their names, so that pay can be approved.

Place on the data's path: the recruiter's list comes in, ``study-app find-participant`` prints what
became of each. The names are hashed as at consent and forgotten.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.errors import RecruiterListError
from study_app.models import Participant, Study, StudySession
from study_app.person_hash import person_hash

# As Prolific's and Mechanical Turk's own lists name the column.
KNOWN_COLUMNS = ("Participant id", "Participant ID", "participant_id", "WorkerId")


@dataclass(frozen=True)
class Found:
    """What became of one person; ``None`` throughout if nobody of that name enrolled.

    Attributes:
        external_id: the recruiter's name for the person.
        participant: code in the export.
        state: of the study session.
        payment: open, due or none.
        inclusion: open, included or excluded.
        completion_code: what they were given at the end.
    """

    external_id: str
    participant: str | None = None
    state: str | None = None
    payment: str | None = None
    inclusion: str | None = None
    completion_code: str | None = None


def find_people(
    session: Session, study: Study, salt: str, external_ids: Iterable[str]
) -> Iterator[Found]:
    """Give what became of each person, in the order of the names.

    Args:
        session: of the database.
        study: the study.
        salt: the instance's secret key, the same as when they enrolled.
        external_ids: the recruiter's names.
    """
    for external_id in external_ids:
        hashed = person_hash(salt, study.code, external_id)
        row = session.execute(
            sa.select(
                Participant.code,
                StudySession.state,
                StudySession.payment,
                StudySession.inclusion,
                StudySession.completion_code,
            )
            .join(StudySession)
            .where(Participant.study_id == study.id, Participant.external_id == hashed)
        ).first()
        yield Found(external_id, *row) if row else Found(external_id)


def read_names(path: Path, column: str | None = None) -> list[str]:
    """Read the names out of a recruiter's list.

    Args:
        path: a CSV file with a header.
        column: which column; None for the first one known by its name.

    Raises:
        RecruiterListError: the file cannot be read, has no such column, or nobody in it.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RecruiterListError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise RecruiterListError(f"{path}: found bytes that are not UTF-8") from None
    rows = csv.DictReader(io.StringIO(text, newline=""))
    header = rows.fieldnames or []
    wanted = [name for name in ((column,) if column else KNOWN_COLUMNS) if name in header]
    if not wanted:
        listed = ", ".join(header) or "none"
        raise RecruiterListError(
            f"{path}: has no column {column or ' or '.join(KNOWN_COLUMNS)}; found: {listed};"
            " --column names one"
        )
    names = [(row[wanted[0]] or "").strip() for row in rows]
    if not any(names):
        raise RecruiterListError(f"{path}: names nobody in column {wanted[0]}")
    return [name for name in names if name]
