"""What is done in a pilot is kept apart from the study in every place where people are counted."""

import csv
import functools
import json
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from study_app import create_app, debrief, erasure, flow_counts, progress
from study_app.catalog import find_study
from study_app.export import export_study
from study_app.extensions import db
from study_app.models import Erasure, FlowCount, StudySession
from study_app.pair_usage import count_pair_usage
from study_app.places import count_places
from study_app.simulated_token import sign_token
from study_app.study_moves import move_study
from tests.study_app import factories
from tests.study_app.factories import Browser

PILOT = "noise"  # the draft beside the open study
PEOPLE = 2


def move_to(app, state):
    """Bring the study that is piloted to another state."""
    with app.app_context():
        move_study(db.session(), find_study(db.session(), PILOT), state, datetime.now(UTC))
        db.session.remove()


@pytest.fixture
def move(open_app):
    """Bring the study that is piloted to another state."""
    return functools.partial(move_to, open_app)


@pytest.fixture(scope="module")
def piloted_database(databases, tmp_path_factory, opened_database):
    """An open study of 3 places whose pilot had two people, one of them half-way, and a program."""
    folder = tmp_path_factory.mktemp("piloted")
    address = databases.copy(opened_database, folder)
    app = create_app(factories.make_settings(folder, address))
    app.testing = True
    move_to(app, "pilot")
    people = [Browser(app) for _ in range(PEOPLE)]
    for number, browser in enumerate(people):
        assert browser.consent(PILOT, participant=f"P{number}").status_code == 302
    people[0].answer_all()
    people[1].answer_next()
    Browser(app).consent(PILOT, simulated=sign_token(factories.SECRET_KEY, PILOT, 1))
    with app.app_context():
        # Whoever answers always left may miss the vigilance trial, and would take no place.
        ended = sa.update(StudySession).where(StudySession.state == "finished")
        db.session.execute(ended.values(inclusion="included"))
        db.session.commit()
    move_to(app, "open")
    with app.app_context():
        db.engine.dispose()
    return address


@pytest.fixture
def piloted(app_on, piloted_database):
    """The web study after a pilot."""
    return app_on(piloted_database)


@pytest.fixture
def session(piloted):
    with piloted.app_context():
        yield db.session()
        db.session.remove()


def study_of(session):
    return find_study(session, PILOT)


@pytest.mark.parametrize("state", ["draft", "preview"])
def test_nobody_enrols_before_the_pilot(open_app, move, state):
    if state != "draft":
        move(state)
    browser = Browser(open_app)

    assert "nobody can take part yet" in browser.get(f"/study/{PILOT}").text
    assert browser.consent(PILOT).status_code == 403


def test_in_a_pilot_people_take_part_by_the_link_and_are_not_led_there_from_home(open_app, move):
    move("pilot")
    browser = Browser(open_app)

    assert browser.get("/").headers["Location"] == "/study/colours"
    assert f"/study/{PILOT}/consent" in browser.get(f"/study/{PILOT}").text
    browser.consent(PILOT)
    assert browser.answer_all() == 10


def test_a_pilot_that_is_ended_takes_nobody_new_and_lets_people_finish(open_app, move):
    move("pilot")
    inside, outside = Browser(open_app), Browser(open_app)
    inside.consent(PILOT)
    move("preview")

    assert outside.consent(PILOT).status_code == 403
    assert inside.answer_all() == 10


def test_a_pilot_fills_no_place_of_the_study(session):
    study, now = study_of(session), datetime.now(UTC)

    places = {
        phase: count_places(session, study, simulated=False, now=now, phase=phase).total()
        for phase in ("pilot", "main")
    }

    assert places == {"pilot": PEOPLE, "main": 0}


def test_the_study_gets_all_its_people_after_a_pilot(piloted):
    for _ in range(3):
        assert Browser(piloted).consent(PILOT).status_code == 302
    assert Browser(piloted).consent(PILOT).status_code == 403


def test_a_pilot_has_no_more_places_than_the_study(open_app, move):
    move("pilot")
    for _ in range(3):
        assert Browser(open_app).consent(PILOT).status_code == 302
    assert Browser(open_app).consent(PILOT).status_code == 403


def test_pairs_that_a_pilot_judged_count_as_not_judged(session):
    study, now = study_of(session), datetime.now(UTC)

    used = count_pair_usage(session, study, simulated=False, now=now)
    in_pilot = count_pair_usage(session, study, simulated=False, now=now, phase="pilot")

    assert used == {}
    assert sum(in_pilot.values()) == 8 * PEOPLE


def test_who_was_in_the_pilot_is_told_so_in_the_study(piloted):
    answer = Browser(piloted).consent(PILOT, participant="P0")

    assert answer.status_code == 409
    assert "taken part already" in answer.text


def test_a_browser_that_was_in_the_pilot_is_led_back_to_it(open_app, move):
    move("pilot")
    browser = Browser(open_app)
    browser.consent(PILOT)
    browser.answer_all()
    move("open")

    assert browser.get(f"/study/{PILOT}/consent").headers["Location"] == "/debrief"


