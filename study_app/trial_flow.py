"""Give the next trial, note its start, record a response exactly once, finish, withdraw.

Place on the data's path: between the plan and the trial table. "Exactly once" is one conditional
UPDATE: the study session's count of answers goes up only if it stands at this trial and the
session is running; whoever finds no such row came too early, too late or a second time.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.errors import (
    N_,
    UNKNOWN_STUDY_SESSION,
    AlreadyAnswered,
    NoStudySession,
    ScreenedOut,
    UnknownImage,
    UnknownTrial,
    Withdrawn,
    WrongOrder,
)
from study_app.events import tell
from study_app.extensions import begin_write
from study_app.interruption import lock_study_session, replace_trial, was_cut_off
from study_app.models import (
    Participant,
    Response,
    StimulusPair,
    StimulusSet,
    Study,
    StudySession,
    Trial,
)
from study_app.padded_pairs import Half, PairFiles, files_of, read_padded
from study_app.passage import check_ready_for_trials
from study_app.places import keep_place, lease_after, settle
from study_app.protocol import Block, FirstSide, ProtocolSettings, Side, number_in_block
from study_app.responses import ResponseReport, is_exposure_valid, response_columns
from study_app.study_file import parse_study_file
from study_app.study_tables import StudyFile

# Without letters and digits that look alike.
COMPLETION_ALPHABET = "ABCDEFGHJKLMNPQRTUVWXYZ346789"
COMPLETION_LENGTH = 10
UNKNOWN_TRIAL = N_("No trial of this study session has that key.")
NOT_NEXT = N_("This is not the next trial.")

# The statements of every trial, built once: building takes longer than running them.
_OF_CODE = (
    sa.select(StudySession, Study.source, Trial)
    .join(Participant, StudySession.participant_id == Participant.id)
    .join(Study, Participant.study_id == Study.id)
    .where(StudySession.code == sa.bindparam("code"))
)
_OWN = Trial.study_session_id == StudySession.id
NEXT_TRIAL = _OF_CODE.outerjoin(
    Trial, sa.and_(_OWN, Trial.place == StudySession.n_answered, Trial.interrupted_at.is_(None))
)
TRIAL_OF_KEY = _OF_CODE.outerjoin(
    Trial, sa.and_(_OWN, Trial.trial_key == sa.bindparam("trial_key"))
)
TRIAL_OF_TOKEN = (
    sa.select(Trial, StudySession, StimulusPair, StimulusSet.folder)
    .join(StudySession, _OWN)
    .join(StimulusPair, Trial.stimulus_pair_id == StimulusPair.id)
    .join(StimulusSet, StimulusPair.stimulus_set_id == StimulusSet.id)
    .where(
        StudySession.code == sa.bindparam("code"),
        sa.or_(
            Trial.left_token == sa.bindparam("token"), Trial.right_token == sa.bindparam("token")
        ),
    )
)
COUNT_ISSUE = (
    sa.update(Trial)
    .where(Trial.id == sa.bindparam("trial_id"))
    .values(n_issued=Trial.n_issued + 1)
    .execution_options(synchronize_session=False)
)
NOTE_START = (
    sa.update(Trial)
    .where(
        Trial.id == sa.bindparam("trial_id"),
        Trial.n_issued > 0,
        Trial.started_on.is_(None),
        Trial.interrupted_at.is_(None),
    )
    .execution_options(synchronize_session=False)
)
INSERT_RESPONSE = sa.insert(cast("sa.Table", Response.__table__))


@dataclass(frozen=True)
class IssuedTrial:
    """A trial as the browser may know it: nothing here tells which image is real.

    Attributes:
        trial_key: names the trial when it is answered.
        block: practice or main; the trial types of the main block look the same.
        number: place in the block, from 1.
        n_in_block: trials of the block.
        break_before: whether a rest is offered before this trial.
        first_side: shown first, or both at once.
        left_token: names the left image.
        right_token: names the right image.
        protocol: layout and timing.
    """

    trial_key: str
    block: Block
    number: int
    n_in_block: int
    break_before: bool
    first_side: FirstSide
    left_token: str
    right_token: str
    protocol: ProtocolSettings


@dataclass(frozen=True)
class Feedback:
    """What a practice answer was worth."""

    correct: bool
    real_side: Side


def find_study_session(session: Session, code: str) -> StudySession:
    """Give a study session by its code, whatever its state.

    Raises:
        NoStudySession: there is none.
    """
    found = session.scalar(sa.select(StudySession).where(StudySession.code == code))
    if found is None:
        raise NoStudySession(UNKNOWN_STUDY_SESSION)
    return found


def check_takes_part(study_session: StudySession) -> None:
    """Check that a participant is in the study still, or finished it.

    Raises:
        Withdrawn: the participant withdrew.
        ScreenedOut: the participant did not pass a check.
    """
    if study_session.state == "withdrawn":
        raise Withdrawn(N_("You have withdrawn from this study; nothing more is asked of you."))
    if study_session.state == "screened-out":
        raise ScreenedOut(
            N_("The study ended for you before the pairs; nothing more is asked of you.")
        )


def issue_next_trial(
    session: Session, code: str, now: datetime, page_key: str | None = None
) -> IssuedTrial | None:
    """Give the next unanswered trial and count that it was given; None when all are answered.

    A trial that another opening of the page has begun to show is given up, and one with another
    photo is given instead.

    Args:
        session: of the database.
        code: of the study session.
        now: the time.
        page_key: names the opening of the page that asks; None where it has no name.

    Raises:
        NoStudySession: no such study session.
        Withdrawn: the participant withdrew.
        ScreenedOut: the participant did not pass a check.
        StepsLeft: a check before the trials is not done.
        PlaceLost: the participant was away for long, and all places are taken meanwhile.
    """
    begin_write(session, durable=False)
    study_session, source, trial = _look_up(session, NEXT_TRIAL, code=code)
    check_takes_part(study_session)
    study_file = parse_study_file(source)
    check_ready_for_trials(session, study_session, study_file)
    keep_place(session, study_session, study_file, now)
    if trial is not None and was_cut_off(trial, page_key):
        lock_study_session(session, study_session)
        study_session, _, trial = _look_up(session, NEXT_TRIAL, code=code)
        if trial is not None and was_cut_off(trial, page_key):
            trial = replace_trial(session, study_session, trial, now)
    if trial is None:
        session.rollback()
        return None
    issued = issued_trial(
        study_file.protocol,
        trial.trial_key,
        trial.place,
        trial.block,
        trial.first_side,
        trial.left_token,
        trial.right_token,
        study_session.n_practice,
        study_session.n_trials,
    )
    session.execute(COUNT_ISSUE, {"trial_id": trial.id})
    session.commit()
    return issued


def issued_trial(
    protocol: ProtocolSettings,
    trial_key: str,
    place: int,
    block: Block,
    first_side: FirstSide,
    left_token: str,
    right_token: str,
    n_practice: int,
    n_trials: int,
) -> IssuedTrial:
    """Tell of a trial what the browser may know."""
    n_main = n_trials - n_practice
    practice = block == "practice"
    number = number_in_block(place, block, n_practice)
    return IssuedTrial(
        trial_key=trial_key,
        block=block,
        number=number,
        n_in_block=n_practice if practice else n_main,
        break_before=not practice and protocol.break_after and number == n_main // 2 + 1 > 1,
        first_side=first_side,
        left_token=left_token,
        right_token=right_token,
        protocol=protocol,
    )


def start_trial(session: Session, code: str, trial_key: str, page_key: str, now: datetime) -> None:
    """Note that a page is about to show the pair of the next trial; once more changes nothing.

    Raises:
        NoStudySession: no such study session.
        Withdrawn: the participant withdrew.
        ScreenedOut: the participant did not pass a check.
        UnknownTrial: not a trial of this study session.
        WrongOrder: it is not the next trial, was never given to the browser, was given up, or
            another opening of the page shows it.
    """
    begin_write(session, durable=False)
    study_session, _, trial = _look_up(session, TRIAL_OF_KEY, code=code, trial_key=trial_key)
    check_takes_part(study_session)
    if trial is None:
        raise UnknownTrial(UNKNOWN_TRIAL)
    is_next = trial.place == study_session.n_answered and trial.interrupted_at is None
    if is_next and trial.started_on == page_key:
        session.rollback()
        return
    started = {"n_started": Trial.n_started + 1, "started_at": now, "started_on": page_key}
    noted = session.execute(NOTE_START.values(started), {"trial_id": trial.id})
    if not is_next or cast("sa.CursorResult[Any]", noted).rowcount != 1:
        session.rollback()
        raise WrongOrder(NOT_NEXT)
    session.commit()


def record_response(
    session: Session, code: str, trial_key: str, report: ResponseReport, now: datetime
) -> Feedback | None:
    """Store the response to the next trial; gives feedback in practice, None in the main block.

    The same response key again changes nothing and gives the same answer.

    Raises:
        NoStudySession: no such study session.
        Withdrawn: the participant withdrew.
        UnknownTrial: not a trial of this study session.
        AlreadyAnswered: it has another response.
        WrongOrder: it is not the next trial, was never given to the browser, or was given up.
    """
    begin_write(session)
    study_session, source, trial = _look_up(session, TRIAL_OF_KEY, code=code, trial_key=trial_key)
    if trial is None:
        raise UnknownTrial(UNKNOWN_TRIAL)
    study_file = parse_study_file(source)
    feedback = _feedback(trial, report.chosen_side)
    took_turn = trial.n_issued and _take_turn(session, study_session, trial, study_file, now)
    if took_turn and not _is_given_up(session, trial):
        session.execute(INSERT_RESPONSE, _response(trial, report, study_file, now))
        is_last = trial.place + 1 == study_session.n_trials
        if is_last:
            settle(session, study_session, study_file, now)
        session.commit()
        tell("answered")
        if is_last:
            tell("finished")
        return feedback
    session.rollback()
    return _replay_or_refuse(session, code, trial_key, report.response_key)


def withdraw(session: Session, code: str, now: datetime) -> None:
    """Withdraw a participant; what was stored stays, marked; once more changes nothing.

    Raises:
        NoStudySession: no such study session.
    """
    begin_write(session)
    study_session = find_study_session(session, code)
    withdrawn = session.execute(
        sa.update(StudySession)
        .where(StudySession.id == study_session.id, StudySession.state != "withdrawn")
        .values(
            state="withdrawn",
            withdrawn_at=now,
            # Who had given all answers before is paid.
            payment=sa.case((StudySession.payment == "open", "none"), else_=StudySession.payment),
        )
    )
    session.commit()
    if cast("sa.CursorResult[Any]", withdrawn).rowcount == 1:
        tell("withdrew")


def read_trial_image(session: Session, code: str, token: str) -> bytes:
    """Give the image behind a token, padded to the length of its partner.

    Raises:
        UnknownImage: no such token, another's, or not its time.
        SetChanged: the stimulus set is not what it was.
    """
    pair, half = find_trial_image(session, code, token)
    return read_padded(pair)[half]


def find_trial_image(session: Session, code: str, token: str) -> tuple[PairFiles, Half]:
    """Give the files of a pair, and which of them is behind a token.

    Images are shown for the trial that is being answered, for practice trials that were, and, when
    the study session is finished, for all; a trial that was given up is not shown before.

    Raises:
        UnknownImage: no such token, another's, or not its time.
    """
    row = session.execute(TRIAL_OF_TOKEN, {"code": code, "token": token}).one_or_none()
    if row is None or not _may_see(row[0], row[1]):
        raise UnknownImage(N_("There is no such picture here."))
    trial, _, pair, folder = row
    return files_of(pair, folder), "real" if token == _token(trial, trial.real_side) else "fake"


def _look_up(
    session: Session, statement: sa.Executable, **parameters: str
) -> tuple[StudySession, str, Trial | None]:
    """Give a study session, the text of its study file, and one of its trials, in one query.

    Raises:
        NoStudySession: no such study session.
    """
    row = session.execute(statement, parameters).one_or_none()
    if row is None:
        raise NoStudySession(UNKNOWN_STUDY_SESSION)
    return row[0], row[1], row[2]


def _take_turn(
    session: Session,
    study_session: StudySession,
    trial: Trial,
    study_file: StudyFile,
    now: datetime,
) -> bool:
    """Move the study session past this trial, to its end if it is the last.

    Returns:
        False if it is not this trial's turn, or the participant withdrew.
    """
    values: dict[str, Any] = {
        "n_answered": StudySession.n_answered + 1,
        "lease_expires_at": lease_after(session, study_session, study_file, now),
    }
    if trial.place + 1 == study_session.n_trials:
        values |= {
            "state": "finished",
            "finished_at": now,
            "completion_code": _new_completion_code(),
        }
    moved = session.execute(
        sa.update(StudySession)
        .where(
            StudySession.id == study_session.id,
            StudySession.state == "running",
            StudySession.n_answered == trial.place,
        )
        .values(values)
        .execution_options(synchronize_session=False)
    )
    return cast("sa.CursorResult[Any]", moved).rowcount == 1


def _is_given_up(session: Session, trial: Trial) -> bool:
    """Say whether another trial took this one's place, however lately."""
    return session.scalar(sa.select(Trial.interrupted_at).where(Trial.id == trial.id)) is not None


