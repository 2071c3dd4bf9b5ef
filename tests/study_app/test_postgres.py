"""What differs between databases: locks, and who waits for whom. The rest runs on SQLite."""

import contextlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from study_app import enrolment, export, progress, screening, trial_flow
from study_app.catalog import find_study
from study_app.desk_door import is_logged_in, log_in
from study_app.enrolment import Applicant, enrol
from study_app.erasure import erase
from study_app.errors import (
    DeskError,
    DeskLockedOut,
    PlaceLost,
    StudyError,
    StudyFull,
    WrongPassword,
    WrongState,
)
from study_app.extensions import db
from study_app.lock_out import FREE_TRIES
from study_app.models import Response, ScreeningCheck, StudySession, Trial
from study_app.monitoring.contact_sheet import read_sheet
from study_app.monitoring.overview import measure_overview
from study_app.monitoring.people import read_people
from study_app.monitoring.report_results import allowed_kind
from study_app.monitoring.timing_quality import measure_timing
from study_app.monitoring.vigilance import measure_vigilance
from study_app.places import count_places, lock_study
from study_app.responses import parse_response
from study_app.study_moves import move_study, open_study
from study_app.study_tables import Screening
from tests.postgres import database_of_kind
from tests.study_app import factories
from tests.study_app.desk_logins import PASSWORD, set_desk_password
from tests.study_app.factories import NOW, Browser, response_body

pytestmark = pytest.mark.postgres

FIRST, SECOND = "8a0c6a1e-5d8e-4f43-9a52-1f0f5a6f0001", "8a0c6a1e-5d8e-4f43-9a52-1f0f5a6f0002"


@pytest.fixture
def app(tmp_path, two_condition_folder):
    """The web study on PostgreSQL with an open study of two conditions."""
    with (
        database_of_kind("postgres") as url,
        factories.app_with_studies(tmp_path, url, two_condition_folder) as app,
    ):
        yield app


def test_a_whole_study_session_and_its_export(app, tmp_path):
    browser = Browser(app)
    browser.consent()

    assert browser.answer_all() == 10

    assert "All 10 answers are stored." in browser.get("/debrief").text
    with app.app_context():
        study = find_study(db.session())
        exported = export.export_study(db.session(), study, tmp_path / "out")
        measured = progress.measure_progress(db.session(), study, NOW)
    assert (exported.n_trials, exported.n_study_sessions) == (10, 1)
    assert sum(arm.finished for arm in measured.arms) == 1


def test_the_desk_measures_a_study(app, tmp_path):
    first, second = Browser(app), Browser(app)
    first.consent()
    first.answer_all()
    second.consent()
    second.answer_next(frame_interval_ms=6.94)

    with app.app_context():
        session, study = db.session(), find_study(db.session())
        seen = measure_overview(session, study, datetime.now(UTC), tmp_path)
        rows = measure_timing(session, study, simulated=False)
        vigilance = measure_vigilance(session, study, simulated=False)
        page = read_people(session, study, 1, datetime.now(UTC))
        sheet = read_sheet(session, study, "full", 1, tmp_path)
        kind = allowed_kind(session, study, "main")

    assert sum(arm.finished for arm in seen.people) == 1
    assert [(row.rate_hz, row.n_trials) for row in rows] == [(60, 10), (144, 1)]
    assert sum(row.n_answered for row in vigilance) >= 1
    assert [person.n_answered for person in page.people] == [1, 10]
    assert len(sheet.pairs) == 24
    assert kind is None


def test_many_wrong_passwords_at_the_same_time_count_as_many(app):
    set_desk_password(app)

    def try_one(_number):
        with app.app_context(), pytest.raises(DeskError) as caught:
            log_in(db.session(), "wrong", NOW)
        return type(caught.value)

    with ThreadPoolExecutor(10) as pool:
        refused = Counter(pool.map(try_one, range(10)))

    assert refused == {WrongPassword: FREE_TRIES, DeskLockedOut: 10 - FREE_TRIES}
    with app.app_context():
        later = NOW + timedelta(hours=1)
        assert is_logged_in(db.session(), log_in(db.session(), PASSWORD, later), later)


@pytest.fixture
def as_in_several_processes(monkeypatch):
    """Let enrolments meet at the database: the queue before it is of one process."""
    monkeypatch.setattr(enrolment, "_one_at_a_time", contextlib.nullcontext)


@pytest.mark.usefixtures("as_in_several_processes")
def test_who_enrols_while_a_pilot_ends_is_in_the_one_or_the_other(app, two_condition_folder):
    with app.app_context():
        text = factories.study_text(id="piloted", per_condition=8)
        study = factories.create_study(text, two_condition_folder).study
        move_study(db.session(), study, "pilot", NOW)

    def try_one(number):
        with app.app_context():
            if number == 4:
                open_study(db.session(), find_study(db.session(), "piloted"), None, NOW)
            else:
                enrol(db.session(), "piloted", Applicant(f"piloted {number}"), NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(try_one, range(9)))

    with app.app_context():
        phases = list(db.session.scalars(sa.select(StudySession.phase).order_by(StudySession.id)))
    assert len(phases) == 8
    assert phases == sorted(phases, reverse=True)


