from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from study_app.catalog import find_study
from study_app.extensions import db
from study_app.models import Response, Study, StudySession, Trial
from study_app.progress import ALL_CONDITIONS, Arm, FooledCount, measure_progress
from study_app.simulated_token import sign_token
from study_app.study_moves import close_study, open_study
from tests.study_app import factories
from tests.study_app.factories import NOW, Browser


def measure(app, code="colours", now=None):
    with app.app_context():
        study = find_study(db.session(), code)
        return measure_progress(db.session(), study, now or datetime.now(UTC))


@pytest.fixture
def two_arms(app, two_condition_folder):
    with app.app_context():
        factories.create_study(factories.study_text(id="noise"), two_condition_folder)
        study = factories.create_study(factories.study_text(), two_condition_folder).study
        open_study(db.session(), study, None, NOW)
    return app


def enter(app, n_answers=0, **carried):
    browser = Browser(app)
    assert browser.consent(**carried).status_code == 302
    for _ in range(n_answers):
        browser.answer_next()
    return browser


def test_a_new_study_has_an_empty_arm_for_each_condition(two_arms):
    measured = measure(two_arms)

    assert (measured.state, measured.wanted) == ("open", 3)
    assert measured.arms == (Arm("full", False), Arm("l2", False))


def test_people_are_counted_by_where_they_are(two_arms):
    enter(two_arms, 10)
    enter(two_arms, 4)
    browser = enter(two_arms)
    browser.get("/withdraw")
    browser.post_form("/withdraw")

    arms = measure(two_arms).arms

    def total(name):
        return sum(getattr(arm, name) for arm in arms)

    states = ("finished", "running", "stopped", "withdrawn")
    assert [total(name) for name in (*states, "enrolled")] == [1, 1, 0, 1, 3]


def test_who_has_not_answered_for_long_has_stopped(two_arms):
    enter(two_arms, 4)

    arms = measure(two_arms, now=datetime.now(UTC) + timedelta(hours=2)).arms

    assert [sum(arm.running for arm in arms), sum(arm.stopped for arm in arms)] == [0, 1]


def test_who_is_excluded_finished_and_does_not_count(two_arms):
    enter(two_arms, 10)
    enter(two_arms, 10)
    with two_arms.app_context():
        ids = db.session.scalars(sa.select(StudySession.id).order_by(StudySession.id)).all()
        for row, inclusion in zip(ids, ("excluded", "included"), strict=True):
            db.session.execute(
                sa.update(StudySession).where(StudySession.id == row).values(inclusion=inclusion)
            )
        db.session.commit()

    arms = measure(two_arms).arms

    assert sum(arm.finished for arm in arms) == 2
    assert sum(arm.excluded for arm in arms) == 1
    assert sum(arm.counted for arm in arms) == 1


def test_who_was_screened_out_is_counted(two_arms):
    enter(two_arms)
    enter(two_arms, 1)
    with two_arms.app_context():
        first = sa.select(sa.func.min(StudySession.id)).scalar_subquery()
        db.session.execute(
            sa.update(StudySession)
            .where(StudySession.id == first)
            .values(state="screened-out", screened_out_at=NOW, screened_out_by="colour-vision")
        )
        db.session.commit()

    arms = measure(two_arms).arms

    assert sum(arm.screened_out for arm in arms) == 1
    assert sum(arm.enrolled for arm in arms) == 2


def test_simulated_observers_stand_apart(two_arms):
    enter(two_arms)
    enter(two_arms, 10, simulated=sign_token(factories.SECRET_KEY, "colours", 1))

    arms = measure(two_arms).arms

    assert sum(arm.enrolled for arm in arms if not arm.simulated) == 1
    assert [arm.finished for arm in arms if arm.simulated] == [1]


def test_other_studies_are_not_counted(two_arms):
    with two_arms.app_context():
        open_study(db.session(), find_study(db.session(), "noise"), None, NOW)
    browser = Browser(two_arms)
    browser.consent("noise")

    assert sum(arm.enrolled for arm in measure(two_arms).arms) == 0
    assert sum(arm.enrolled for arm in measure(two_arms, "noise").arms) == 1


def test_how_often_people_were_fooled_is_told_after_closing_only(two_arms):
    people = [enter(two_arms, 10), enter(two_arms, 6)]
    leaver = enter(two_arms, 10)
    leaver.get("/withdraw")
    leaver.post_form("/withdraw")
    enter(two_arms, 10, simulated=sign_token(factories.SECRET_KEY, "colours", 1))
    assert measure(two_arms).fooled is None

    with two_arms.app_context():
        close_study(db.session(), find_study(db.session(), "colours"), NOW)
        # By hand: main trials of the first two people, by condition.
        expected = {}
        rows = db.session.execute(
            sa.select(Trial, Response).join(Response).order_by(Trial.id)
        ).all()
        sessions = sorted({trial.study_session_id for trial, _ in rows})[: len(people)]
        for trial, response in rows:
            if trial.study_session_id in sessions and trial.trial_type == "main":
                counted = expected.setdefault(trial.stimulus_pair.condition.name, [0, 0])
                counted[0] += response.chosen_side == trial.real_side
                counted[1] += 1

    fooled = measure(two_arms).fooled
    assert fooled == tuple(FooledCount(name, *expected[name]) for name in sorted(expected))
    assert sum(count.n_trials for count in fooled) > 6


def test_a_within_design_has_one_arm(app, set_folder):
    text = factories.study_text().replace('design = "between"', 'design = "within"')
    with app.app_context():
        study = factories.create_study(text, set_folder).study
        open_study(db.session(), study, None, NOW)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Study)) == 1
    enter(app, 10)

    arms = measure(app).arms

    assert [(arm.condition, arm.finished) for arm in arms] == [(ALL_CONDITIONS, 1)]
