"""One response per trial, whatever is pressed twice, too early or for too long."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import StudyMaker
from tests.browser.live_study import LiveStudy
from tests.browser.page_checks import asked_by_pages
from tests.browser.participant import (
    QUESTION,
    await_question,
    begin,
    go_on,
    next_pair,
    practise,
    press,
)

pytestmark = pytest.mark.browser


def test_a_double_click_stores_one_response(study: LiveStudy, page: Page):
    begin(page, study)
    await_question(page, 1)

    page.get_by_role("button", name="Right").dblclick()

    next_pair(page)
    await_question(page, 2)
    assert [(r["chosen_side"], r["input"]) for r in study.answered()] == [("right", "mouse")]


def test_a_page_asks_for_its_first_pair_and_is_told_the_others_with_its_answers(
    study: LiveStudy, page: Page
):
    asked = asked_by_pages(page)
    begin(page, study)
    practise(page, 2)
    go_on(page, "main")
    for number in (1, 2):
        await_question(page, number)
        press(page, "left")
    await_question(page, 3)

    assert sum("/api/trials/next" in line for line in asked) == 1
    assert sum("/response?page=" in line for line in asked) == 4
    assert sum("/images/" in line for line in asked) == 10


def test_a_key_and_a_click_store_the_first_of_them(study: LiveStudy, page: Page):
    begin(page, study)
    practise(page, 2)
    go_on(page, "main")
    await_question(page, 1)
    box = page.get_by_role("button", name="Right").bounding_box()
    assert box

    press(page, "left")
    press(page, "right")
    page.mouse.click(box["x"] + 20, box["y"] + 20)

    await_question(page, 2)
    responses = study.answered()
    assert len(responses) == 3
    assert (responses[2]["chosen_side"], responses[2]["input"]) == ("left", "keyboard")


def test_keys_before_the_question_do_nothing(make_study: StudyMaker, page: Page):
    study = make_study(lead_in_ms=300, display_ms=300, isi_ms=200, response_delay_ms=100)
    begin(page, study)

    for _ in range(6):
        press(page, "left")
        page.wait_for_timeout(100)
    page.wait_for_selector(QUESTION)
    n_before_the_answer = len(study.answered())
    await_question(page, 1)
    press(page, "right")

    next_pair(page)
    assert n_before_the_answer == 0
    assert [r["chosen_side"] for r in study.answered()] == ["right"]


def test_a_key_held_down_answers_one_trial(study: LiveStudy, page: Page):
    begin(page, study)
    practise(page, 2)
    go_on(page, "main")
    await_question(page, 1)

    page.keyboard.down("f")
    await_question(page, 2)
    for _ in range(5):
        page.keyboard.down("f")  # the same key again, without up: auto-repeat

    page.wait_for_timeout(200)
    assert len(study.answered()) == 3
    page.keyboard.up("f")
    press(page, "right")
    await_question(page, 3)
    assert [r["chosen_side"] for r in study.answered()[2:]] == ["left", "right"]


def test_arrows_and_capital_letters_answer_too(make_study: StudyMaker, page: Page):
    study = make_study(n_practice=4)
    begin(page, study)
    sides = {"ArrowLeft": "left", "ArrowRight": "right", "F": "left", "J": "right"}

    for number, key in enumerate(sides, start=1):
        await_question(page, number)
        page.keyboard.press(key)
        next_pair(page)

    assert [r["chosen_side"] for r in study.answered()] == list(sides.values())
    assert {r["input"] for r in study.answered()} == {"keyboard"}


def test_other_keys_and_shortcuts_do_nothing(study: LiveStudy, page: Page):
    begin(page, study)
    await_question(page, 1)

    for key in ("g", "Space", "ArrowUp", "ArrowDown", "Control+j", "Alt+ArrowDown"):
        page.keyboard.press(key)

    page.wait_for_timeout(100)
    assert study.answered() == []
    assert page.locator(QUESTION).count() == 1


def test_a_focused_button_is_pressed_with_the_keyboard(study: LiveStudy, page: Page):
    begin(page, study)
    await_question(page, 1)

    page.get_by_role("button", name="Right").focus()
    page.keyboard.press("Enter")

    next_pair(page)
    assert [(r["chosen_side"], r["input"]) for r in study.answered()] == [("right", "keyboard")]


@pytest.mark.frames
def test_the_answer_is_acknowledged_within_one_frame(study: LiveStudy, page: Page):
    begin(page, study)
    practise(page, 2)
    go_on(page, "main")
    await_question(page, 1)

    seen = page.evaluate(
        """() => new Promise((done) => {
          const button = document.querySelector('[data-side="right"] button');
          requestAnimationFrame(() => {
            document.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
            requestAnimationFrame(() => done([button.ariaPressed, button.disabled]));
          });
        })"""
    )

    assert seen == ["true", True]