def test_of_two_moves_at_the_same_time_one_is_made(app):
    def close(_number):
        with app.app_context():
            try:
                move_study(db.session(), find_study(db.session()), "closed", NOW, seen="open")
            except WrongState as error:
                return str(error)
            return "closed"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(close, range(2)))

    assert said == ["closed", "study colours is closed by now, not open any more"]


@pytest.mark.usefixtures("as_in_several_processes")
def test_enrolments_at_the_same_time_never_exceed_the_places(app):
    def try_one(number):
        with app.app_context():
            try:
                return enrol(db.session(), "colours", Applicant(str(number)), NOW).condition_id
            except StudyFull:
                return None

    with ThreadPoolExecutor(10) as pool:
        given = Counter(pool.map(try_one, range(10)))

    assert given.pop(None) == 4
    assert sorted(given.values()) == [3, 3]


def test_who_comes_back_at_the_same_time_never_exceeds_the_places(app):
    later = NOW + timedelta(hours=2)
    with app.app_context():
        early = [enrol(db.session(), "colours", Applicant(f"a{i}"), NOW).code for i in range(6)]
        for i in range(4):  # two of the three places of each condition
            enrol(db.session(), "colours", Applicant(f"b{i}"), later)

    def come_back(code):
        with app.app_context():
            try:
                trial_flow.issue_next_trial(db.session(), code, later)
            except PlaceLost:
                return "lost"
            return "found"

    with ThreadPoolExecutor(6) as pool:
        outcomes = Counter(pool.map(come_back, early))

    assert outcomes == {"found": 2, "lost": 4}
    with app.app_context():
        study = find_study(db.session())
        places = count_places(db.session(), study, simulated=False, now=later)
        assert sorted(places.values()) == [3, 3]


def test_responses_posted_at_the_same_time_store_one(app):
    with app.app_context():
        code = enrol(db.session(), "colours", Applicant("a"), NOW).code

    for _ in range(3):
        with app.app_context():
            key = trial_flow.issue_next_trial(db.session(), code, NOW).trial_key

        def post(_number, trial_key=key):
            report = parse_response(response_body())
            with app.app_context():
                try:
                    trial_flow.record_response(db.session(), code, trial_key, report, NOW)
                except StudyError as error:
                    return error.code
                return "recorded"

        with ThreadPoolExecutor(10) as pool:
            outcomes = Counter(pool.map(post, range(10)))

        assert outcomes == {"recorded": 1, "already-answered": 9}
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Response)) == 3
        assert db.session.scalars(sa.select(StudySession.n_answered)).one() == 3


def test_an_answer_and_another_window_at_the_same_time_leave_one_trial_per_place(app):
    """The answer is stored or its trial is given up, never both."""
    with app.app_context():
        code = enrol(db.session(), "colours", Applicant("a"), NOW).code
    outcomes = Counter()
    for _ in range(4):
        with app.app_context():
            key = trial_flow.issue_next_trial(db.session(), code, NOW, FIRST).trial_key
            trial_flow.start_trial(db.session(), code, key, FIRST, NOW)

        def act(number, trial_key=key):
            with app.app_context():
                if number:
                    return bool(trial_flow.issue_next_trial(db.session(), code, NOW, SECOND))
                report = parse_response(response_body())
                try:
                    trial_flow.record_response(db.session(), code, trial_key, report, NOW)
                except StudyError as error:
                    return error.code
                return "recorded"

        with ThreadPoolExecutor(4) as pool:
            outcomes[next(iter(pool.map(act, range(4))))] += 1

    assert set(outcomes) <= {"recorded", "wrong-order"}
    with app.app_context():
        n_answered = db.session.scalars(sa.select(StudySession.n_answered)).one()
        trials = db.session.scalars(sa.select(Trial)).all()
        current = Counter(trial.place for trial in trials if trial.interrupted_at is None)
        answered = [trial for trial in trials if trial.response is not None]
    assert n_answered == len(answered) == outcomes["recorded"]
    assert set(current.values()) == {1}
    assert not [trial for trial in answered if trial.interrupted_at is not None]


def test_an_erasure_does_not_wait_for_who_takes_a_place(app):
    """Each would wait for the other where the one who is erased comes back for a place."""
    Browser(app).consent()
    with app.app_context(), sa.orm.Session(db.engine) as taking:
        found = db.session.scalars(sa.select(StudySession)).one()
        lock_study(taking, found.participant.study_id)
        db.session.execute(sa.text("SET lock_timeout = '2s'"))
        db.session.commit()

        erased = erase(db.session(), found, "researcher", NOW)

        assert erased.state_before == "running"
        assert db.session.scalars(sa.select(StudySession)).all() == []


def test_a_plate_read_in_many_windows_at_once_is_read_once(app, two_condition_folder):
    with app.app_context():
        text = factories.study_text(id="plates", screening=Screening(colour_vision="record"))
        study = factories.create_study(text, two_condition_folder).study
        open_study(db.session(), study, None, NOW)
        code = enrol(db.session(), "plates", Applicant("one person"), NOW).code

    def read(digit):
        with app.app_context():
            screening.answer_plate(db.session(), code, 0, str(digit), NOW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(read, range(8)))

    with app.app_context():
        check = db.session.scalars(sa.select(ScreeningCheck)).one()
        assert len(check.details["plates"]) == 1
