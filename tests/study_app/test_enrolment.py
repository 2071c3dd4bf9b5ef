import contextlib
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from study_app import enrolment
from study_app.catalog import find_study
from study_app.enrolment import Applicant, enrol, new_code
from study_app.errors import AlreadyTakenPart, StudyFull, StudyNotOpen, UnknownStudy
from study_app.extensions import db
from study_app.models import Condition, Participant, StimulusPair, StudySession, Trial
from study_app.places import count_places
from study_app.plan import plan_trials
from study_app.protocol import PlannablePair, PlanSettings
from study_app.study_moves import close_study, open_study
from tests.study_app import factories
from tests.study_app.factories import NOW

LATER = NOW + timedelta(minutes=61)


@pytest.fixture
def two_arms(app, two_condition_folder):
    """An open study of two tested conditions with three participants each; in its context."""
    with app.app_context():
        factories.create_study(factories.study_text(id="noise"), two_condition_folder)
        study = factories.create_study(factories.study_text(), two_condition_folder).study
        open_study(db.session(), study, None, NOW)
        yield study


def enrol_one(key, now=NOW, study="colours", **fields):
    return enrol(db.session(), study, Applicant(enrolment_key=str(key), **fields), now)


def test_no_code_looks_like_an_option_of_a_command():
    """One in 64 would: too few of them to be missed by chance here."""
    assert not [code for code in (new_code() for _ in range(2000)) if code.startswith("-")]


def conditions(study_sessions):
    return Counter(found.condition.name for found in study_sessions)


@pytest.mark.usefixtures("two_arms")
def test_an_enrolled_participant_has_all_trials_planned():
    study_session = enrol_one("a", seed=5)

    trials = list(db.session.scalars(sa.select(Trial).order_by(Trial.trial_index)))
    assert (study_session.state, study_session.n_trials, study_session.n_practice) == (
        "running",
        10,
        2,
    )
    assert [trial.trial_index for trial in trials] == list(range(10))
    assert {trial.n_issued for trial in trials} == {0}
    names = [name for t in trials for name in (t.trial_key, t.left_token, t.right_token)]
    assert len(set(names)) == 30
    assert study_session.consented_at == NOW
    assert study_session.consent_version == "1"
    assert study_session.lease_expires_at == NOW + timedelta(minutes=60)


@pytest.mark.usefixtures("two_arms")
def test_the_stored_plan_is_the_one_of_the_stored_seed():
    study_session = enrol_one("a")

    own = study_session.condition.name
    stored = db.session.scalars(sa.select(Trial).order_by(Trial.trial_index)).all()
    rows = db.session.execute(
        sa.select(StimulusPair.pair_id, StimulusPair.photo_id, Condition.name).join(Condition)
    )
    settings = PlanSettings((own,), "random", n_practice=2, n_main=8, n_vigilance=1, n_control=0)
    plan = plan_trials([PlannablePair(*row) for row in rows], settings, study_session.seed)
    assert [
        (t.stimulus_pair.pair_id, t.block, t.trial_type, t.real_side, t.first_side) for t in stored
    ] == [(p.pair_id, p.block, p.trial_type, p.real_side, p.first_side) for p in plan]


@pytest.mark.usefixtures("two_arms")
def test_conditions_are_filled_evenly():
    for i in range(6):
        enrol_one(i)

    assert conditions(db.session.scalars(sa.select(StudySession))) == {"full": 3, "l2": 3}


@pytest.mark.usefixtures("two_arms")
def test_ties_are_drawn_by_the_seed():
    firsts = Counter()
    for seed in range(40):
        firsts[enrol_one(f"simulated {seed}", seed=seed, simulated=True).condition.name] += 1
        # The partner evens the counts, so that the next one meets a tie again.
        enrol_one(f"partner {seed}", simulated=True)

    assert set(firsts) == {"full", "l2"}


@pytest.mark.usefixtures("two_arms")
def test_a_full_study_refuses_people_but_not_simulated_observers():
    for i in range(6):
        enrol_one(i)

    with pytest.raises(StudyFull, match="all its participants"):
        enrol_one("seventh")
    assert enrol_one("simulated", simulated=True).state == "running"