def _new_completion_code() -> str:
    return "".join(secrets.choice(COMPLETION_ALPHABET) for _ in range(COMPLETION_LENGTH))


def _response(
    trial: Trial, report: ResponseReport, study_file: StudyFile, now: datetime
) -> dict[str, Any]:
    """Give the row of a response."""
    valid = is_exposure_valid(
        report,
        display_ms=study_file.protocol.display_ms,
        n_issued=trial.n_issued,
        n_started=trial.n_started,
        rule=study_file.exposure,
    )
    columns = response_columns(report, answered_at=now)
    return columns | {"exposure_valid": valid, "trial_id": trial.id}


def _replay_or_refuse(
    session: Session, code: str, trial_key: str, response_key: str
) -> Feedback | None:
    trial = session.scalar(sa.select(Trial).where(Trial.trial_key == trial_key))
    if trial is None:  # erased while the answer was on its way
        raise NoStudySession(UNKNOWN_STUDY_SESSION)
    response = session.scalar(sa.select(Response).where(Response.trial_id == trial.id))
    if response is not None and response.response_key == response_key:
        return _feedback(trial, response.chosen_side)
    check_takes_part(find_study_session(session, code))
    if response is not None:
        raise AlreadyAnswered(N_("This trial has its answer already."))
    raise WrongOrder(NOT_NEXT)


def _feedback(trial: Trial, chosen_side: Side) -> Feedback | None:
    if trial.block != "practice":
        return None
    return Feedback(correct=chosen_side != trial.real_side, real_side=trial.real_side)


def _may_see(trial: Trial, study_session: StudySession) -> bool:
    if study_session.state == "finished":
        return True
    if study_session.state in ("withdrawn", "screened-out") or trial.n_issued == 0:
        return False
    if trial.interrupted_at is not None:
        return False
    answered = trial.place < study_session.n_answered
    return not answered or trial.block == "practice"


def _token(trial: Trial, side: Side) -> str:
    return trial.left_token if side == "left" else trial.right_token
