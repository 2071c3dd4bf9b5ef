from study_app.catalog import find_study
from study_app.extensions import db
from study_app.monitoring.watching import read_sessions
from study_app.study_moves import move_study
from tests.study_app.factories import NOW, Browser


def test_every_study_session_of_the_study_is_one_row(open_app):
    first, second = Browser(open_app), Browser(open_app)
    first.consent()
    first.answer_next()
    second.consent()

    with open_app.app_context():
        rows = read_sessions(db.session(), find_study(db.session(), "colours"), simulated=False)
        noise = read_sessions(db.session(), find_study(db.session(), "noise"), simulated=False)

    assert [(row.state, row.n_answered, row.condition) for row in rows] == [
        ("running", 1, "full"),
        ("running", 0, "full"),
    ]
    assert noise == []


def test_simulated_observers_are_kept_apart(open_app):
    Browser(open_app).consent()

    with open_app.app_context():
        study = find_study(db.session(), "colours")
        assert read_sessions(db.session(), study, simulated=True) == []


def test_sessions_of_a_pilot_are_watched_while_it_lasts(open_app):
    Browser(open_app).consent()
    with open_app.app_context():
        session, noise = db.session(), find_study(db.session(), "noise")
        move_study(session, noise, "pilot", NOW)
    Browser(open_app).consent("noise")

    with open_app.app_context():
        session, noise = db.session(), find_study(db.session(), "noise")
        while_it_lasts = len(read_sessions(session, noise, simulated=False))
        move_study(session, noise, "open", NOW)
        afterwards = len(read_sessions(session, noise, simulated=False))

    assert (while_it_lasts, afterwards) == (1, 0)
