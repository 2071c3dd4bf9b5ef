"""Give one line per participant: where they are, how they did, when what happened.

Place on the data's path: the page on participants shows it, a page of rows at a time. Correctness
is counted for vigilance trials only; whether anybody was fooled in the test is not read here.
"""

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.models import (
    Condition,
    Participant,
    Response,
    ScreeningCheck,
    Study,
    StudySession,
    Trial,
)
from study_app.monitoring.paging import cut_page
from study_app.monitoring.time_line import Mark, Moments, TimeLine, time_line
from study_app.monitoring.vigilance import vigilance_of

PAGE_LENGTH = 25


@dataclass(frozen=True)
class Person:
    """One study session.

    What was measured of who withdrew is not shown: it stays out of the export, too.

    Attributes:
        code: of the participant.
        simulated: whether it is a simulated observer.
        is_pilot: whether it belongs to a pilot.
        condition: tested condition; None in a within design.
        state: running, dropped out, finished, withdrawn or screened out.
        inclusion: open, included or excluded.
        reason: why excluded; empty if not.
        payment: open, due or none.
        n_answered: trials answered.
        n_trials: trials planned.
        median_response_ms: of the answered trials; None without any.
        n_vigilance_right: vigilance trials told right.
        n_vigilance: vigilance trials answered.
        consented_at: when it began.
        line: when what happened.
    """

    code: str
    simulated: bool
    is_pilot: bool
    condition: str | None
    state: str
    inclusion: str
    reason: str
    payment: str
    n_answered: int
    n_trials: int
    median_response_ms: float | None
    n_vigilance_right: int
    n_vigilance: int
    consented_at: datetime
    line: TimeLine

    @property
    def answered_share(self) -> float:
        """Share of the planned trials that are answered."""
        return self.n_answered / self.n_trials if self.n_trials else 0.0


@dataclass(frozen=True)
class PeoplePage:
    """Some of the participants, the newest first.

    Attributes:
        people: of this page.
        number: of the page, from 1.
        n_pages: how many there are, 1 at least.
        n_people: in all pages.
    """

    people: tuple[Person, ...]
    number: int
    n_pages: int
    n_people: int


def read_people(session: Session, study: Study, number: int, now: datetime) -> PeoplePage:
    """Give a page of participants, people and simulated observers; the last one if it is beyond."""
    of_study = sa.select(StudySession.id).join(Participant).where(Participant.study_id == study.id)
    n_people = session.scalar(sa.select(sa.func.count()).select_from(of_study.subquery())) or 0
    cut = cut_page(number, n_people, PAGE_LENGTH)
    chosen = of_study.order_by(StudySession.id.desc()).limit(PAGE_LENGTH)
    ids = list(session.scalars(chosen.offset(cut.start)))
    return PeoplePage(tuple(_people(session, ids, now)), cut.number, cut.n_pages, n_people)


@dataclass(frozen=True)
class _Answers:
    """When trials were answered, and how fast."""

    practice_at: list[datetime]
    test_at: list[datetime]
    response_ms: list[float]


def _people(session: Session, ids: Sequence[int], now: datetime) -> list[Person]:
    rows = session.execute(
        sa.select(StudySession, Participant.code, Participant.simulated, Condition.name)
        .join(Participant, StudySession.participant_id == Participant.id)
        .outerjoin(Condition, StudySession.condition_id == Condition.id)
        .where(StudySession.id.in_(ids))
        .order_by(StudySession.id.desc())
    ).all()
    answers, checked = _answers(session, ids), _checked(session, ids)
    interrupted, vigilance = _interrupted(session, ids), vigilance_of(session, ids)
    people = []
    for study_session, code, simulated, condition in rows:
        own = answers[study_session.id]
        told = study_session.state != "withdrawn"
        n_right, n_vigilance = vigilance.get(study_session.id, (0, 0)) if told else (0, 0)
        response_ms = own.response_ms if told else []
        state = _state(study_session, now)
        line = _line(
            study_session, own, checked[study_session.id], interrupted[study_session.id], state
        )
        people.append(
            Person(
                code=code,
                simulated=simulated,
                is_pilot=study_session.phase == "pilot",
                condition=condition,
                state=state,
                inclusion=study_session.inclusion,
                reason=study_session.inclusion_reason,
                payment=study_session.payment,
                n_answered=study_session.n_answered,
                n_trials=study_session.n_trials,
                median_response_ms=statistics.median(response_ms) if response_ms else None,
                n_vigilance_right=n_right,
                n_vigilance=n_vigilance,
                consented_at=study_session.consented_at,
                line=line,
            )
        )
    return people


def _state(study_session: StudySession, now: datetime) -> str:
    if study_session.state == "running" and study_session.lease_expires_at <= now:
        return "dropped out"
    return study_session.state.replace("-", " ")


def _line(
    study_session: StudySession,
    answers: _Answers,
    checked: list[datetime],
    interrupted: list[datetime],
    state: str,
) -> TimeLine:
    ends: dict[str, tuple[Mark, datetime | None]] = {
        "finished": ("finished", study_session.finished_at),
        "withdrawn": ("withdrawn", study_session.withdrawn_at),
        "screened out": ("screened-out", study_session.screened_out_at),
        # The line ends with the last that happened; the place was kept for longer.
        "dropped out": ("dropped-out", None),
    }
    end, ended_at = ends.get(state, (None, None))
    return time_line(
        Moments(
            consented_at=study_session.consented_at,
            checked_at=checked,
            practice_at=answers.practice_at,
            test_at=answers.test_at,
            interrupted_at=interrupted,
            questions_at=study_session.questions_done_at,
            end=end,
            ended_at=ended_at,
        )
    )


def _answers(session: Session, ids: Sequence[int]) -> defaultdict[int, _Answers]:
    found: defaultdict[int, _Answers] = defaultdict(lambda: _Answers([], [], []))
    rows = session.execute(
        sa.select(Trial.study_session_id, Trial.block, Response.answered_at, Response.response_ms)
        .join(Response, Response.trial_id == Trial.id)
        .where(Trial.study_session_id.in_(ids))
        .order_by(Response.id)
    )
    for row_id, block, answered_at, response_ms in rows:
        own = found[row_id]
        (own.practice_at if block == "practice" else own.test_at).append(answered_at)
        own.response_ms.append(response_ms)
    return found


def _checked(session: Session, ids: Sequence[int]) -> defaultdict[int, list[datetime]]:
    return _times(
        session,
        sa.select(ScreeningCheck.study_session_id, ScreeningCheck.done_at).where(
            ScreeningCheck.study_session_id.in_(ids), ScreeningCheck.done_at.is_not(None)
        ),
    )


def _interrupted(session: Session, ids: Sequence[int]) -> defaultdict[int, list[datetime]]:
    return _times(
        session,
        sa.select(Trial.study_session_id, Trial.interrupted_at).where(
            Trial.study_session_id.in_(ids), Trial.interrupted_at.is_not(None)
        ),
    )


def _times(session: Session, statement: sa.Executable) -> defaultdict[int, list[datetime]]:
    found: defaultdict[int, list[datetime]] = defaultdict(list)
    for row_id, at in session.execute(statement):
        if at is not None:
            found[row_id].append(at)
    return found
