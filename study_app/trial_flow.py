"""Give the next trial, record a response exactly once, finish, withdraw, debrief.

Place on the data's path: between the plan and the trial table. "Exactly once" is one conditional
UPDATE: the study session's count of answers goes up only if it stands at this trial and the
session is running; whoever finds no such row came too early, too late or a second time.
"""

import dataclasses
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.catalog import file_of, read_image
from study_app.config import StudyFile
from study_app.errors import (
    AlreadyAnswered,
    NoStudySession,
    UnknownImage,
    UnknownTrial,
    Withdrawn,
    WrongOrder,
)
from study_app.extensions import begin_write
from study_app.image_padding import pad_pair
from study_app.models import Response, StimulusPair, StudySession, Trial
from study_app.protocol import OTHER_SIDE, Block, FirstSide, ProtocolSettings, Side
from study_app.responses import ResponseReport, is_exposure_valid

# Without letters and digits that look alike.
COMPLETION_ALPHABET = "ABCDEFGHJKLMNPQRTUVWXYZ346789"
COMPLETION_LENGTH = 10


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


@dataclass(frozen=True)
class FoolingPair:
    """A main trial whose fake was taken for the real photo.

    Attributes:
        number: place in the main block, from 1.
        real_token: names the real photo's image.
        fake_token: names the fake's image.
    """

    number: int
    real_token: str
    fake_token: str


@dataclass(frozen=True)
class DebriefSummary:
    """What a participant learns at the end.

    Attributes:
        n_answers: stored answers, practice included.
        completion_code: proves that all answers are stored.
        n_right: main trials in which the fake was found.
        n_pairs: main trials, without vigilance and control trials.
        fooling_pairs: the other main trials.
    """

    n_answers: int
    completion_code: str
    n_right: int
    n_pairs: int
    fooling_pairs: tuple[FoolingPair, ...]


def find_study_session(session: Session, code: str) -> StudySession:
    """Give a study session by its code, whatever its state.

    Raises:
        NoStudySession: there is none.
    """
    found = session.scalar(sa.select(StudySession).where(StudySession.code == code))
    if found is None:
        raise NoStudySession("This browser has no study session; start from the invitation.")
    return found


def issue_next_trial(session: Session, code: str) -> IssuedTrial | None:
    """Give the next unanswered trial and count that it was given; None when all are answered.

    Raises:
        NoStudySession: no such study session.
        Withdrawn: the participant withdrew.
    """
    begin_write(session)
    study_session = find_study_session(session, code)
    _check_not_withdrawn(study_session)
    if study_session.state == "finished":
        return None
    trial = session.scalars(
        sa.select(Trial).where(
            Trial.study_session_id == study_session.id,
            Trial.trial_index == study_session.n_answered,
        )
    ).one()
    protocol = _study_file(study_session).protocol
    issued = _issued(trial, study_session, protocol)
    session.execute(
        sa.update(Trial).where(Trial.id == trial.id).values(n_issued=Trial.n_issued + 1)
    )
    session.commit()
    return issued


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
        WrongOrder: it is not the next trial, or was never given to the browser.
    """
    begin_write(session)
    study_session = find_study_session(session, code)
    trial = session.scalar(
        sa.select(Trial).where(
            Trial.trial_key == trial_key, Trial.study_session_id == study_session.id
        )
    )
    if trial is None:
        raise UnknownTrial("No trial of this study session has that key.")
    study_file = _study_file(study_session)
    if trial.n_issued and _take_turn(session, study_session, trial, study_file, now):
        session.add(_response(trial, report, study_file, now))
        _finish_if_last(session, study_session, trial, now)
        session.commit()
        return _feedback(trial, report.chosen_side)
    session.rollback()
    return _replay_or_refuse(session, code, trial_key, report.response_key)


def withdraw(session: Session, code: str, now: datetime) -> None:
    """Withdraw a participant; what was stored stays, marked; once more changes nothing.

    Raises:
        NoStudySession: no such study session.
    """
    begin_write(session)
    study_session = find_study_session(session, code)
    session.execute(
        sa.update(StudySession)
        .where(StudySession.id == study_session.id, StudySession.state != "withdrawn")
        .values(state="withdrawn", withdrawn_at=now)
    )
    session.commit()


def summarise(session: Session, study_session: StudySession) -> DebriefSummary:
    """Sum up a finished study session for its participant."""
    assert study_session.completion_code is not None, "only a finished session is summed up"
    rows = session.execute(
        sa.select(Trial, Response.chosen_side)
        .join(Response)
        .where(Trial.study_session_id == study_session.id, Trial.trial_type == "main")
        .order_by(Trial.trial_index)
    ).all()
    fooling = tuple(
        _fooling_pair(trial, study_session.n_practice)
        for trial, chosen_side in rows
        if chosen_side == trial.real_side
    )
    return DebriefSummary(
        n_answers=study_session.n_answered,
        completion_code=study_session.completion_code,
        n_right=len(rows) - len(fooling),
        n_pairs=len(rows),
        fooling_pairs=fooling,
    )


def read_trial_image(session: Session, code: str, token: str) -> bytes:
    """Give the image behind a token, padded to the length of its partner.

    Images are shown for the trial that is being answered, for practice trials that were, and, when
    the study session is finished, for all.

    Raises:
        UnknownImage: no such token, another's, or not its time.
        SetChanged: the stimulus set is not what it was.
    """
    row = session.execute(
        sa.select(Trial, StudySession, StimulusPair)
        .join(StudySession, Trial.study_session_id == StudySession.id)
        .join(StimulusPair, Trial.stimulus_pair_id == StimulusPair.id)
        .where(
            StudySession.code == code, sa.or_(Trial.left_token == token, Trial.right_token == token)
        )
    ).one_or_none()
    if row is None or not _may_see(row[0], row[1]):
        raise UnknownImage("There is no such picture here.")
    trial, _, pair = row
    folder = pair.stimulus_set.folder
    real, fake = pad_pair(
        read_image(folder, pair.real_path, pair.real_sha256),
        read_image(folder, pair.fake_path, pair.fake_sha256),
    )
    return real if token == _token(trial, trial.real_side) else fake


def _study_file(study_session: StudySession) -> StudyFile:
    return file_of(study_session.participant.study)


def _check_not_withdrawn(study_session: StudySession) -> None:
    if study_session.state == "withdrawn":
        raise Withdrawn("You have withdrawn from this study; nothing more is asked of you.")


def _issued(trial: Trial, study_session: StudySession, protocol: ProtocolSettings) -> IssuedTrial:
    n_main = study_session.n_trials - study_session.n_practice
    practice = trial.block == "practice"
    number = trial.trial_index + 1 - (0 if practice else study_session.n_practice)
    return IssuedTrial(
        trial_key=trial.trial_key,
        block=trial.block,
        number=number,
        n_in_block=study_session.n_practice if practice else n_main,
        break_before=not practice and protocol.break_after and number == n_main // 2 + 1 > 1,
        first_side=trial.first_side,
        left_token=trial.left_token,
        right_token=trial.right_token,
        protocol=protocol,
    )


def _take_turn(
    session: Session,
    study_session: StudySession,
    trial: Trial,
    study_file: StudyFile,
    now: datetime,
) -> bool:
    """Move the study session on past this trial; False if it is not this trial's turn."""
    lease = timedelta(minutes=study_file.participants.lease_minutes)
    moved = session.execute(
        sa.update(StudySession)
        .where(
            StudySession.id == study_session.id,
            StudySession.state == "running",
            StudySession.n_answered == trial.trial_index,
        )
        .values(n_answered=StudySession.n_answered + 1, lease_expires_at=now + lease)
        .execution_options(synchronize_session=False)
    )
    return cast("sa.CursorResult[Any]", moved).rowcount == 1


