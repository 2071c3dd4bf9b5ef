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
