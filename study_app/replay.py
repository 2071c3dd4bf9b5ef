"""Read what one participant was shown and answered, and prove that it is what was planned.

Place on the data's path: after the study session, for the researcher only. The plan is not made
again: the stored trials are held against the digest that was stored with them at enrolment, and
every image against its digest. ``replay_page.py`` writes what is read here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.catalog import read_image
from study_app.erasure import find_of_code
from study_app.errors import SetChanged
from study_app.models import (
    Condition,
    Response,
    ScreeningCheck,
    StimulusPair,
    StimulusSet,
    Study,
    StudySession,
    Trial,
)
from study_app.protocol import PlannedTrial, Side, number_in_block, plan_digest

PlanState = Literal["intact", "changed", "not kept"]


@dataclass(frozen=True)
class ReplayedImage:
    """One image of a trial.

    Attributes:
        side: where it was shown.
        is_real: whether it is the real photo.
        data: its bytes; None if they are not those of the study any more.
        problem: why there are none; empty otherwise.
    """

    side: Side
    is_real: bool
    data: bytes | None
    problem: str = ""


@dataclass(frozen=True)
class ReplayedTrial:
    """One trial as it was planned, shown and answered.

    Attributes:
        number: place in its block, from 1.
        planned: the trial as planned.
        left: shown left, or above.
        right: shown right, or below.
        trial: its row, with what happened to it.
        response: the answer; None if there is none, or if the participant withdrew.
    """

    number: int
    planned: PlannedTrial
    left: ReplayedImage
    right: ReplayedImage
    trial: Trial
    response: Response | None

    @property
    def is_right(self) -> bool | None:
        """Say whether the fake was found; None without an answer."""
        if self.response is None:
            return None
        return self.response.chosen_side != self.planned.real_side


@dataclass(frozen=True)
class Replay:
    """What one participant was shown.

    Attributes:
        study_code: the study.
        study_session: the study session.
        trials: in the order in which they were shown.
        plan_state: whether the trials planned at enrolment are those that are stored.
        checks: before the instructions; none if the participant withdrew.
    """

    study_code: str
    study_session: StudySession
    trials: tuple[ReplayedTrial, ...]
    plan_state: PlanState
    checks: tuple[ScreeningCheck, ...] = field(default=())

    @property
    def is_withdrawn(self) -> bool:
        """Say whether only the plan may be shown, as in the export."""
        return self.study_session.state == "withdrawn"

    @property
    def damaged_images(self) -> list[str]:
        """Give what is wrong with images, one sentence each."""
        images = [image for trial in self.trials for image in (trial.left, trial.right)]
        return [image.problem for image in images if image.problem]


def read_replay(session: Session, study: Study, code: str) -> Replay:
    """Read what a participant was shown.

    Args:
        session: of the database.
        study: whose participant.
        code: of the participant or of the study session.

    Raises:
        UnknownParticipant: the study has none of that code, or all about them was erased.
    """
    study_session = find_of_code(session, study, code)
    withdrawn = study_session.state == "withdrawn"
    rows = session.execute(
        sa.select(Trial, StimulusPair, Condition.name, StimulusSet.folder, Response)
        .join(StimulusPair, Trial.stimulus_pair_id == StimulusPair.id)
        .join(Condition, StimulusPair.condition_id == Condition.id)
        .join(StimulusSet, StimulusPair.stimulus_set_id == StimulusSet.id)
        .outerjoin(Response, Response.trial_id == Trial.id)
        .where(Trial.study_session_id == study_session.id)
        .order_by(Trial.place, Trial.trial_index)
    )
    trials = tuple(
        _replayed(
            trial,
            pair,
            condition,
            folder,
            None if withdrawn else response,
            study_session.n_practice,
        )
        for trial, pair, condition, folder, response in rows
    )
    return Replay(
        study_code=study.code,
        study_session=study_session,
        trials=trials,
        plan_state=_plan_state(study_session, trials),
        checks=() if withdrawn else _checks(session, study_session),
    )


def _replayed(
    trial: Trial,
    pair: StimulusPair,
    condition: str,
    folder: str,
    response: Response | None,
    n_practice: int,
) -> ReplayedTrial:
    sides: tuple[Side, Side] = ("left", "right")
    left, right = (_image(pair, folder, side, trial.real_side) for side in sides)
    planned = PlannedTrial(
        trial_index=trial.trial_index,
        block=trial.block,
        trial_type=trial.trial_type,
        condition=condition,
        pair_id=pair.pair_id,
        photo_id=pair.photo_id,
        real_side=trial.real_side,
        first_side=trial.first_side,
    )
    number = number_in_block(trial.place, trial.block, n_practice)
    return ReplayedTrial(number, planned, left, right, trial, response)


def _image(pair: StimulusPair, folder: str, side: Side, real_side: Side) -> ReplayedImage:
    is_real = side == real_side
    path, sha256 = (
        (pair.real_path, pair.real_sha256) if is_real else (pair.fake_path, pair.fake_sha256)
    )
    try:
        return ReplayedImage(side, is_real, read_image(folder, path, sha256))
    except SetChanged as error:
        return ReplayedImage(side, is_real, None, str(error))


def _plan_state(study_session: StudySession, trials: Sequence[ReplayedTrial]) -> PlanState:
    """Hold the trials of enrolment, without those that came in later, against the plan's digest."""
    if not study_session.plan_digest:
        return "not kept"
    stored = sorted((trial.planned for trial in trials), key=lambda planned: planned.trial_index)
    found = plan_digest(stored[: study_session.n_trials])
    return "intact" if found == study_session.plan_digest else "changed"


def _checks(session: Session, study_session: StudySession) -> tuple[ScreeningCheck, ...]:
    return tuple(
        session.scalars(
            sa.select(ScreeningCheck)
            .where(ScreeningCheck.study_session_id == study_session.id)
            .order_by(ScreeningCheck.id)
        )
    )
