"""Count how often each pair is judged in a study, so that a new plan takes the least judged.

Place on the data's path: ``enrolment.py`` asks, under the study's lock, before it plans.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.models import Participant, StimulusPair, Study, StudySession, Trial
from study_app.places import taken
from study_app.study_states import Phase


def count_pair_usage(
    session: Session, study: Study, *, simulated: bool, now: datetime, phase: Phase = "main"
) -> dict[str, int]:
    """Count the trials of the main block in which each pair stands; pairs without any are left out.

    Only study sessions that take a place are counted; a trial that was given up and practice
    trials are not.

    Args:
        session: holds the study's lock.
        study: whose study sessions.
        simulated: count simulated observers instead of people.
        now: the time.
        phase: of the study sessions; what a pilot judged does not count for the study.

    Returns:
        ``pair_id`` to number of trials.
    """
    sessions = (
        sa.select(StudySession.id)
        .join(Participant)
        .where(
            Participant.study_id == study.id,
            Participant.simulated == simulated,
            StudySession.phase == phase,
            taken(now),
        )
    )
    counted = (
        sa.select(Trial.stimulus_pair_id, sa.func.count().label("n"))
        .where(
            Trial.study_session_id.in_(sessions),
            Trial.block == "main",
            Trial.interrupted_at.is_(None),
        )
        .group_by(Trial.stimulus_pair_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(StimulusPair.pair_id, counted.c.n).join(
            counted, StimulusPair.id == counted.c.stimulus_pair_id
        )
    )
    return {pair_id: n for pair_id, n in rows}
