"""Simulated observers against a real server in this process: werkzeug's, with a thread each."""

import json
from collections import Counter

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.catalog import find_study
from study_app.errors import SimulationError
from study_app.extensions import db
from study_app.models import (
    Participant,
    QuestionAnswer,
    Response,
    ScreeningCheck,
    StimulusPair,
    StudySession,
    Trial,
)
from study_app.observers import ObserverSettings
from study_app.simulate import (
    SimulationPlan,
    check_conditions,
    count_observers,
    save_record,
    simulate,
)
from study_app.study_moves import close_study, open_study
from study_app.study_tables import STANDARD_QUESTION_IDS, Screening, StandardQuestions
from tests.study_app import factories
from tests.study_app.factories import NOW, SECRET_KEY
from tests.thread_server import serve_in_thread


@pytest.fixture
def draft_app(app, two_condition_folder):
    """The web study with a draft ``colours`` of two conditions and another study beside it."""
    with app.app_context():
        factories.create_study(factories.study_text(id="noise"), two_condition_folder)
        factories.create_study(factories.study_text(), two_condition_folder)
    return app


@pytest.fixture
def url(draft_app):
    with serve_in_thread(draft_app) as address:
        yield address


def run(app, url, n=4, seed=1, key=SECRET_KEY, **observers):
    with app.app_context():
        engine = db.engine
    plan = SimulationPlan("colours", n, ObserverSettings(**observers), seed, n_threads=4)
    return list(simulate(url, key, lambda: Session(engine), plan))


def answers(app):
    """What was answered, in the order of enrolment: independent of codes and times."""
    with app.app_context():
        return db.session.execute(
            sa.select(
                StimulusPair.pair_id,
                Trial.trial_type,
                Trial.real_side,
                Response.chosen_side,
                Response.response_ms,
            )
            .join(Trial, Trial.stimulus_pair_id == StimulusPair.id)
            .join(Response, Response.trial_id == Trial.id)
            .join(StudySession, Trial.study_session_id == StudySession.id)
            .order_by(StudySession.id, Trial.trial_index)
        ).all()


def test_observers_go_through_the_whole_study_and_are_marked(draft_app, url):
    assert run(draft_app, url, n=4) == [10, 10, 10, 10]

    with draft_app.app_context():
        assert set(db.session.scalars(sa.select(Participant.simulated))) == {True}
        assert Counter(db.session.scalars(sa.select(StudySession.state))) == {"finished": 4}
        arms = Counter(
            found.condition.name for found in db.session.scalars(sa.select(StudySession))
        )
        assert arms == {"full": 2, "l2": 2}
        assert set(db.session.scalars(sa.select(Trial.n_issued))) == {1}
        assert set(db.session.scalars(sa.select(Response.exposure_valid))) == {True}


def test_observers_pass_every_check_and_are_asked_every_question(app, two_condition_folder):
    """From consent to completion as a browser goes: screening, pairs, questions, debrief."""
    screening = Screening(
        device="check", colour_vision="screen-out", n_plates=3, pass_plates=3, display="record"
    )
    text = factories.study_text(
        screening=screening, questions=StandardQuestions(STANDARD_QUESTION_IDS)
    )
    with app.app_context():
        factories.create_study(text, two_condition_folder)

    with serve_in_thread(app) as url:
        assert run(app, url, n=2) == [10, 10]

    with app.app_context():
        checks = db.session.scalars(sa.select(ScreeningCheck)).all()
        assert Counter((check.name, check.passed) for check in checks) == {
            ("device", True): 2,
            ("colour-vision", True): 2,
            ("display", True): 2,
        }
        sessions = db.session.scalars(sa.select(StudySession)).all()
        assert all(session.questions_done_at is not None for session in sessions)
        asked = set(db.session.scalars(sa.select(QuestionAnswer.question_id)))
        assert asked <= set(STANDARD_QUESTION_IDS)
        assert asked
        assert set(db.session.scalars(sa.select(Trial.n_started))) == {1}


