"""Erase a participant wholly and leave a receipt that names nobody.

Place on the data's path: the withdrawal page and ``study-app erase-participant`` call it. Exports
and backups made before are files of the researcher's: they are not touched. Nothing is kept that
could recognise the person, so the same person may enrol again.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.errors import N_, NoStudySession, UnknownParticipant
from study_app.events import tell
from study_app.extensions import Base, begin_write, overwrite_deleted
from study_app.models import (
    Erasure,
    Participant,
    QuestionAnswer,
    Response,
    ScreeningCheck,
    Study,
    StudySession,
    Trial,
)

RequestedBy = Literal["participant", "researcher"]
RECEIPT_BYTES = 12


@dataclass(frozen=True)
class ErasureReceipt:
    """What was erased; only the receipt's own code and the counts stay in the database.

    Attributes:
        receipt: a random code; proves that an erasure took place.
        state_before: state of the study session.
        n_trials: planned trials that were deleted.
        n_responses: answers that were deleted.
        completion_code: of who had finished, to be shown once more; it is stored no longer.
    """

    receipt: str
    state_before: str
    n_trials: int
    n_responses: int
    completion_code: str | None


def erase(
    session: Session, study_session: StudySession, requested_by: RequestedBy, now: datetime
) -> ErasureReceipt:
    """Delete all that is stored about the participant of a study session, in one transaction.

    Args:
        session: without changes.
        study_session: its participant, with every study session of theirs, is deleted.
        requested_by: who asked for it.
        now: time of the receipt.

    Raises:
        NoStudySession: it is not stored, or no longer.
    """
    code = study_session.code
    begin_write(session)
    own = _lock(session, code)
    participant, erasure = own.participant, _erasure(session, own, requested_by, now)
    erased = ErasureReceipt(
        receipt=erasure.receipt,
        state_before=erasure.state_before,
        n_trials=erasure.n_trials,
        n_responses=erasure.n_responses,
        completion_code=own.completion_code,
    )
    session.add(erasure)
    # Whoever still holds these objects may read them, but cannot make the session load them again.
    session.expunge(own)
    session.expunge(participant)
    _delete(session, participant)
    session.commit()
    tell("erased")
    overwrite_deleted(session)
    return erased


def find_of_code(session: Session, study: Study, code: str) -> StudySession:
    """Give a study session of a study by the code of its participant, or its own.

    Raises:
        UnknownParticipant: there is none.
    """
    found = session.scalar(
        sa.select(StudySession)
        .join(Participant)
        .where(
            Participant.study_id == study.id,
            sa.or_(Participant.code == code, StudySession.code == code),
        )
        .order_by(StudySession.id)
        .limit(1)
    )
    if found is None:
        raise UnknownParticipant(f"study {study.code} has no participant {code!r}")
    return found


def _lock(session: Session, code: str) -> StudySession:
    """Read the study session again under a lock: an answer on its way waits, then finds nothing."""
    found = session.scalar(
        sa.select(StudySession)
        .where(StudySession.code == code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        session.rollback()
        raise NoStudySession(N_("There is nothing stored that could be deleted."))
    return found


def _erasure(
    session: Session, study_session: StudySession, requested_by: RequestedBy, now: datetime
) -> Erasure:
    condition, participant = study_session.condition, study_session.participant
    trials = _trials_of(participant)
    return Erasure(
        study_id=participant.study_id,
        receipt=secrets.token_urlsafe(RECEIPT_BYTES),
        requested_by=requested_by,
        state_before=study_session.state,
        condition_name=condition.name if condition else None,
        phase=study_session.phase,
        simulated=participant.simulated,
        n_trials=_count(session, Trial, Trial.id.in_(trials)),
        n_responses=_count(session, Response, Response.trial_id.in_(trials)),
        erased_at=now,
    )


def _delete(session: Session, participant: Participant) -> None:
    """Delete from the leaves up: no row may point to one that is gone."""
    sessions = _sessions_of(participant)
    for table, rows in (
        (Response, Response.trial_id.in_(_trials_of(participant))),
        (Trial, Trial.study_session_id.in_(sessions)),
        (ScreeningCheck, ScreeningCheck.study_session_id.in_(sessions)),
        (QuestionAnswer, QuestionAnswer.study_session_id.in_(sessions)),
        (StudySession, StudySession.participant_id == participant.id),
        (Participant, Participant.id == participant.id),
    ):
        statement = sa.delete(cast("sa.Table", table.__table__)).where(rows)
        session.execute(statement)


def _sessions_of(participant: Participant) -> sa.Select[Any]:
    return sa.select(StudySession.id).where(StudySession.participant_id == participant.id)


def _trials_of(participant: Participant) -> sa.Select[Any]:
    return sa.select(Trial.id).where(Trial.study_session_id.in_(_sessions_of(participant)))


def _count(session: Session, table: type[Base], rows: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(table).where(rows)) or 0
