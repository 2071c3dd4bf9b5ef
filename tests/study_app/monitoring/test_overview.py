import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from study_app.catalog import find_study
from study_app.extensions import db
from study_app.monitoring.overview import measure_overview
from study_app.simulated_token import sign_token
from study_app.study_moves import move_study, open_study
from tests.study_app import factories
from tests.study_app.attentive import take_part
from tests.study_app.factories import Browser


def look(app, now=None):
    with app.app_context():
        study = find_study(db.session(), "colours")
        instance = Path(app.instance_path)
        return measure_overview(db.session(), study, now or datetime.now(UTC), instance)


def finish(app, **carried):
    browser = Browser(app)
    assert browser.consent(**carried).status_code == 302
    browser.answer_all()


def test_what_people_did_is_on_one_page(open_app):
    finish(open_app)
    Browser(open_app).consent()

    seen = look(open_app)

    [arm] = seen.people
    assert (arm.finished, arm.running, seen.simulated) == (1, 1, ())
    assert (seen.chart.n_arrived, sum(bar.n_finished for bar in seen.chart.bars)) == (2, 1)
    assert seen.flow["consent"] == 2
    assert seen.expectation is None


def test_a_pilot_is_shown_while_it_runs_and_apart_afterwards(app, set_folder):
    with app.app_context():
        study = factories.create_study(factories.study_text(), set_folder).study
        move_study(db.session(), study, "pilot", factories.NOW)
    Browser(app).consent()
    during = look(app)
    with app.app_context():
        open_study(db.session(), find_study(db.session(), "colours"), None, factories.NOW)
    after = look(app)

    assert [(seen.chart.n_arrived, seen.flow["consent"]) for seen in (during, after)] == [
        (1, 1),
        (0, 0),
    ]
    assert "0 finished of 1 who began" in after.pilot


def test_simulated_observers_are_shown_only_where_no_person_has_come(open_app):
    finish(open_app, simulated=sign_token(factories.SECRET_KEY, "colours", 1))
    before = look(open_app)
    Browser(open_app).consent()
    after = look(open_app)

    assert (before.shows_simulated, before.chart.n_arrived) == (True, 1)
    assert (after.shows_simulated, after.chart.n_arrived) == (False, 1)
    assert after.simulated[0].finished == 1


def test_people_who_left_are_told(open_app):
    Browser(open_app).consent()

    seen = look(open_app, datetime.now(UTC) + timedelta(minutes=61))

    assert "1 person dropped out before the first pair within the last hour." in [
        notice.text for notice in seen.notices
    ]


def test_a_set_that_is_gone_is_told(open_app, own_set):
    shutil.rmtree(own_set)

    assert str(own_set) in look(open_app).notices[0].text


def test_the_end_is_expected_from_those_who_count(app, set_folder):
    now = datetime.now(UTC)
    with app.app_context():
        study = factories.create_study(factories.study_text(per_condition=5), set_folder).study
        open_study(db.session(), study, None, now - timedelta(hours=2))
    for attentive in (True, True, True, False):
        take_part(app, attentive=attentive)

    found = look(app).expectation

    assert found is not None
    assert found.n_left == 2
    assert found.end - now == pytest.approx(timedelta(hours=4 / 3), abs=timedelta(minutes=1))
