"""One browser that hammers is slowed down; a laboratory behind one address is not."""

import pytest

from study_app.simulated_token import sign_token
from study_app.views.rate_limits import LIMITS
from tests.study_app import factories
from tests.study_app.factories import Browser

TOO_MANY = 429


@pytest.fixture
def limited_app(open_app):
    """The web study as it is served: the tests have no limits otherwise."""
    open_app.testing = False
    return open_app


@pytest.fixture
def limited(limited_app):
    browser = Browser(limited_app)
    assert browser.consent().status_code == 302
    return browser


def ask(browser, n):
    return [browser.client.get("/api/trials/next") for _ in range(n)]


def refusal(request, most):
    """Repeat a request until it is refused: on a slow machine the limit per minute does it."""
    for _ in range(most):
        if (answer := request()).status_code == TOO_MANY:
            return answer
    return pytest.fail("nothing was refused")


def test_every_limit_is_on_an_address_that_there_is(open_app):
    assert set(LIMITS) <= set(open_app.view_functions)


def test_a_browser_that_hammers_is_asked_to_wait_in_json(limited):
    assert ask(limited, 1)[0].status_code == 200

    refused = refusal(lambda: limited.client.get("/api/trials/next"), 320)

    assert refused.json["error"] == "too-many-requests"
    assert refused.json["message"]
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


def test_a_form_that_is_sent_over_and_over_gets_a_page(limited_app):
    browser = Browser(limited_app)
    browser.get("/study/colours/consent")

    assert browser.post_form("/study/colours/consent").status_code == 422

    refused = refusal(lambda: browser.post_form("/study/colours/consent"), 70)

    assert refused.mimetype == "text/html"
    assert "Retry-After" in refused.headers


def test_200_people_behind_one_address_are_not_slowed_down(limited_app, limited):
    with limited.client.session_transaction() as cookie:
        kept = dict(cookie)
    statuses = set()
    for number in range(200):
        browser = Browser(limited_app)
        with browser.client.session_transaction() as cookie:
            cookie.update({**kept, "study_sessions": {"colours": f"person {number}"}})
        statuses.add(browser.client.get("/api/trials/next").status_code)

    assert statuses == {401}  # nobody of these codes, but nobody is told to wait


def test_a_quick_person_is_never_told_to_wait(limited):
    """Asks and answers as fast as eight a second, with the retries of a shaky network."""
    trial = limited.next_trial()
    answers = [limited.answer(trial["trial_key"]) for _ in range(8)]

    assert TOO_MANY not in {answer.status_code for answer in answers}


def test_another_browser_goes_on_while_one_is_slowed_down(limited_app, limited):
    refusal(lambda: limited.client.get("/api/trials/next"), 320)
    other = Browser(limited_app)
    other.consent()

    assert other.client.get("/api/trials/next").status_code == 200


def test_a_simulated_observer_has_no_limit(limited_app):
    browser = Browser(limited_app)
    browser.consent(simulated=sign_token(factories.SECRET_KEY, "colours", 1))

    assert {answer.status_code for answer in ask(browser, 40)} == {200}


def test_nothing_tells_the_limits_on_the_wire(limited):
    headers = ask(limited, 1)[0].headers

    assert not [name for name in dict(headers) if "ratelimit" in name.lower()]
