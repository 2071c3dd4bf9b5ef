"""A phone: upper and lower place, fingers only."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PageMaker, StudyMaker
from tests.browser.live_study import CONTACT
from tests.browser.participant import FEEDBACK, await_question, panel

pytestmark = pytest.mark.browser


def test_a_phone_runs_a_whole_study_by_touch(make_study: StudyMaker, open_page: PageMaker):
    study = make_study(n_practice=1, n_main=3, break_after=False)
    page = open_page(390, 844, is_mobile=True, has_touch=True, device_scale_factor=3)
    page.goto(study.invitation_url)
    expect(page.get_by_text(CONTACT)).to_be_visible()
    page.get_by_role("link", name="Continue").tap()
    page.get_by_role("button", name="I agree", exact=True).tap()
    drawing = page.locator(".example:visible")
    expect(drawing.locator("text")).to_have_text(["Upper", "Lower"])
    page.set_viewport_size({"width": 844, "height": 390})
    expect(drawing.locator("text")).to_have_text(["Left · F", "Right · J"])  # seen or not
    expect(drawing.locator(".key").first).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("link", name="Go to the practice pairs").tap()
    panel(page, "practice").get_by_role("button").tap()

    await_question(page, 1)
    page.get_by_role("button", name="Lower").tap()
    page.wait_for_selector(FEEDBACK)
    page.get_by_role("button", name="Next pair").tap()
    panel(page, "main").get_by_role("button").tap()
    for number, name in enumerate(("Upper", "Lower", "Upper"), start=1):
        await_question(page, number)
        page.get_by_role("button", name=name).tap()

    page.wait_for_url("**/debrief")
    responses = study.answered()
    assert [r["chosen_side"] for r in responses] == ["right", "left", "right", "left"]
    assert {r["input"] for r in responses} == {"touch"}
    assert {(r["device_pixel_ratio"], r["shown_px"]) for r in responses} == {(3.0, 256.0)}
