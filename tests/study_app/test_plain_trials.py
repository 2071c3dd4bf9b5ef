import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from study_app import trial_flow
from study_app.enrolment import Applicant, enrol
from study_app.extensions import db
from study_app.models import Response, StudySession, Trial
from study_app.plain_trials import NotPlain, PlainTrials
from study_app.responses import parse_response
from tests.study_app import factories
from tests.study_app.factories import NOW, response_body

SOON = NOW + timedelta(minutes=5)
MUCH_LATER = NOW + timedelta(hours=3)
FIRST, SECOND = (str(uuid.UUID(int=number, version=4)) for number in (1, 2))
PRACTICE, ALL = 2, 10
SEED = 7


@pytest.fixture
def plain(open_app):
    """The plain way, in the context of an app with two enrolled study sessions of one plan."""
    with open_app.app_context():
        for code in ("own", "other"):
            session = enrol(db.session(), "colours", Applicant(code, seed=SEED), NOW)
            session.code = code
            db.session.commit()
        yield PlainTrials(db.engine)


def report(**changes):
    return parse_response(response_body(**changes))


def record_first(code="own"):
    """Give and answer the first trial, which is never plain."""
    issued = trial_flow.issue_next_trial(db.session(), code, SOON, FIRST)
    trial_flow.record_response(db.session(), code, issued.trial_key, report(), SOON)


def trial(key):
    db.session.rollback()
    return db.session.scalars(sa.select(Trial).where(Trial.trial_key == key)).one()


def study_session(code="own"):
    db.session.rollback()
    return db.session.scalars(sa.select(StudySession).where(StudySession.code == code)).one()


def stored_response(key):
    """Give the stored columns of the response to a trial, but for the rows they belong to."""
    table = Response.__table__
    row = db.session.execute(sa.select(table).join(Trial).where(Trial.trial_key == key)).one()
    return {k: v for k, v in row._asdict().items() if k not in ("id", "trial_id")}


def test_the_plain_way_stores_and_says_what_the_whole_way_does(plain):
    """Two people with one plan give the same answers, each on another way."""
    for code in ("own", "other"):
        record_first(code)
    for place in range(1, ALL - 1):
        one = plain.issue_next("own", SOON, FIRST)
        plain.start("own", one.trial_key, FIRST, SOON)
        other = trial_flow.issue_next_trial(db.session(), "other", SOON, FIRST)
        trial_flow.start_trial(db.session(), "other", other.trial_key, FIRST, SOON)
        answer = report(chosen_side="left" if place % 3 else "right", events=[], zoom=1.5)
        answer = replace(answer, n_hidden=place % 2)

        said, following = plain.record("own", one.trial_key, answer, SOON)
        said_too = trial_flow.record_response(db.session(), "other", other.trial_key, answer, SOON)

        names = ("trial_key", "left_token", "right_token")
        assert replace(one, **dict.fromkeys(names, "")) == replace(
            other, **dict.fromkeys(names, "")
        )
        assert (said, following) == (said_too, None)
        assert (said is None) == (place >= PRACTICE)
        assert stored_response(one.trial_key) == stored_response(other.trial_key)
        same = ("n_issued", "n_started", "started_at", "started_on", "interrupted_at")
        for name in same:
            assert getattr(trial(one.trial_key), name) == getattr(trial(other.trial_key), name)
        for name in ("n_answered", "lease_expires_at", "state"):
            assert getattr(study_session("own"), name) == getattr(study_session("other"), name)


def test_images_are_those_of_the_whole_way(plain):
    record_first()
    issued = plain.issue_next("own", SOON, FIRST)

    for token in (issued.left_token, issued.right_token):
        assert plain.find_image("own", token) == trial_flow.find_trial_image(
            db.session(), "own", token
        )


def test_a_second_look_is_not_valid(plain):
    record_first()
    issued = plain.issue_next("own", SOON, FIRST)
    again = plain.issue_next("own", SOON, FIRST)
    plain.record("own", issued.trial_key, report(), SOON)

    assert again == issued
    assert not stored_response(issued.trial_key)["exposure_valid"]


def test_a_page_that_goes_on_is_given_the_next_trial_with_its_answer(plain):
    record_first()
    issued = plain.issue_next("own", SOON, FIRST)

    for place in range(1, ALL - 2):
        plain.start("own", issued.trial_key, FIRST, SOON)
        said, following = plain.record("own", issued.trial_key, report(), SOON, FIRST)

        assert (said is None) == (place >= PRACTICE)
        assert trial(following.trial_key).n_issued == 1
        assert study_session().n_answered == place + 1
        assert plain.issue_next("own", SOON, FIRST) == following
        assert stored_response(issued.trial_key)["exposure_valid"]
        issued = following


