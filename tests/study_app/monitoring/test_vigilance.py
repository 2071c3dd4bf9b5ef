import sqlalchemy as sa

from study_app.catalog import find_study
from study_app.extensions import db
from study_app.models import StudySession
from study_app.monitoring.vigilance import VigilanceRow, measure_vigilance, vigilance_of
from tests.study_app.attentive import take_part


def test_vigilance_is_counted_by_condition(open_app):
    take_part(open_app, attentive=True)
    take_part(open_app, attentive=True)
    take_part(open_app, attentive=False)

    with open_app.app_context():
        study = find_study(db.session(), "colours")
        rows = measure_vigilance(db.session(), study, simulated=False)
        people = list(db.session.scalars(sa.select(StudySession.id).order_by(StudySession.id)))
        each = vigilance_of(db.session(), people)

    assert rows == [VigilanceRow("full", n_people=3, n_right=2, n_answered=3, n_excluded=1)]
    assert [each[row_id] for row_id in people] == [(1, 1), (1, 1), (0, 1)]


def test_without_answers_there_is_no_row(open_app):
    with open_app.app_context():
        study = find_study(db.session(), "colours")
        assert measure_vigilance(db.session(), study, simulated=False) == []