def test_a_study_session_of_the_pilot_stays_one_after_the_opening(piloted, session):
    Browser(piloted).consent(PILOT)

    phases = session.scalars(sa.select(StudySession.phase).order_by(StudySession.id)).all()
    assert phases == ["pilot", "pilot", "pilot", "main"]


def test_progress_counts_the_study_and_tells_of_the_pilot_in_a_line(session):
    measured = progress.measure_progress(session, study_of(session), datetime.now(UTC))

    assert [(arm.enrolled, arm.finished) for arm in measured.arms] == [(0, 0)]
    assert progress.told_of_pilot(measured) == (
        "Pilot, kept apart: 1 finished of 2 who began; 1 simulated"
    )


def test_while_a_study_is_in_pilot_its_progress_is_the_pilots(open_app, move):
    move("pilot")
    Browser(open_app).consent(PILOT)

    with open_app.app_context():
        study = find_study(db.session(), PILOT)
        measured = progress.measure_progress(db.session(), study, datetime.now(UTC))
    assert measured.phase == "pilot"
    assert [arm.running for arm in measured.arms] == [1]
    assert progress.told_of_pilot(measured) == ""


def test_fool_rates_of_a_closed_study_are_without_the_pilot(piloted, session):
    move_to(piloted, "closed")
    session.expire_all()

    measured = progress.measure_progress(session, study_of(session), datetime.now(UTC))

    assert measured.fooled == ()


def test_the_average_of_others_is_of_the_same_phase(session, monkeypatch):
    monkeypatch.setattr(debrief, "LEAST_OTHERS", 1)
    first, second = session.scalars(
        sa.select(StudySession)
        .where(StudySession.phase == "pilot")
        .order_by(StudySession.id)
        .limit(2)
    )
    assert debrief.average_of_others(session, second).n_people == 1

    session.execute(
        sa.update(StudySession).where(StudySession.id == second.id).values(phase="main")
    )

    assert debrief.average_of_others(session, second) is None
    assert first.state == "finished"


def read(folder, name):
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_export_is_of_the_study_or_of_the_pilot(piloted, session, tmp_path):
    Browser(piloted).consent(PILOT)
    study = study_of(session)

    export_study(session, study, tmp_path / "main")
    export_study(session, study, tmp_path / "pilot", phase="pilot")

    of = {phase: read(tmp_path / phase, "trials.csv") for phase in ("main", "pilot")}
    assert {phase: len(rows) for phase, rows in of.items()} == {"main": 10, "pilot": 30}
    assert of["main"][0].keys() == of["pilot"][0].keys()
    for phase, rows in of.items():
        people = read(tmp_path / phase, "participants.csv")
        assert {row["phase"] for row in people} == {phase}
        assert {row["participant_id"] for row in people} == {row["participant_id"] for row in rows}
        for name in ("exposures.csv",):
            assert len(read(tmp_path / phase, name)) == len(rows)


def test_an_export_of_a_pilot_says_so(session, tmp_path):
    study = study_of(session)
    for phase in ("main", "pilot"):
        export_study(session, study, tmp_path / phase, phase=phase)

    main, pilot = (
        json.loads((tmp_path / phase / "provenance.json").read_text())
        for phase in ("main", "pilot")
    )
    assert (main["phase"], pilot["phase"]) == ("main", "pilot")
    assert pilot["description"].startswith("Pilot data")
    assert "description" not in main


def test_the_flow_of_people_is_counted_apart(session, tmp_path):
    study = study_of(session)
    assert flow_counts.read_counts(session, study)["consent"] == 0
    assert flow_counts.read_counts(session, study, phase="pilot")["consent"] == PEOPLE
    simulated = flow_counts.read_counts(session, study, simulated=True, phase="pilot")
    assert simulated["consent"] == 1
    longest = max(len(event) for event in flow_counts.FLOW_EVENTS)
    prefix = flow_counts.PILOT_PREFIX + flow_counts.SIMULATED_PREFIX
    assert len(prefix) + longest <= FlowCount.__table__.c.event.type.length

    export_study(session, study, tmp_path / "main")
    flow = read(tmp_path / "main", "participant_flow.csv")
    assert {row["n"] for row in flow} == {"0"}


def test_an_erasure_from_the_pilot_stays_the_pilots(session, tmp_path):
    found = session.scalars(sa.select(StudySession).limit(1)).one()
    erasure.erase(session, found, "researcher", datetime.now(UTC))

    assert session.scalars(sa.select(Erasure.phase)).all() == ["pilot"]
    study = study_of(session)
    for phase in ("main", "pilot"):
        export_study(session, study, tmp_path / phase, phase=phase)
    assert read(tmp_path / "main", "erasures.csv") == []
    assert len(read(tmp_path / "pilot", "erasures.csv")) == 1