def test_a_trial_that_another_page_shows_is_not_given_with_an_answer(plain):
    record_first()
    issued = plain.issue_next("own", SOON, FIRST)
    later = trial(issued.trial_key).place + 1
    db.session.execute(sa.update(Trial).where(Trial.place == later).values(started_on=SECOND))
    db.session.commit()

    said, following = plain.record("own", issued.trial_key, report(), SOON, FIRST)

    assert (said is not None, following) == (True, None)
    assert study_session().n_answered == later


def refused(what: Callable[[], object]) -> bool:
    before = study_session().n_answered, db.session.scalar(sa.select(sa.func.count(Response.id)))
    try:
        what()
    except NotPlain:
        n = db.session.scalar(sa.select(sa.func.count(Response.id)))
        return (study_session().n_answered, n) == before
    return False


def test_the_first_trial_and_the_last_are_not_plain(plain):
    assert refused(lambda: plain.issue_next("own", SOON, FIRST))
    record_first()
    for _ in range(1, ALL - 1):
        key = plain.issue_next("own", SOON, FIRST).trial_key
        plain.record("own", key, report(), SOON)
    key = plain.issue_next("own", SOON, FIRST).trial_key

    assert refused(lambda: plain.record("own", key, report(), SOON))
    assert trial_flow.record_response(db.session(), "own", key, report(), SOON) is None
    assert study_session().state == "finished"


def test_what_belongs_to_somebody_else_is_not_plain(plain):
    for code in ("own", "other"):
        record_first(code)
    own = plain.issue_next("own", SOON, FIRST)

    assert refused(lambda: plain.issue_next("nobody", SOON, FIRST))
    assert refused(lambda: plain.start("other", own.trial_key, FIRST, SOON))
    assert refused(lambda: plain.find_image("other", own.left_token))
    assert refused(lambda: plain.record("other", own.trial_key, report(), SOON))
    assert refused(lambda: plain.record("nobody", own.trial_key, report(), SOON))
    assert trial(own.trial_key).n_started == 0


def test_a_withdrawn_session_and_a_lease_that_ran_out_are_not_plain(plain):
    record_first()
    issued = plain.issue_next("own", SOON, FIRST)
    assert refused(lambda: plain.issue_next("own", MUCH_LATER, FIRST))
    assert refused(lambda: plain.record("own", issued.trial_key, report(), MUCH_LATER))

    trial_flow.withdraw(db.session(), "own", SOON)

    assert refused(lambda: plain.issue_next("own", SOON, FIRST))
    assert refused(lambda: plain.start("own", issued.trial_key, FIRST, SOON))
    assert refused(lambda: plain.find_image("own", issued.left_token))
    assert refused(lambda: plain.record("own", issued.trial_key, report(), SOON))


def test_a_pair_that_was_cut_off_is_not_plain(plain):
    record_first()
    issued = plain.issue_next("own", SOON, FIRST)
    plain.start("own", issued.trial_key, FIRST, SOON)

    assert refused(lambda: plain.start("own", issued.trial_key, SECOND, SOON))
    assert refused(lambda: plain.issue_next("own", SOON, SECOND))
    assert refused(lambda: plain.issue_next("own", SOON, None))
    trial_flow.issue_next_trial(db.session(), "own", SOON, SECOND)  # another pair takes its place
    assert refused(lambda: plain.find_image("own", issued.left_token))
    assert refused(lambda: plain.record("own", issued.trial_key, report(), SOON))


def test_an_answer_that_was_stored_is_not_plain_and_its_image_is_not_shown(plain):
    record_first()
    while (issued := plain.issue_next("own", SOON, FIRST)).block == "practice":
        plain.record("own", issued.trial_key, report(), SOON)
    given = report()
    plain.record("own", issued.trial_key, given, SOON)

    assert refused(lambda: plain.record("own", issued.trial_key, given, SOON))
    assert refused(lambda: plain.find_image("own", issued.left_token))
    assert trial_flow.record_response(db.session(), "own", issued.trial_key, given, SOON) is None


def test_what_the_database_refuses_leaves_nothing_behind(plain):
    record_first()
    issued = plain.issue_next("own", SOON, FIRST)
    wrong = replace(report(), response_ms=-1.0)  # no report can say that; the table forbids it

    assert refused(lambda: plain.record("own", issued.trial_key, wrong, SOON))
    assert plain.record("own", issued.trial_key, report(), SOON) is not None


def test_of_many_answers_at_once_one_is_stored(plain):
    record_first()
    issued = plain.issue_next("own", SOON, FIRST)

    def answer(_number):
        try:
            plain.record("own", issued.trial_key, report(), SOON)
        except NotPlain:
            return 0
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(answer, range(8))) == 1
    assert study_session().n_answered == 2
    stored_response(issued.trial_key)


def test_a_whole_visit_over_http_is_the_same(open_app):
    browser = factories.Browser(open_app)
    browser.consent()

    assert browser.answer_all() == ALL
    with open_app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Response.id))) == ALL
        assert db.session.scalars(sa.select(StudySession.state)).one() == "finished"
