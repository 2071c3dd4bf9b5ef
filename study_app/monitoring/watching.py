"""Read the study sessions of a study as the desk counts them: one short row each.

Place on the data's path: ``overview.py`` hands the rows to the pure modules beside it. No answer is
read here, so nothing of this tells how often anybody was fooled.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.models import (
    Condition,
    Inclusion,
    Participant,
    Study,
    StudySession,
    StudySessionState,
)
from study_app.study_states import phase_of


class WatchedSession(NamedTuple):
    """A study session, as far as the desk must know it.

    Attributes:
        condition: tested condition; None in a within design.
        state: running, finished, withdrawn or screened-out.
        n_practice: trials of practice.
        n_answered: trials answered, practice included.
        consented_at: when it began.
        lease_expires_at: until when the place is kept; every answer renews it.
        finished_at: when the last answer was stored.
        inclusion: whether it counts towards the number wanted.
    """

    condition: str | None
    state: StudySessionState
    n_practice: int
    n_answered: int
    consented_at: datetime
    lease_expires_at: datetime
    finished_at: datetime | None
    inclusion: Inclusion


def watched(study: Study, *, simulated: bool) -> tuple[sa.ColumnElement[bool], ...]:
    """Say of which study sessions a page tells; their participants have to be joined.

    Those of people, or of simulated observers, in the phase that the study is in: of the pilot
    while it is in pilot, else of the rest.
    """
    return (
        Participant.study_id == study.id,
        Participant.simulated.is_(simulated),
        StudySession.phase == phase_of(study.state),
    )


def read_sessions(session: Session, study: Study, *, simulated: bool) -> Sequence[WatchedSession]:
    """Give the study sessions that are watched, in the order of arrival."""
    rows = session.execute(
        sa.select(
            Condition.name,
            StudySession.state,
            StudySession.n_practice,
            StudySession.n_answered,
            StudySession.consented_at,
            StudySession.lease_expires_at,
            StudySession.finished_at,
            StudySession.inclusion,
        )
        .join(Participant, StudySession.participant_id == Participant.id)
        .outerjoin(Condition, StudySession.condition_id == Condition.id)
        .where(
            *watched(study, simulated=simulated),
        )
        .order_by(StudySession.id)
    )
    return [WatchedSession(*row) for row in rows]
