from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from study_app import trial_flow
from study_app.enrolment import Applicant, enrol
from study_app.errors import PlaceLost, StudyFull
from study_app.extensions import db
from study_app.models import Response, StudySession, Trial
from study_app.places import GRACE, TOO_LATE, count_places
from study_app.protocol import OTHER_SIDE
from study_app.responses import parse_response
from study_app.study_moves import open_study
from tests.study_app import factories
from tests.study_app.factories import NOW, response_body

LEASE = timedelta(minutes=60)
LATER = NOW + LEASE + timedelta(minutes=1)
N_PLACES = 2


@pytest.fixture
def study(app, set_folder):
    """An open study of one condition with two places; in its context, with a noise study."""
    with app.app_context():
        for slug in ("noise", "colours"):
            text = factories.study_text(id=slug, per_condition=N_PLACES)
            found = factories.create_study(text, set_folder).study
            open_study(db.session(), found, None, NOW)
        enrol(db.session(), "noise", Applicant("noise"), NOW)
        yield found


def enter(key, now=NOW, **fields):
    return enrol(db.session(), "colours", Applicant(str(key), **fields), now).code


def fill(now):
    """Take every place that is free; gives the codes."""
    taken = []
    while True:
        try:
            taken.append(enter(f"filler {now.timestamp()} {len(taken)}", now))
        except StudyFull:
            return taken


def answer(code, now=NOW, *, right=True, **changes):
    """Answer the next trial, rightly or wrongly."""
    key = trial_flow.issue_next_trial(db.session(), code, now).trial_key
    real = db.session.scalar(sa.select(Trial.real_side).where(Trial.trial_key == key))
    side = OTHER_SIDE[real] if right else real
    report = parse_response(response_body(side, **changes))
    trial_flow.record_response(db.session(), code, key, report, now)


def stored(code):
    db.session.rollback()
    return trial_flow.find_study_session(db.session(), code)


def n_taken(study, now):
    db.session.rollback()  # see what others wrote
    return sum(count_places(db.session(), study, simulated=False, now=now).values())


@pytest.mark.usefixtures("study")
def test_who_comes_back_late_goes_on_where_a_place_is_free():
    code = enter("a")
    answer(code)

    answer(code, LATER)

    assert stored(code).n_answered == 2
    assert stored(code).lease_expires_at == LATER + LEASE


def test_who_comes_back_late_takes_a_place_again_by_looking_at_the_next_pair(study):
    code = enter("a")
    assert n_taken(study, LATER) == 0

    trial_flow.issue_next_trial(db.session(), code, LATER)

    assert n_taken(study, LATER) == 1


def test_who_comes_back_when_all_places_are_taken_is_told_so(study):
    code = enter("a")
    answer(code)
    fill(LATER)

    with pytest.raises(PlaceLost) as lost:
        trial_flow.issue_next_trial(db.session(), code, LATER)

    assert lost.value.reason == "place-lost"
    assert (stored(code).state, stored(code).n_answered) == ("running", 1)
    assert n_taken(study, LATER) == N_PLACES


@pytest.mark.parametrize(("pay", "payment"), [("true", "due"), ("false", "none")])
def test_a_lost_place_is_paid_by_the_rule_for_who_cannot_go_on(app, set_folder, pay, payment):
    with app.app_context():
        text = factories.study_text().replace(
            "pay_screened_out = true", f"pay_screened_out = {pay}"
        )
        study = factories.create_study(text, set_folder).study
        open_study(db.session(), study, None, NOW)
        code = enter("a")
        fill(LATER)

        with pytest.raises(PlaceLost):
            trial_flow.issue_next_trial(db.session(), code, LATER)

        assert stored(code).payment == payment


@pytest.mark.usefixtures("study")
def test_a_lost_place_is_found_again_when_somebody_withdraws():
    code = enter("a")
    others = fill(LATER)
    with pytest.raises(PlaceLost):
        trial_flow.issue_next_trial(db.session(), code, LATER)

    trial_flow.withdraw(db.session(), others[0], LATER)

    assert trial_flow.issue_next_trial(db.session(), code, LATER) is not None
    with pytest.raises(StudyFull):
        enter("one too many", LATER)


def test_an_answer_that_comes_too_late_is_stored_and_takes_no_place(study):
    """The pair was on the screen for longer than the lease."""
    code = enter("a")
    key = trial_flow.issue_next_trial(db.session(), code, NOW).trial_key
    fill(LATER)

    report = parse_response(response_body())
    trial_flow.record_response(db.session(), code, key, report, LATER)

    assert stored(code).n_answered == 1
    assert n_taken(study, LATER) == N_PLACES
    with pytest.raises(PlaceLost):
        trial_flow.issue_next_trial(db.session(), code, LATER)


