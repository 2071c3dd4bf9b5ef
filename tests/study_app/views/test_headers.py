import re

import pytest

from tests.study_app.factories import Browser
from tests.study_app.views.recruited import ACCEPTED, MTURK, PREVIEW, link, open_recruited

PAGES = ["/study/colours", "/study/colours/consent", "/none", "/api/trials/next", "/images/x"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_forbids_copies_and_foreign_content(browser, path):
    headers = browser.get(path).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.fixture
def framed(open_app, set_folder):
    """A browser in a study on Mechanical Turk."""
    open_recruited(open_app, set_folder, MTURK)
    return Browser(open_app)


def ancestors(answer):
    policy = answer.headers["Content-Security-Policy"]
    return next(part for part in policy.split("; ") if part.startswith("frame-ancestors"))


def test_a_study_on_mechanical_turk_stands_in_its_frames_and_no_others(framed):
    framed.consent("recruited", **ACCEPTED)
    answers = [framed.get(link("", PREVIEW)), framed.get("/instructions"), framed.get("/trials")]
    framed.answer_all()
    answers.append(framed.get("/debrief"))

    for answer in answers:
        assert answer.status_code == 200
        assert "https://worker.mturk.com" in ancestors(answer)
        assert "'none'" not in ancestors(answer)
        assert "*" not in answer.headers["Content-Security-Policy"]
    assert (
        "form-action 'self' https://www.mturk.com https://workersandbox.mturk.com;"
        in (answers[-1].headers["Content-Security-Policy"])
    )


def test_a_refusal_can_be_read_in_the_frame(framed):
    """A browser that sends no cookies in frames: the form is refused before its view runs."""
    refused = framed.client.post("/study/recruited/consent", data={"agree": "yes"})

    assert refused.status_code == 400
    assert "https://worker.mturk.com" in ancestors(refused)


def test_the_studies_beside_it_stay_out_of_frames(framed):
    framed.consent("recruited", **ACCEPTED)

    assert ancestors(framed.get("/study/colours")) == "frame-ancestors 'none'"


def test_static_files_may_be_kept(browser):
    answer = browser.client.get("/static/favicon.svg")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] != "no-store"
    assert "Content-Security-Policy" in answer.headers
    answer.close()


def test_pages_hold_nothing_that_the_policy_forbids(participant):
    """Inline scripts and styles would be dropped by the browser without a word."""
    paths = ["/study/colours", "/instructions", "/trials", "/withdraw"]
    pages = [participant.get(path).text for path in paths]
    participant.answer_all()
    pages.append(participant.get("/debrief").text)

    for page in pages:
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", page)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


def test_the_cookie_is_signed_kept_from_scripts_and_bound_to_the_site(browser):
    answer = browser.consent()

    cookie = answer.headers["Set-Cookie"]
    assert re.match(r"study_[0-9a-f]{8}=", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    ("seconds", "address", "said"),
    [
        (31536000, "https://study.example", "max-age=31536000"),
        (31536000, "http://study.example", None),
        (0, "https://study.example", None),
    ],
)
def test_browsers_are_told_to_come_over_https_where_the_instance_says_so(
    open_app, browser, seconds, address, said
):
    open_app.config["HSTS_SECONDS"] = seconds

    answer = browser.client.get("/study/colours", base_url=address)

    assert answer.headers.get("Strict-Transport-Security") == said
