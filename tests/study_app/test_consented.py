from study_app.catalog import find_study
from study_app.consented import has_people, has_sessions
from study_app.extensions import db
from study_app.simulated_token import sign_token
from study_app.study_moves import move_study
from tests.study_app import factories
from tests.study_app.factories import NOW, Browser


def who(app, code, phase):
    with app.app_context():
        study = find_study(db.session(), code)
        return has_sessions(db.session(), study, phase), has_people(db.session(), study, phase)


def test_nobody_is_anybodys_study(open_app):
    Browser(open_app).consent()

    assert who(open_app, "colours", "main") == (True, True)
    assert who(open_app, "noise", "main") == (False, False)


def test_a_simulated_observer_is_no_person(open_app):
    Browser(open_app).consent(simulated=sign_token(factories.SECRET_KEY, "colours", 1))

    assert who(open_app, "colours", "main") == (True, False)


def test_who_came_in_the_pilot_belongs_to_the_pilot(open_app):
    with open_app.app_context():
        move_study(db.session(), find_study(db.session(), "noise"), "pilot", NOW)
    Browser(open_app).consent("noise")

    assert who(open_app, "noise", "pilot") == (True, True)
    assert who(open_app, "noise", "main") == (False, False)
