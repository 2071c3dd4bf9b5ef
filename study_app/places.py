"""The places of a study: who has one, who loses it, and who keeps it for good.

Place on the data's path: ``enrolment.py`` gives a place, ``trial_flow.py`` keeps it while answers
come and settles it with the last one. A place is taken by a running study session for as long as
its lease runs, renewed by every answer, and for good by a finished one that counts
(``inclusion.py``). Whoever comes back after the lease has run out takes a place again if one is
free; so no condition ever has more than the number wanted.
"""

from collections import Counter
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.catalog import file_of
from study_app.completion import payment_of
from study_app.errors import N_, PlaceLost
from study_app.extensions import begin_write
from study_app.inclusion import Answer, Verdict, judge
from study_app.models import Participant, Response, Study, StudySession, Trial
from study_app.study_states import Phase
from study_app.study_tables import StudyFile

# Nobody is given a place this soon after its lease ran out: an answer that was under way then, and
# had to wait for the database, still finds it.
GRACE = timedelta(seconds=30)
TOO_LATE = "answered after the place had been kept for as long as the study keeps it, and was taken"


def taken(now: datetime) -> sa.ColumnElement[bool]:
    """Give the condition that a study session takes a place."""
    return sa.or_(
        sa.and_(StudySession.state == "finished", StudySession.inclusion != "excluded"),
        sa.and_(StudySession.state == "running", StudySession.lease_expires_at > now - GRACE),
    )


def count_places(
    session: Session,
    study: Study,
    *,
    simulated: bool,
    now: datetime,
    phase: Phase = "main",
    besides: StudySession | None = None,
) -> Counter[int | None]:
    """Count the places taken in each condition, by its row id; None in a within design.

    Args:
        session: holds the study's lock, if anything is decided by the counts.
        study: whose places.
        simulated: count simulated observers; they take no place of a person.
        now: the time.
        phase: of the study sessions; a pilot has places of its own.
        besides: a study session that is not counted.
    """
    found = (
        sa.select(StudySession.condition_id, sa.func.count())
        .join(Participant)
        .where(
            Participant.study_id == study.id,
            Participant.simulated == simulated,
            StudySession.phase == phase,
            taken(now),
        )
        .group_by(StudySession.condition_id)
    )
    if besides is not None:
        found = found.where(StudySession.id != besides.id)
    return Counter({condition_id: n for condition_id, n in session.execute(found)})


def lock_study(session: Session, study_id: int) -> None:
    """Let everybody who would take a place wait; on SQLite who writes has the only lock.

    Rows that only point to the study, such as the receipt of an erasure, need not wait: they would
    for each other, where the erased participant is just coming back.
    """
    locked = sa.select(Study.id).where(Study.id == study_id).with_for_update(key_share=True)
    session.execute(locked)


def keep_place(
    session: Session, study_session: StudySession, study_file: StudyFile, now: datetime
) -> None:
    """Let a participant go on: renew a lease that has run out, if a place is free.

    Part of a transaction that writes, which the caller commits; only a lost place is committed
    here, because the error ends the request.

    Raises:
        PlaceLost: all places are taken meanwhile.
    """
    until = lease_after(session, study_session, study_file, now)
    if until <= now:
        _close_payment(session, study_session, study_file)
        session.commit()
        raise PlaceLost(N_("You were away for long, and meanwhile all places were taken."))
    if study_session.lease_expires_at <= now:
        session.execute(
            sa.update(StudySession)
            .where(StudySession.id == study_session.id, StudySession.state == "running")
            .values(lease_expires_at=until)
        )


def come_back(session: Session, study_session: StudySession, now: datetime) -> None:
    """Let a participant back to the pairs; nothing is written while the lease runs.

    Raises:
        PlaceLost: the lease has run out, and all places are taken meanwhile.
    """
    if study_session.state != "running" or study_session.lease_expires_at > now:
        return
    begin_write(session)
    keep_place(session, study_session, file_of(study_session.participant.study), now)
    session.commit()


def lease_after(
    session: Session, study_session: StudySession, study_file: StudyFile, now: datetime
) -> datetime:
    """Give when the lease runs out after an answer, or a return, at this time.

    Returns:
        The full time from now; if the place is lost, the time when it ran out, which is past.
    """
    renewed = now + timedelta(minutes=study_file.participants.lease_minutes)
    if study_session.state != "running" or study_session.lease_expires_at > now:
        return renewed
    if _finds_place(session, study_session, study_file, now):
        return renewed
    return study_session.lease_expires_at


def settle(
    session: Session, study_session: StudySession, study_file: StudyFile, now: datetime
) -> None:
    """Settle a study session whose last answer was just stored: is it paid, does it count."""
    lease = sa.select(StudySession.lease_expires_at).where(StudySession.id == study_session.id)
    in_time = session.scalars(lease).one() > now
    verdict = judge(_main_answers(session, study_session), study_file.exclusion)
    if not in_time:
        verdict = Verdict("excluded", TOO_LATE)
    session.execute(
        sa.update(StudySession)
        .where(StudySession.id == study_session.id)
        .values(
            payment=payment_of(study_file.recruiter, "finished"),
            inclusion=verdict.inclusion,
            inclusion_reason=verdict.reason,
        )
        .execution_options(synchronize_session=False)
    )


def _finds_place(
    session: Session, study_session: StudySession, study_file: StudyFile, now: datetime
) -> bool:
    participant = study_session.participant
    if participant.simulated:
        return True
    lock_study(session, participant.study_id)
    places = count_places(
        session,
        participant.study,
        simulated=False,
        now=now,
        phase=study_session.phase,
        besides=study_session,
    )
    return places[study_session.condition_id] < study_file.participants.per_condition


def _close_payment(session: Session, study_session: StudySession, study_file: StudyFile) -> None:
    """Decide on the pay of who lost the place."""
    payment = payment_of(study_file.recruiter, "place-lost")
    session.execute(
        sa.update(StudySession)
        .where(StudySession.id == study_session.id, StudySession.payment == "open")
        .values(payment=payment)
    )


def _main_answers(session: Session, study_session: StudySession) -> list[Answer]:
    rows = session.execute(
        sa.select(Trial.trial_type, Trial.real_side, Response.chosen_side, Response.response_ms)
        .join(Response, Response.trial_id == Trial.id)
        .where(Trial.study_session_id == study_session.id, Trial.block == "main")
    )
    return [Answer(*row) for row in rows]
