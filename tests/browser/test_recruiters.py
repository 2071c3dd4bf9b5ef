"""The ways in and out that recruiters make: Prolific, Mechanical Turk's frame, a laboratory."""

from urllib.parse import parse_qs, urlencode

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.browser.conftest import StudyMaker
from tests.browser.live_study import LiveStudy, of_recruiter
from tests.browser.page_checks import troubles
from tests.browser.participant import FEEDBACK, QUESTION, agree
from tests.browser.quick_answers import answer_all
from tests.study_app.views.recruited import ACCEPTED, PREVIEW

pytestmark = pytest.mark.browser

WORKER_PAGE = "https://workersandbox.mturk.com/projects/1/tasks/2"
SMALL = {"n_practice": 1, "n_main": 2}


def test_who_finished_comes_back_to_prolific_with_the_code(make_study: StudyMaker, page: Page):
    study = make_study(of_recruiter("prolific"), **SMALL)
    page.context.route(
        "https://app.prolific.com/**", lambda route: route.fulfill(body="Thank you, says Prolific")
    )
    page.goto(f"{study.invitation_url}?PROLIFIC_PID=5f0a1b&STUDY_ID=s&SESSION_ID=x")
    page.get_by_role("link", name="Continue").click()
    page.get_by_role("button", name="I agree", exact=True).click()
    page.wait_for_url("**/instructions")
    answer_all(page, study)
    page.goto(f"{study.url}/debrief")

    page.get_by_role("link", name="Go back to Prolific").click()

    page.wait_for_url("https://app.prolific.com/submissions/complete?cc=C1DONE")


def test_a_worker_takes_part_in_the_frame_and_hands_in(make_study: StudyMaker, page: Page):
    """The frame is on another site: its cookie is kept only with the attributes for frames."""
    study = make_study(of_recruiter("mturk"), **SMALL)
    handed_in = _serve_mechanical_turk(page, study, ACCEPTED)
    page.goto(WORKER_PAGE)
    frame = page.frames[1]

    frame.get_by_role("link", name="Continue").click()
    frame.get_by_role("button", name="I agree", exact=True).click()
    frame.get_by_role("link", name="Go to the practice pairs").click()
    frame.locator('[data-panel="practice"]:visible').get_by_role("button").click()
    frame.wait_for_selector(QUESTION)
    frame.get_by_role("button", name="Left").click()
    frame.wait_for_selector(FEEDBACK)
    frame.get_by_role("button", name="Next pair").click()
    frame.locator('[data-panel="main"]:visible').get_by_role("button").click()
    for panel in (None, "break"):
        if panel:
            frame.locator(f'[data-panel="{panel}"]:visible').get_by_role("button").click()
        frame.wait_for_selector(QUESTION)
        frame.get_by_role("button", name="Left").click()
    frame.get_by_role("button", name="Hand in the task").click()
    frame.wait_for_url("**/mturk/externalSubmit")

    assert len(study.answered()) == 3
    assert [parse_qs(request.post_data or "") for request in handed_in] == [
        {"assignmentId": ["3ASSIGNMENT"], "completion_code": ["C1DONE"]}
    ]
    cookies = page.context.cookies()
    assert [(cookie["sameSite"], cookie["secure"]) for cookie in cookies] == [("None", True)]
    assert cookies[0]["partitionKey"] == "https://mturk.com"


def test_a_preview_in_the_frame_cannot_be_started(make_study: StudyMaker, page: Page):
    study = make_study(of_recruiter("mturk"), **SMALL)
    _serve_mechanical_turk(page, study, PREVIEW)

    page.goto(WORKER_PAGE)

    frame = page.frames[1]
    expect(frame.get_by_role("note")).to_contain_text("please accept the task first")
    assert frame.get_by_role("link", name="Continue").count() == 0
    assert page.context.cookies() == []


def test_no_other_site_can_frame_the_study(make_study: StudyMaker, chromium: Browser):
    study = make_study(of_recruiter("mturk"), **SMALL)
    refusals: list[str] = []
    page = chromium.new_page()  # the usual one fails on refusals
    page.on("console", lambda message: refusals.append(message.text))
    _serve_frame(page, "https://elsewhere.example/", study, ACCEPTED)

    page.goto("https://elsewhere.example/")

    assert page.frames[1].get_by_role("link", name="Continue").count() == 0
    page.context.close()
    assert any("frame-ancestors" in refusal for refusal in refusals)


def test_the_next_person_in_the_laboratory_finds_the_start(make_study: StudyMaker, page: Page):
    study = make_study(of_recruiter("kiosk"), **SMALL)
    agree(page, study)
    answer_all(page, study)
    page.goto(f"{study.url}/debrief")
    expect(page.locator(".code")).to_be_visible()
    assert troubles(page) == []

    page.get_by_role("button", name="To the start, for the next person").click()

    page.wait_for_url(study.invitation_url)
    expect(page.get_by_role("link", name="Continue")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name="Go to the start")).to_be_visible()
    assert page.locator(".code").count() == 0
    agree(page, study)


def test_a_debrief_that_nobody_reads_returns_to_the_start(make_study: StudyMaker, page: Page):
    study = make_study(of_recruiter("kiosk"), **SMALL)
    agree(page, study)
    answer_all(page, study)
    page.clock.install()
    page.goto(f"{study.url}/debrief")
    notice = page.get_by_text("This page goes back to the start soon.")
    page.clock.run_for(95_000)
    expect(notice).to_be_visible()

    page.keyboard.press("Shift")
    expect(notice).to_be_hidden()
    page.clock.run_for(85_000)
    expect(notice).to_be_hidden()
    page.clock.run_for(40_000)

    page.wait_for_url(study.invitation_url)


def _serve_mechanical_turk(
    page: Page, study: LiveStudy, parameters: dict[str, str]
) -> list[Request]:
    """Stand in for the worker's page and its submission; gives what is handed in."""
    handed_in: list[Request] = []

    def take(route: Route, request: Request) -> None:
        handed_in.append(request)
        route.fulfill(body="Handed in")

    _serve_frame(page, WORKER_PAGE, study, parameters)
    page.context.route("https://workersandbox.mturk.com/mturk/externalSubmit", take)
    return handed_in


def _serve_frame(page: Page, url: str, study: LiveStudy, parameters: dict[str, str]) -> None:
    source = f"{study.invitation_url}?{urlencode(parameters)}".replace("&", "&amp;")
    # The study is on this very machine, which a page of the web may not reach unasked.
    allow = "local-network-access; loopback-network; local-network"
    body = f'<iframe allow="{allow}" width="1000" height="800" src="{source}"></iframe>'
    page.context.grant_permissions(["local-network-access"])
    page.context.route(url, lambda route: route.fulfill(body=body, content_type="text/html"))
