"""Say whether anybody has consented to take part in a study.

Place on the data's path: what was said to people cannot be changed behind their backs, so
``study_moves.py`` asks; the desk asks before it tells of data or of fool rates.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.models import Participant, Study, StudySession
from study_app.study_states import Phase


def has_sessions(session: Session, study: Study, phase: Phase) -> bool:
    """Say whether anybody, simulated observers included, has enrolled in a phase of the study."""
    return _any(session, study, StudySession.phase == phase)


def has_people(session: Session, study: Study, phase: Phase) -> bool:
    """Say whether anybody but simulated observers has enrolled in a phase of the study."""
    return _any(session, study, StudySession.phase == phase, Participant.simulated.is_(False))


def _any(session: Session, study: Study, *conditions: sa.ColumnElement[bool]) -> bool:
    enrolled = (
        sa.select(StudySession.id)
        .join(Participant, StudySession.participant_id == Participant.id)
        .where(Participant.study_id == study.id, *conditions)
    )
    return bool(session.scalar(sa.select(enrolled.exists())))
