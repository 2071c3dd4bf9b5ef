import re

import pytest

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
