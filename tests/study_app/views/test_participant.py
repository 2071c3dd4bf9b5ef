import typing

from study_app.steps import STEPS, Step
from study_app.views.participant import PAGE_OF_STEP


def test_every_step_has_its_page():
    assert set(PAGE_OF_STEP) == set(STEPS) == set(typing.get_args(Step))


def test_a_browser_without_a_study_session_is_told_so(browser):
    assert browser.get("/trials").status_code == 401


def test_the_way_out_is_on_the_page_of_who_takes_part_only(browser):
    assert "/withdraw" not in browser.get("/study/colours").text
    browser.consent()
    assert "/withdraw" in browser.get("/instructions").text
