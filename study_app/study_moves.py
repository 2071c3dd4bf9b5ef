"""Bring a study from one state to another, once, under its lock.

Place on the data's path: the desk and the command line ask; ``study_states.py`` says which moves
there are. Every enrolment looks at the state under the same lock.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from study_app.catalog import check_set_folders
from study_app.consented import has_people
from study_app.errors import StudyError, WrongState
from study_app.events import tell
from study_app.extensions import begin_write
from study_app.models import Study
from study_app.study_states import ENROLLING, SHOWING, StudyState, find_move, refusal


def open_study(session: Session, study: Study, contact: str | None, now: datetime) -> None:
    """Let people enrol; arguments and errors as of ``move_study``."""
    move_study(session, study, "open", now, contact=contact)


def close_study(session: Session, study: Study, now: datetime) -> None:
    """End enrolment for good; who is in the middle may finish; errors as of ``move_study``."""
    move_study(session, study, "closed", now)


def move_study(
    session: Session,
    study: Study,
    to: StudyState,
    now: datetime,
    *,
    contact: str | None = None,
    seen: StudyState | None = None,
) -> None:
    """Bring a study to another state; the state that it is in changes nothing.

    Args:
        session: without changes.
        study: the study.
        to: the state after this.
        now: the time.
        contact: stored with the study, if the move is made; None or empty leaves it as it is.
        seen: the state that whoever asks has seen; any if None.

    Raises:
        WrongState: no such move from the study's state, another state than was seen, no contact
            for people who take part, or another one than people have consented with.
        SetChanged: the stimulus set is no longer where it was.
    """
    begin_write(session)
    session.refresh(study, with_for_update=True)
    try:
        _check_seen(study, seen)
        _check_move(study, to, contact or study.contact)
        _check_contact(session, study, contact or study.contact)
    except StudyError:
        session.rollback()
        raise
    study.contact = contact or study.contact
    code, moved = study.code, study.state != to
    if moved:
        study.state = to
        study.opened_at = now if to == "open" else study.opened_at
        study.closed_at = now if to == "closed" else study.closed_at
    session.commit()
    if moved:
        tell("moved", study=code, to=to)


def change_contact(session: Session, study: Study, contact: str) -> None:
    """Correct whom participants write to, while nobody has consented with it.

    Args:
        session: without changes.
        study: the study.
        contact: a name, an address or both; not empty.

    Raises:
        WrongState: nothing is given, or people have consented with what there was.
    """
    begin_write(session)
    session.refresh(study, with_for_update=True)
    try:
        if not contact.strip():
            raise WrongState("a contact is a name, an address or both; nothing was given")
        _check_contact(session, study, contact)
    except StudyError:
        session.rollback()
        raise
    study.contact = contact
    session.commit()


def contact_is_fixed(session: Session, study: Study) -> bool:
    """Say whether the contact can be corrected no more.

    It stands in what people consent to. People of a pilot do not fix it: to find what is wrong with
    a study is what a pilot is for.
    """
    return bool(study.contact.strip()) and has_people(session, study, "main")


def _check_contact(session: Session, study: Study, contact: str) -> None:
    if contact != study.contact and contact_is_fixed(session, study):
        raise WrongState(
            f"the contact of study {study.code} stays {study.contact}, because people have"
            " consented with it; they could not be told of another"
        )


def _check_seen(study: Study, seen: StudyState | None) -> None:
    if seen not in (None, study.state):
        raise WrongState(f"study {study.code} is {study.state} by now, not {seen} any more")


def _check_move(study: Study, to: StudyState, contact: str) -> None:
    if study.state != to and find_move(study.state, to) is None:
        raise WrongState(f"study {study.code} {refusal(study.state, to)}")
    if to in SHOWING:
        check_set_folders(study)
    if to in ENROLLING and not contact.strip():
        raise WrongState(
            f"study {study.code} has no contact that participants can write to;"
            " give one with --contact"
        )
