"""How far a study is: places taken, dropouts, and what the conditions' answers are, once closed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.catalog import file_of, roles_of
from study_app.models import (
    Condition,
    Participant,
    Response,
    StimulusPair,
    Study,
    StudySession,
    Trial,
)
from study_app.study_states import Phase, phase_of

ALL_CONDITIONS = "all conditions"


@dataclass(frozen=True)
class Arm:
    """One tested condition, or all together in a within design; people or simulated observers.

    Attributes:
        condition: name of the condition.
        simulated: whether this counts simulated observers.
        finished: all answers stored.
        excluded: of those, who does not count towards the number wanted, by the study's rules.
        running: in the middle, their place is kept.
        stopped: in the middle for longer than their place was kept.
        screened_out: did not pass a check before the pairs.
        withdrawn: withdrew.
    """

    condition: str
    simulated: bool
    finished: int = 0
    excluded: int = 0
    running: int = 0
    stopped: int = 0
    screened_out: int = 0
    withdrawn: int = 0

    @property
    def enrolled(self) -> int:
        """Everybody who consented."""
        stayed = self.finished + self.running + self.stopped
        return stayed + self.screened_out + self.withdrawn

    @property
    def counted(self) -> int:
        """Who finished and counts towards the number wanted."""
        return self.finished - self.excluded


@dataclass(frozen=True)
class FooledCount:
    """How often people were fooled under one condition: answered main trials only."""

    condition: str
    n_fooled: int
    n_trials: int


@dataclass(frozen=True)
class Progress:
    """The state of a study.

    Attributes:
        study_code: its id.
        state: draft, preview, pilot, open or closed.
        contact: whom participants write to; may be empty.
        wanted: participants wanted per condition.
        arms: of the phase that the study is in; people first, then simulated observers, if any.
        fooled: of people; None until the study is closed, so that nobody peeks.
        phase: that the study is in: pilot while it is in pilot, else main.
        pilot_arms: of a pilot that is over, where anybody took part in it.
    """

    study_code: str
    state: str
    contact: str
    wanted: int
    arms: tuple[Arm, ...]
    fooled: tuple[FooledCount, ...] | None
    phase: Phase = "main"
    pilot_arms: tuple[Arm, ...] = ()


def told(measured: Progress) -> str:
    """Say in one line how many people count, of how many wanted, in each condition."""
    people = [arm for arm in measured.arms if not arm.simulated]
    parts = [f"{arm.condition} {arm.counted} of {measured.wanted}" for arm in people]
    running = sum(arm.running for arm in people)
    return ", ".join(parts) + (f"; {running} taking part now" if running else "")


def told_of_pilot(measured: Progress) -> str:
    """Say in one line who took part in a pilot that is over; nothing where there was none."""
    people = [arm for arm in measured.pilot_arms if not arm.simulated]
    if not measured.pilot_arms:
        return ""
    n_enrolled, n_finished = (
        sum(getattr(arm, name) for arm in people) for name in ("enrolled", "finished")
    )
    n_simulated = sum(arm.enrolled for arm in measured.pilot_arms if arm.simulated)
    more = f"; {n_simulated} simulated" if n_simulated else ""
    return f"Pilot, kept apart: {n_finished} finished of {n_enrolled} who began{more}"


def measure_progress(session: Session, study: Study, now: datetime) -> Progress:
    """Count where a study stands."""
    study_file = file_of(study)
    tested = roles_of(session, study).tested
    names = tested if study_file.protocol.design == "between" else (ALL_CONDITIONS,)
    phase = phase_of(study.state)
    arms = _arms(names, _count_states(session, study, now, phase))
    pilot_arms = _arms(names, _count_states(session, study, now, "pilot"))
    return Progress(
        study_code=study.code,
        state=study.state,
        contact=study.contact,
        wanted=study_file.participants.per_condition,
        arms=tuple(arm for arm in arms if arm.enrolled or not arm.simulated),
        fooled=_count_fooled(session, study) if study.state == "closed" else None,
        phase=phase,
        pilot_arms=tuple(arm for arm in pilot_arms if arm.enrolled and phase != "pilot"),
    )


def _arms(names: Sequence[str], counts: dict[tuple[str, bool], Counter[str]]) -> list[Arm]:
    return [
        Arm(name, simulated, **counts.get((name, simulated), Counter()))
        for simulated in (False, True)
        for name in names
    ]


def _count_states(
    session: Session, study: Study, now: datetime, phase: Phase
) -> dict[tuple[str, bool], Counter[str]]:
    state = sa.case(
        (StudySession.state != "running", StudySession.state),
        (StudySession.lease_expires_at > now, "running"),
        else_="stopped",
    )
    name = sa.func.coalesce(Condition.name, ALL_CONDITIONS)
    counted = (
        sa.select(
            name.label("name"),
            Participant.simulated,
            state.label("state"),
            StudySession.inclusion.label("inclusion"),
        )
        .select_from(StudySession)
        .join(Participant)
        .outerjoin(Condition, StudySession.condition_id == Condition.id)
        .where(Participant.study_id == study.id, StudySession.phase == phase)
        .subquery()
    )
    columns = (counted.c.name, counted.c.simulated, counted.c.state, counted.c.inclusion)
    counts: dict[tuple[str, bool], Counter[str]] = {}
    for arm, simulated, found, inclusion, n in session.execute(
        sa.select(*columns, sa.func.count()).group_by(*columns)
    ):
        own = counts.setdefault((arm, bool(simulated)), Counter())
        own[found.replace("-", "_")] += n
        if (found, inclusion) == ("finished", "excluded"):
            own["excluded"] += n
    return counts


def _count_fooled(session: Session, study: Study) -> tuple[FooledCount, ...]:
    fooled = sa.case((Response.chosen_side == Trial.real_side, 1), else_=0)
    rows = session.execute(
        sa.select(Condition.name, sa.func.sum(fooled), sa.func.count())
        .select_from(Response)
        .join(Trial, Response.trial_id == Trial.id)
        .join(StudySession, Trial.study_session_id == StudySession.id)
        .join(Participant, StudySession.participant_id == Participant.id)
        .join(StimulusPair, Trial.stimulus_pair_id == StimulusPair.id)
        .join(Condition, StimulusPair.condition_id == Condition.id)
        .where(
            Participant.study_id == study.id,
            Participant.simulated.is_(False),
            StudySession.phase == "main",
            StudySession.state != "withdrawn",
            Trial.trial_type == "main",
        )
        .group_by(Condition.name)
        .order_by(Condition.name)
    )
    return tuple(FooledCount(name, int(n_fooled), n) for name, n_fooled, n in rows)