def test_simulated_observers_take_no_places_of_people(two_arms):
    for i in range(12):
        enrol_one(f"simulated {i}", simulated=True)

    for i in range(6):
        enrol_one(f"person {i}")

    people = count_places(db.session(), two_arms, simulated=False, now=NOW)
    assert sorted(people.values()) == [3, 3]


@pytest.mark.usefixtures("two_arms")
def test_a_place_that_was_left_is_given_again():
    for i in range(6):
        enrol_one(i)
    finished = db.session.scalars(sa.select(StudySession)).first()
    db.session.execute(
        sa.update(StudySession)
        .where(StudySession.id == finished.id)
        .values(state="finished", n_answered=10, finished_at=NOW, completion_code="X")
    )
    db.session.commit()

    late = [enrol_one(f"late {i}", now=LATER) for i in range(5)]

    assert conditions([finished, *late]) == {"full": 3, "l2": 3}
    with pytest.raises(StudyFull):
        enrol_one("one too many", now=LATER)


@pytest.mark.usefixtures("two_arms")
def test_a_withdrawn_participant_leaves_the_place():
    for i in range(6):
        enrol_one(i)
    db.session.execute(sa.update(StudySession).values(state="withdrawn", withdrawn_at=NOW))
    db.session.commit()

    assert enrol_one("next").state == "running"


@pytest.mark.usefixtures("two_arms")
def test_other_studies_take_no_places():
    open_study(db.session(), find_study(db.session(), "noise"), None, NOW)
    for i in range(6):
        enrol_one(i, study="noise")

    assert enrol_one("own").state == "running"


@pytest.mark.usefixtures("two_arms")
def test_a_double_click_enrols_once():
    first, second = enrol_one("same"), enrol_one("same")

    assert first.id == second.id
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Participant)) == 1


@pytest.mark.usefixtures("two_arms")
def test_an_external_id_takes_part_once():
    enrol_one("a", external_id="P1")
    enrol_one("b", external_id="P2")

    with pytest.raises(AlreadyTakenPart):
        enrol_one("c", external_id="P1")


def test_a_draft_takes_simulated_observers_only(app, set_folder):
    with app.app_context():
        factories.create_study(factories.study_text(), set_folder)

        with pytest.raises(StudyNotOpen) as refused:
            enrol_one("person")
        assert refused.value.reason == "not-open"
        assert enrol_one("simulated", simulated=True).participant.simulated


def test_a_closed_study_takes_nobody(two_arms):
    close_study(db.session(), two_arms, NOW)

    for simulated in (False, True):
        with pytest.raises(StudyNotOpen) as refused:
            enrol_one("late", simulated=simulated)
        assert refused.value.reason == "closed"


@pytest.mark.usefixtures("two_arms")
def test_an_unknown_study_is_named():
    with pytest.raises(UnknownStudy, match="'other'"):
        enrol_one("a", study="other")


def test_a_within_design_shows_all_conditions_and_counts_its_own_quota(app, two_condition_folder):
    protocol = replace(factories.SMALL_PROTOCOL, design="within", n_main=9)
    with app.app_context():
        text = factories.study_text(protocol, per_condition=2)
        study = factories.create_study(text, two_condition_folder).study
        open_study(db.session(), study, None, NOW)

        study_session = enrol_one("a")
        enrol_one("b")

        assert study_session.condition is None
        shown = Counter(
            trial.stimulus_pair.condition.name
            for trial in db.session.scalars(
                sa.select(Trial).where(
                    Trial.study_session_id == study_session.id, Trial.trial_type == "main"
                )
            )
        )
        assert shown == {"full": 4, "l2": 4}
        with pytest.raises(StudyFull):
            enrol_one("c")


def test_control_trials_come_when_the_set_has_them(open_app):
    with open_app.app_context():
        enrol_one("a")

        types = Counter(db.session.scalars(sa.select(Trial.trial_type)))
        assert types == {"practice": 2, "main": 6, "vigilance": 1, "control": 1}


