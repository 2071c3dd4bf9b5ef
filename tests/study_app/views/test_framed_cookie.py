import time

import pytest

from tests.study_app.factories import Browser
from tests.study_app.views.recruited import ACCEPTED, MTURK, PREVIEW, link, open_recruited


@pytest.fixture
def framed(open_app, set_folder):
    """A browser that has not been in the study on Mechanical Turk."""
    open_recruited(open_app, set_folder, MTURK)
    return Browser(open_app)


def cookies_of(answer):
    return answer.headers.getlist("Set-Cookie")


def test_a_study_on_mechanical_turk_sets_a_cookie_for_frames(framed):
    (cookie,) = cookies_of(framed.get(link("/consent", ACCEPTED)))

    assert "_framed=" in cookie
    for attribute in ("SameSite=None", "Secure", "Partitioned", "HttpOnly"):
        assert attribute in cookie


def test_every_other_study_sets_a_cookie_for_its_own_site_only(framed):
    (cookie,) = cookies_of(framed.get("/study/colours/consent"))

    assert "SameSite=Lax" in cookie
    assert "Partitioned" not in cookie
    assert "_framed" not in cookie


def test_a_preview_sets_no_cookie(framed):
    assert cookies_of(framed.get(link("", PREVIEW))) == []


def test_a_browser_has_one_cookie_that_counts(framed):
    """A study session that began without a frame is known in the frame's cookie as well."""
    framed.consent("colours")
    framed.answer_next()
    framed.get(link("/consent", ACCEPTED))

    assert framed.get("/study/colours/consent").headers["Location"] == "/trials"
    assert framed.next_trial()["number"] == 2


def value_of(browser):
    return browser.client.get_cookie(browser.client.application.config["SESSION_COOKIE_NAME"]).value


def test_a_cookie_that_was_proved_once_is_still_refused_when_it_is_changed(open_app):
    browser = Browser(open_app)
    browser.consent()
    assert browser.client.get("/api/trials/next").status_code == 200
    name, value = open_app.config["SESSION_COOKIE_NAME"], value_of(browser)

    for wrong in (value[:-1], value + "x", value[:8] + "A" + value[9:], "." + value):
        browser.client.set_cookie(name, wrong)
        assert browser.client.get("/api/trials/next").status_code == 401
    browser.client.set_cookie(name, value)
    assert browser.client.get("/api/trials/next").status_code == 200


def test_a_cookie_that_was_proved_once_is_refused_when_it_is_too_old(open_app, monkeypatch):
    browser = Browser(open_app)
    browser.consent()
    assert browser.client.get("/api/trials/next").status_code == 200
    lifetime_s = open_app.permanent_session_lifetime.total_seconds()

    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + lifetime_s + 60)

    assert browser.client.get("/api/trials/next").status_code == 401


def test_what_one_request_keeps_in_its_session_does_not_reach_the_next_by_the_server(open_app):
    browser = Browser(open_app)
    browser.get("/study/colours/consent")
    before = value_of(browser)
    browser.consent()

    browser.client.set_cookie(open_app.config["SESSION_COOKIE_NAME"], before)

    assert browser.client.get("/api/trials/next").status_code == 401
