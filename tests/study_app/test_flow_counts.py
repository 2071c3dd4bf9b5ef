from concurrent.futures import ThreadPoolExecutor

import pytest

from study_app.catalog import find_study
from study_app.errors import AlreadyTakenPart, NoStudySession, StudyFull, StudyNotOpen
from study_app.extensions import db
from study_app.flow_counts import FLOW_EVENTS, count, event_of_refusal, read_counts, told
from study_app.simulated_token import sign_token
from tests.study_app import factories
from tests.study_app.factories import Browser


def counts(app, study="colours", **options):
    """Give the events that happened."""
    with app.app_context():
        read = read_counts(db.session(), find_study(db.session(), study), **options)
    assert tuple(read) == FLOW_EVENTS
    return {event: n for event, n in read.items() if n}


def test_events_are_counted_by_study_and_simulated_ones_apart(open_app):
    with open_app.app_context():
        session = db.session()
        colours, noise = find_study(session, "colours"), find_study(session, "noise")
        for study, event, simulated in (
            (colours, "invitation", False),
            (colours, "invitation", False),
            (colours, "consent", False),
            (colours, "invitation", True),
            (noise, "invitation", False),
        ):
            count(session, study, event, simulated=simulated)

    assert counts(open_app) == {"invitation": 2, "consent": 1}
    assert counts(open_app, simulated=True) == {"invitation": 1}
    assert counts(open_app, "noise") == {"invitation": 1}


def test_counts_at_the_same_time_all_count(open_app):
    def one(_number):
        with open_app.app_context():
            count(db.session(), find_study(db.session(), "colours"), "invitation")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(24)))

    assert counts(open_app) == {"invitation": 24}


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (StudyFull("full"), "refused-full"),
        (StudyNotOpen("closed", "closed"), "refused-closed"),
        (StudyNotOpen("draft", "not-open"), "refused-other"),
        (AlreadyTakenPart("again"), "refused-again"),
        (NoStudySession("lost"), "refused-other"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_refusal_has_its_event(error, event):
    assert event_of_refusal(error) == event


def test_the_pages_up_to_consent_are_counted(open_app):
    Browser(open_app).get("/study/colours")
    decliner = Browser(open_app)
    decliner.get("/study/colours")
    decliner.get("/study/colours/consent")
    decliner.post_form("/study/colours/consent", agree="no")
    decliner.get("/study/colours/declined")  # a reload declines no second time
    Browser(open_app).consent()

    assert counts(open_app) == {"invitation": 2, "consent": 2, "declined": 1}


def test_refusals_are_counted_by_their_reason(open_app):
    for number in range(3):
        assert Browser(open_app).consent(participant=f"p{number}").status_code == 302
    again = Browser(open_app).get("/study/colours/consent?participant=p0")
    assert again.status_code == 409
    assert Browser(open_app).get("/study/colours/consent").status_code == 403
    assert Browser(open_app).get("/study/noise/consent").status_code == 403

    assert counts(open_app) == {"consent": 3, "refused-again": 1, "refused-full": 1}
    assert counts(open_app, "noise") == {"refused-other": 1}


def test_who_comes_back_to_the_consent_page_is_not_counted(participant, open_app):
    before = counts(open_app)

    participant.get("/study/colours/consent")

    assert counts(open_app) == before == {"consent": 1}


def test_a_simulated_observer_is_counted_apart(open_app):
    token = sign_token(factories.SECRET_KEY, "colours", 1)
    browser = Browser(open_app)
    browser.get(f"/study/colours?simulated={token}")
    browser.consent(simulated=token)

    assert counts(open_app) == {}
    assert counts(open_app, simulated=True) == {"invitation": 1, "consent": 1}


def test_what_was_counted_is_told_in_one_line():
    nothing = dict.fromkeys(FLOW_EVENTS, 0)

    assert told(nothing) == ""
    assert told({**nothing, "invitation": 40, "declined": 2}) == (
        "Openings of pages, not people: invitation 40, declined 2"
    )
