"""Where a participant stands between consent and debrief, by what is stored.

Place on the data's path: views ask where to lead; services that must not be reached early ask
``check_ready_for_trials``. The order itself is in ``steps.py``.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.catalog import file_of
from study_app.errors import N_, StepsLeft
from study_app.models import ScreeningCheck, StudySession
from study_app.steps import Step, checks_of, next_step
from study_app.study_tables import StudyFile


def checks_done(session: Session, study_session_id: int) -> set[str]:
    """Give the names of the checks a study session has behind it."""
    return set(
        session.scalars(
            sa.select(ScreeningCheck.name).where(
                ScreeningCheck.study_session_id == study_session_id,
                ScreeningCheck.done_at.is_not(None),
            )
        )
    )


def current_step(session: Session, study_session: StudySession) -> Step:
    """Give the page on which a running or finished participant goes on."""
    has_started = study_session.n_answered > 0
    return next_step(
        file_of(study_session.participant.study),
        set() if has_started else checks_done(session, study_session.id),
        has_started=has_started,
        all_answered=study_session.state == "finished",
        questions_done=study_session.questions_done_at is not None,
    )


def check_ready_for_trials(
    session: Session, study_session: StudySession, study_file: StudyFile
) -> None:
    """Check that nothing that comes before the first trial was left out.

    Raises:
        StepsLeft: a check is not done.
    """
    wanted = checks_of(study_file)
    if not wanted or study_session.n_answered > 0:
        return
    if set(wanted) - checks_done(session, study_session.id):
        raise StepsLeft(N_("The pairs begin after the checks before them."))