def test_a_last_answer_that_comes_too_late_is_paid_and_does_not_count(study):
    code = enter("a")
    for _ in range(9):
        answer(code)
    key = trial_flow.issue_next_trial(db.session(), code, NOW).trial_key
    fill(LATER)

    report = parse_response(response_body())
    trial_flow.record_response(db.session(), code, key, report, LATER)

    own = stored(code)
    assert (own.state, own.payment) == ("finished", "due")
    assert (own.inclusion, own.inclusion_reason) == ("excluded", TOO_LATE)
    assert n_taken(study, LATER) == N_PLACES


@pytest.mark.usefixtures("study")
def test_a_place_is_not_given_away_in_the_moment_its_lease_runs_out():
    """Whoever answered in time, and waited for the database, has not lost it."""
    fill(NOW)

    with pytest.raises(StudyFull):
        enter("eager", NOW + LEASE + GRACE / 2)

    assert len(fill(NOW + LEASE + GRACE)) == N_PLACES


@pytest.mark.usefixtures("study")
def test_simulated_observers_lose_no_place():
    code = enter("simulated", simulated=True)
    for number in range(N_PLACES + 1):
        enter(f"simulated {number}", LATER, simulated=True)

    assert trial_flow.issue_next_trial(db.session(), code, LATER) is not None


def test_who_finishes_by_the_rules_counts_and_is_paid(study):
    code = enter("a")
    for _ in range(10):
        answer(code)

    own = stored(code)
    assert (own.payment, own.inclusion, own.inclusion_reason) == ("due", "included", "")
    assert n_taken(study, LATER + LEASE) == 1


@pytest.mark.usefixtures("study")
def test_a_missed_vigilance_trial_leaves_the_place_and_never_changes_the_pay():
    code = enter("a")
    fill(NOW)
    for _ in range(10):
        answer(code, right=False)

    own = stored(code)
    assert (own.payment, own.inclusion) == ("due", "excluded")
    assert "0 of 1 vigilance trial right" in own.inclusion_reason
    assert enter("the next")


@pytest.mark.usefixtures("study")
def test_nothing_is_settled_before_the_last_answer():
    code = enter("a")
    for _ in range(9):
        answer(code)

    assert (stored(code).payment, stored(code).inclusion) == ("open", "open")


@pytest.mark.usefixtures("study")
@pytest.mark.parametrize(("n_answers", "payment"), [(3, "none"), (10, "due")])
def test_who_withdraws_is_paid_for_a_whole_session_only(n_answers, payment):
    code = enter("a")
    for _ in range(n_answers):
        answer(code)

    trial_flow.withdraw(db.session(), code, NOW)

    assert stored(code).payment == payment


def test_who_comes_back_at_the_same_time_never_exceeds_the_places(app, study):
    early = [enter(number) for number in range(N_PLACES)]
    early += [enter(f"again {number}", LATER) for number in range(N_PLACES)]
    much_later = LATER + 2 * LEASE
    enter("there is one place left", much_later)

    def come_back(code):
        with app.app_context():
            try:
                trial_flow.issue_next_trial(db.session(), code, much_later)
            except PlaceLost:
                return False
            return True

    with ThreadPoolExecutor(len(early)) as pool:
        found = list(pool.map(come_back, early))

    assert found.count(True) == 1
    assert n_taken(study, much_later) == N_PLACES


@pytest.mark.usefixtures("study")
def test_exactly_the_number_wanted_is_reached_whoever_stops_is_excluded_or_comes_back():
    """The first and every third stop and come back too late; the second is excluded."""
    now, sleepers = NOW, []
    for number in range(40):
        now += timedelta(minutes=2)
        try:
            code = enter(number, now)
        except StudyFull:
            now += LEASE
            continue
        if number % 3 == 0:
            sleepers.append(code)
            continue
        for _ in range(10):
            answer(code, now, right=number % 4 != 1)
    for code in sleepers:
        with pytest.raises(PlaceLost):
            trial_flow.issue_next_trial(db.session(), code, now + LEASE)

    counted = sa.select(sa.func.count()).where(StudySession.inclusion == "included")
    assert db.session.scalar(counted) == N_PLACES
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Response)) > 10 * N_PLACES
    with pytest.raises(StudyFull):
        enter("one too many", now + 10 * LEASE)
