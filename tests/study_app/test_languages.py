import pytest
import sqlalchemy as sa

from study_app.extensions import db
from study_app.languages import language_tag, record_language, text_direction
from study_app.models import StudySession
from study_app.study_tables import LANGUAGES
from tests.study_app.factories import Browser


def test_chinese_is_marked_as_simplified():
    assert [language_tag(code) for code in LANGUAGES] == ["en", "de", "es", "zh-Hans"]


@pytest.mark.parametrize(("code", "direction"), [("en", "ltr"), ("zh", "ltr"), ("ar", "rtl")])
def test_a_language_runs_its_own_way(code, direction):
    assert text_direction(code) == direction


def test_the_language_is_stored_only_if_the_study_offers_it(two_languages):
    Browser(two_languages).consent("two-languages")
    with two_languages.app_context():
        code = db.session.scalars(sa.select(StudySession.code)).one()

        record_language(db.session(), code, "de")
        record_language(db.session(), code, "zh")

        assert db.session.scalars(sa.select(StudySession.language)).one() == "de"


def test_who_is_gone_is_no_error(two_languages):
    with two_languages.app_context():
        record_language(db.session(), "nobody", "de")

        assert db.session.scalars(sa.select(StudySession)).all() == []