def test_answers_follow_the_truth_that_was_asked_for(draft_app, url):
    """Almost never fooled under one condition, almost always under the other."""
    rates = {"full": 0.01, "l2": 0.99}
    run(draft_app, url, n=6, fool_rates=rates, spread=0.0, photo_spread=0.0)

    with draft_app.app_context():
        rows = db.session.execute(
            sa.select(Trial, Response.chosen_side).join(Response).where(Trial.trial_type == "main")
        ).all()
        fooled = {"full": [], "l2": []}
        for trial, chosen in rows:
            name = trial.stimulus_pair.condition.name
            fooled[name].append(chosen == trial.real_side)
    assert [len(found) for found in fooled.values()] == [21, 21]
    assert sum(fooled["full"]) <= 3
    assert sum(fooled["l2"]) >= 18


def test_the_same_seed_gives_the_same_plans_and_answers(draft_app, url):
    run(draft_app, url, n=2, seed=7)
    first = answers(draft_app)
    with draft_app.app_context():
        for table in (Response, Trial, StudySession, Participant):
            db.session.execute(sa.delete(table))
        db.session.commit()

    run(draft_app, url, n=2, seed=7)

    assert answers(draft_app) == first
    assert len(first) == 20


def test_a_server_of_another_instance_refuses(draft_app, url):
    with pytest.raises(SimulationError, match="gave 403 instead of 200"):
        run(draft_app, url, key="the key of another instance")


def test_a_server_whose_cookies_need_https_is_named_with_the_way_out(draft_app, url):
    draft_app.config["SESSION_COOKIE_SECURE"] = True

    with pytest.raises(SimulationError, match=rf"{url} has secure_cookies = true, .* --url its h"):
        run(draft_app, url)


def test_a_server_on_another_database_is_found_out(url, tmp_path):
    empty = sa.create_engine(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    db.metadata.create_all(empty)
    plan = SimulationPlan("colours", 1, ObserverSettings(), 1)

    with pytest.raises(SimulationError, match="not in the configured database"):
        list(simulate(url, SECRET_KEY, lambda: Session(empty), plan))
    empty.dispose()


def test_no_server_is_named(draft_app):
    with pytest.raises(SimulationError, match=r"http://127\.0\.0\.1:9: .* does not answer"):
        run(draft_app, "http://127.0.0.1:9")


def test_observers_are_counted_per_condition(draft_app):
    with draft_app.app_context():
        assert count_observers(db.session(), find_study(db.session(), "colours"), 5) == 10


def test_a_closed_study_is_not_simulated(draft_app):
    with draft_app.app_context():
        study = find_study(db.session(), "colours")
        open_study(db.session(), study, None, NOW)
        close_study(db.session(), study, NOW)

        with pytest.raises(SimulationError, match="closed"):
            count_observers(db.session(), study, 5)


def test_a_fool_rate_for_a_condition_that_is_not_tested_is_refused(draft_app):
    with draft_app.app_context():
        study = find_study(db.session(), "colours")

        check_conditions(db.session(), study, ObserverSettings(fool_rates={"l2": 0.2}))
        with pytest.raises(SimulationError, match=r"'random' is no tested condition \(full, l2\)"):
            check_conditions(db.session(), study, ObserverSettings(fool_rates={"random": 0.2}))


def test_what_was_simulated_is_recorded(tmp_path):
    plan = SimulationPlan("colours", 4, ObserverSettings(fool_rates={"l2": 0.2}), 11)

    path = save_record(tmp_path / "simulations", plan, 40)

    record = json.loads(path.read_text())
    assert (record["seed"], record["n_answers"], record["n_observers"]) == (11, 40, 4)
    assert record["observers"]["fool_rates"] == {"l2": 0.2}
    assert record["versions"]["study_app"]