@pytest.mark.usefixtures("two_arms")
@pytest.mark.parametrize("queues", [True, False], ids=["in one process", "in several"])
def test_enrolments_at_the_same_time_never_exceed_the_places(app, monkeypatch, queues):
    """Those of other processes meet at the database, as they do here without the queue."""
    if not queues:
        monkeypatch.setattr(enrolment, "_one_at_a_time", contextlib.nullcontext)

    def try_one(number):
        with app.app_context():
            try:
                return enrol_one(number).condition_id
            except StudyFull:
                return None

    with ThreadPoolExecutor(12) as pool:
        given = Counter(pool.map(try_one, range(12)))

    assert given.pop(None) == 6
    assert sorted(given.values()) == [3, 3]


class Counted:
    """A lock that counts who waits for it."""

    def __init__(self):
        self.lock, self.n_waiting = threading.Lock(), 0

    def __enter__(self):
        self.n_waiting += 1
        self.lock.acquire()
        self.n_waiting -= 1

    def __exit__(self, *_):
        self.lock.release()


@pytest.mark.usefixtures("two_arms")
def test_who_waits_to_be_enrolled_keeps_no_connection(app, monkeypatch):
    """Answers need them, on PostgreSQL as on SQLite."""
    lock, kept = Counted(), []

    def plan_when_all_wait(*arguments):
        deadline = time.monotonic() + 30
        while not kept and lock.n_waiting < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        kept.append((lock.n_waiting, db.engine.pool.checkedout()))
        return plan_trials(*arguments)

    def try_one(number):
        with app.app_context():
            find_study(db.session(), "colours")  # as the page does, which shows the consent
            enrol_one(number)

    monkeypatch.setattr(enrolment, "_IN_THIS_PROCESS", lock)
    monkeypatch.setattr(enrolment, "plan_trials", plan_when_all_wait)
    db.session.rollback()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(try_one, range(4)))

    assert kept[0] == (3, 1)


@pytest.mark.usefixtures("two_arms")
def test_on_sqlite_the_plan_is_made_before_others_have_to_wait(monkeypatch):
    """While the plan is made another connection can write; it could not behind the lock."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("with PostgreSQL only enrolments wait for each other")
    wrote = []

    def plan_while_another_writes(*arguments):
        with db.engine.connect() as other:
            other.exec_driver_sql("PRAGMA busy_timeout = 0")
            other.exec_driver_sql("UPDATE study SET contact = contact")
            other.rollback()
        wrote.append(True)
        return plan_trials(*arguments)

    monkeypatch.setattr(enrolment, "plan_trials", plan_while_another_writes)

    assert enrol_one("a").n_trials == 10
    assert wrote == [True]


@pytest.mark.usefixtures("two_arms")
@pytest.mark.parametrize("seed", range(3))
def test_a_plan_whose_basis_changed_meanwhile_is_made_again(monkeypatch, seed):
    """Somebody else is enrolled between plan and lock: the stored plan knows of their photos."""
    plan_early, usages = enrolment._plan_early, []

    def plan_and_wait(session, study_code, applicant, seed, now):
        early = plan_early(session, study_code, applicant, seed, now)
        if applicant.enrolment_key == "late":
            monkeypatch.setattr(enrolment, "_plan_early", lambda *_: None)
            with db.engine.connect():
                enrol_one("quick", seed=seed)
        return early

    def remember(pairs, settings, seed, usage):
        usages.append(sum(usage.values()))
        return plan_trials(pairs, settings, seed, usage)

    monkeypatch.setattr(enrolment, "_one_at_a_time", contextlib.nullcontext)
    monkeypatch.setattr(enrolment, "_plan_early", plan_and_wait)
    monkeypatch.setattr(enrolment, "plan_trials", remember)

    late = enrol_one("late", seed=seed)

    assert usages[-1] == 8  # the main trials of the quick one
    assert conditions(db.session.scalars(sa.select(StudySession))) == {"full": 1, "l2": 1}
    assert late.n_trials == 10