def _response(
    trial: Trial, report: ResponseReport, study_file: StudyFile, now: datetime
) -> Response:
    fields = dataclasses.asdict(report)
    exposures = {
        f"{side}_{name}": value
        for side in ("left", "right")
        for name, value in fields.pop(side).items()
    }
    valid = is_exposure_valid(
        report,
        display_ms=study_file.protocol.display_ms,
        n_issued=trial.n_issued,
        rule=study_file.exposure,
    )
    return Response(trial_id=trial.id, **fields, **exposures, exposure_valid=valid, answered_at=now)


def _finish_if_last(
    session: Session, study_session: StudySession, trial: Trial, now: datetime
) -> None:
    if trial.trial_index + 1 < study_session.n_trials:
        return
    code = "".join(secrets.choice(COMPLETION_ALPHABET) for _ in range(COMPLETION_LENGTH))
    session.execute(
        sa.update(StudySession)
        .where(StudySession.id == study_session.id)
        .values(state="finished", finished_at=now, completion_code=code)
        .execution_options(synchronize_session=False)
    )


def _replay_or_refuse(
    session: Session, code: str, trial_key: str, response_key: str
) -> Feedback | None:
    trial = session.scalars(sa.select(Trial).where(Trial.trial_key == trial_key)).one()
    response = session.scalar(sa.select(Response).where(Response.trial_id == trial.id))
    if response is not None and response.response_key == response_key:
        return _feedback(trial, response.chosen_side)
    _check_not_withdrawn(find_study_session(session, code))
    if response is not None:
        raise AlreadyAnswered("This trial has its answer already.")
    raise WrongOrder("This is not the next trial.")


def _feedback(trial: Trial, chosen_side: Side) -> Feedback | None:
    if trial.block != "practice":
        return None
    return Feedback(correct=chosen_side != trial.real_side, real_side=trial.real_side)


def _may_see(trial: Trial, study_session: StudySession) -> bool:
    if study_session.state == "finished":
        return True
    if study_session.state == "withdrawn" or trial.n_issued == 0:
        return False
    answered = trial.trial_index < study_session.n_answered
    return not answered or trial.block == "practice"


def _token(trial: Trial, side: Side) -> str:
    return trial.left_token if side == "left" else trial.right_token


def _fooling_pair(trial: Trial, n_practice: int) -> FoolingPair:
    return FoolingPair(
        number=trial.trial_index + 1 - n_practice,
        real_token=_token(trial, trial.real_side),
        fake_token=_token(trial, OTHER_SIDE[trial.real_side]),
    )
