"""Count how attention was: vigilance trials told right, and who does not count because of them.

Place on the data's path: the pages on quality and on participants show it. Only vigilance trials
are looked at, whose fakes are obviously wrong: nothing of this tells a fool rate.
"""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.models import Condition, Participant, Response, Study, StudySession, Trial
from study_app.monitoring.watching import watched
from study_app.progress import ALL_CONDITIONS


@dataclass(frozen=True)
class VigilanceRow:
    """Vigilance under one tested condition.

    Attributes:
        condition: the tested condition, or all together in a within design.
        n_people: study sessions with an answered vigilance trial.
        n_right: vigilance trials told right.
        n_answered: vigilance trials answered.
        n_excluded: who finished and does not count, whatever rule it was.
    """

    condition: str
    n_people: int
    n_right: int
    n_answered: int
    n_excluded: int

    @property
    def right_share(self) -> float:
        """Share of vigilance trials told right."""
        return self.n_right / self.n_answered


def measure_vigilance(session: Session, study: Study, *, simulated: bool) -> list[VigilanceRow]:
    """Give one row per tested condition with answered vigilance trials, by name."""
    name = sa.func.coalesce(Condition.name, ALL_CONDITIONS)
    is_excluded = sa.and_(StudySession.state == "finished", StudySession.inclusion == "excluded")
    rows = session.execute(
        sa.select(
            name.label("name"),
            sa.func.count(sa.distinct(StudySession.id)),
            sa.func.sum(_right()),
            sa.func.count(),
            sa.func.count(sa.distinct(sa.case((is_excluded, StudySession.id)))),
        )
        .select_from(Response)
        .join(Trial, Response.trial_id == Trial.id)
        .join(StudySession, Trial.study_session_id == StudySession.id)
        .join(Participant, StudySession.participant_id == Participant.id)
        .outerjoin(Condition, StudySession.condition_id == Condition.id)
        .where(
            *watched(study, simulated=simulated),
            StudySession.state != "withdrawn",
            Trial.trial_type == "vigilance",
        )
        .group_by("name")
        .order_by("name")
    )
    return [VigilanceRow(*row) for row in rows]


def vigilance_of(session: Session, session_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Give vigilance trials told right, and answered, of some study sessions by their row."""
    rows = session.execute(
        sa.select(Trial.study_session_id, sa.func.sum(_right()), sa.func.count())
        .join(Response, Response.trial_id == Trial.id)
        .where(Trial.study_session_id.in_(session_ids), Trial.trial_type == "vigilance")
        .group_by(Trial.study_session_id)
    )
    return {row_id: (int(n_right), n) for row_id, n_right, n in rows}


def _right() -> sa.ColumnElement[int]:
    return sa.case((Response.chosen_side != Trial.real_side, 1), else_=0)
