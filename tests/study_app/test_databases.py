"""What other tests rest on: a copy has what it was copied from, and nothing of an earlier test."""

import pytest
import sqlalchemy as sa

from study_app.extensions import db
from study_app.models import Participant, StimulusPair, Study
from tests.study_app.databases import app_on_copy
from tests.study_app.factories import Browser


@pytest.fixture
def leave_something(databases, opened_database, tmp_path):
    """Use a copy, damage it and give it back."""

    def use(damage=""):
        folder = tmp_path / f"before {damage}"
        folder.mkdir()
        with app_on_copy(databases, opened_database, folder) as app:
            assert Browser(app).consent().status_code == 302
            with app.app_context():
                db.session.execute(sa.text(damage or "SELECT 1"))
                db.session.commit()
                db.session.remove()

    return use


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "UPDATE study SET state = 'closed'",
        "DELETE FROM alembic_version",
        "DROP TABLE response",
    ],
)
def test_nothing_is_left_of_an_earlier_test(
    leave_something, damage, databases, opened_database, tmp_path
):
    leave_something(damage)

    with app_on_copy(databases, opened_database, tmp_path) as app:
        browser = Browser(app)
        assert browser.client.get("/readyz").status_code == 200
        with app.app_context():
            assert db.session.scalars(sa.select(Participant)).all() == []
            states = dict(db.session.execute(sa.select(Study.code, Study.state)).all())
            assert states == {"noise": "draft", "colours": "open"}
            assert db.session.scalar(sa.select(sa.func.count(StimulusPair.id))) == 180
            db.session.remove()
        browser.consent()
        assert browser.answer_all() == 10
        with app.app_context():
            assert db.session.scalars(sa.select(Participant.id)).all() == [1]


def test_two_copies_know_nothing_of_each_other(
    leave_something, open_app, databases, opened_database, tmp_path
):
    Browser(open_app).consent()
    leave_something()

    with app_on_copy(databases, opened_database, tmp_path) as app, app.app_context():
        assert db.session.scalars(sa.select(Participant)).all() == []
    with open_app.app_context():
        assert len(db.session.scalars(sa.select(Participant)).all()) == 1
