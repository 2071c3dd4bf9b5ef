"""The languages of the pages: how HTML names them, which way they run, and which one was chosen."""

import sqlalchemy as sa
from babel import Locale
from sqlalchemy.orm import Session

from study_app.catalog import file_of
from study_app.extensions import begin_write
from study_app.models import StudySession

# Where the code alone would leave the script open.
LANGUAGE_TAGS = {"zh": "zh-Hans"}


def language_tag(code: str) -> str:
    """Give the value of the attribute ``lang`` (BCP 47)."""
    return LANGUAGE_TAGS.get(code, code)


def text_direction(code: str) -> str:
    """Give the value of the attribute ``dir``: ``ltr`` or ``rtl``."""
    return Locale.parse(code).text_direction


def record_language(session: Session, study_session_code: str, language: str) -> None:
    """Store the language that a participant changed to, if their study offers it."""
    study_session = session.scalar(
        sa.select(StudySession).where(StudySession.code == study_session_code)
    )
    if study_session is None:
        return
    if language not in file_of(study_session.participant.study).languages.offered:
        return
    begin_write(session)
    session.execute(
        sa.update(StudySession)
        .where(StudySession.code == study_session_code)
        .values(language=language)
    )
    session.commit()
