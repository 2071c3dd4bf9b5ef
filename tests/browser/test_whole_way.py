"""The whole way of the issue: desk and phone, reloads, a cut network, a second window, 50 answers.

The quick version has short exposures; ``--slow`` takes the timing of 2016 and ten seconds without
a network.
"""

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from study_app.plates import plan_plates
from tests.browser.conftest import PageMaker, StudyMaker
from tests.browser.live_study import QUICK, LiveStudy
from tests.browser.participant import FEEDBACK, await_question, panel

pytestmark = [pytest.mark.browser, pytest.mark.frames]

N_PLATES = 2
N_PRACTICE = 10
N_MAIN = 40
TIMING_2016 = {"lead_in_ms": 900, "display_ms": 1000, "isi_ms": 600, "response_delay_ms": 100}
SIDES = ("left", "right")
BUTTONS = {False: ("Left", "Right"), True: ("Upper", "Lower")}
DESK: dict[str, Any] = {"width": 1280, "height": 800}
PHONE: dict[str, Any] = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}
CHANGES = {
    'device = "off"': 'device = "check"',
    'colour_vision = "off"': 'colour_vision = "screen-out"',
    'display = "off"': 'display = "record"',
    "n_plates = 7": f"n_plates = {N_PLATES}",
    "pass_plates = 6": f"pass_plates = {N_PLATES}",
    "standard = []": 'standard = ["display", "trouble"]',
}


@dataclass
class Person:
    """Somebody at the desk with a keyboard only, or with fingers on a phone only."""

    page: Page
    touches: bool

    def choose(self, control: Locator) -> None:
        """Press a button, follow a link, take an option."""
        if self.touches:
            control.tap()
        else:
            control.focus()
            self.page.keyboard.press(
                "Space" if control.get_attribute("type") == "radio" else "Enter"
            )

    def press(self, name: str, role: Any = "button") -> None:
        self.choose(self.page.get_by_role(role, name=name, exact=True))

    def go_on(self, name: str) -> None:
        self.choose(panel(self.page, name).get_by_role("button"))

    def answer(self, side: str) -> None:
        if self.touches:
            self.page.get_by_role("button", name=BUTTONS[True][SIDES.index(side)]).tap()
        else:
            self.page.keyboard.press("f" if side == "left" else "j")


def _with_checks(text: str) -> str:
    for old, new in CHANGES.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("device", [DESK, PHONE], ids=["desk-keyboard", "phone-touch"])
@pytest.mark.parametrize(
    ("timing", "offline_s"),
    [
        pytest.param(QUICK, 1.0, id="quick"),
        pytest.param(TIMING_2016, 10.0, id="as-in-2016", marks=pytest.mark.slow),
    ],
)
def test_fifty_answers_are_stored_once_whatever_happens(
    device: dict[str, Any],
    timing: dict[str, int],
    offline_s: float,
    make_study: StudyMaker,
    open_page: PageMaker,
):
    study = make_study(
        _with_checks, n_practice=N_PRACTICE, n_main=N_MAIN, n_vigilance=4, n_control=4, **timing
    )
    person = Person(open_page(**device), "has_touch" in device)

    _enter(person, study)
    _practise(person)
    _take_the_test(person, study, offline_s)
    _leave(person)

    _check_answers(study, person.touches)
    expect(person.page.get_by_role("heading", level=1)).to_have_text("All 50 answers are stored.")
    code = study.study_session()["completion_code"]
    assert code
    expect(person.page.locator(".code")).to_have_text(code)


def _enter(person: Person, study: LiveStudy) -> None:
    """From the invitation through the checks to the practice."""
    page = person.page
    page.goto(study.invitation_url)
    person.press("Continue", "link")
    person.press("I agree")
    page.wait_for_url("**/screening/device")
    person.press("Continue")
    for number, plate in enumerate(plan_plates(study.study_session()["seed"], N_PLATES)):
        page.wait_for_selector(f'input[name="plate"][value="{number}"]', state="attached")
        page.wait_for_selector('[data-keypad][aria-busy="false"]')
        if person.touches:
            page.get_by_role("button", name=str(plate.digit), exact=True).tap()
        else:
            page.keyboard.press(str(plate.digit))
    page.wait_for_url("**/screening/display")
    for name, value in (("n_dark", "3"), ("n_light", "4"), ("night_light", "off")):
        option = page.locator(f'input[name="{name}"][value="{value}"]')
        if person.touches:
            page.locator("label", has=option).tap()
        else:
            person.choose(option)
    person.press("Continue")
    page.wait_for_url("**/instructions")
    person.press("Go to the practice pairs", "link")
    person.go_on("practice")


def _practise(person: Person) -> None:
    """Ten pairs with feedback; the page is loaded again in the middle of the fifth."""
    for number in range(1, N_PRACTICE + 1):
        await_question(person.page, number)
        if number == 5:
            person.page.reload()
            person.go_on("resume")
            await_question(person.page, number)
        person.answer(SIDES[number % 2])
        person.page.wait_for_selector(FEEDBACK)
        person.press("Next pair")


def _take_the_test(person: Person, study: LiveStudy, offline_s: float) -> None:
    """Forty pairs with a reload, seconds without a network, and a second window."""
    person.go_on("main")
    for number in range(1, N_MAIN + 1):
        if number == N_MAIN // 2 + 1:
            person.go_on("break")
        await_question(person.page, number)
        if number == 8:
            person.page.reload()
            person.go_on("resume")
            await_question(person.page, number)
        if number == 30:
            _go_on_in_another_window(person, study)
            await_question(person.page, number)
        if number == 15:
            _answer_without_network(person, offline_s)
        else:
            person.answer(SIDES[number % 2])


def _answer_without_network(person: Person, offline_s: float) -> None:
    person.page.context.set_offline(True)
    person.answer("left")
    expect(person.page.locator("[data-offline]:visible")).to_contain_text("Nothing is lost")
    time.sleep(offline_s)
    person.page.context.set_offline(False)


def _go_on_in_another_window(person: Person, study: LiveStudy) -> None:
    first, person.page = person.page, person.page.context.new_page()
    person.page.goto(f"{study.url}/trials")
    person.go_on("elsewhere")
    expect(panel(first, "elsewhere")).to_contain_text("It goes on there")
    first.close()
    person.go_on("resume")


def _leave(person: Person) -> None:
    """Pass over the questions."""
    person.page.wait_for_url("**/questions")
    person.press("Store and go on")
    person.page.wait_for_url("**/debrief")


def _check_answers(study: LiveStudy, touches: bool) -> None:
    rows = study.trials()
    answered = [row for row in rows if row.response is not None]
    cut_off = [row for row in rows if row.response is None]

    assert sorted(row.trial["place"] for row in answered) == list(range(N_PRACTICE + N_MAIN))
    assert [row.trial["place"] for row in cut_off] == [4, N_PRACTICE + 7, N_PRACTICE + 29]
    assert all(row.trial["interrupted_at"] is not None for row in cut_off)
    assert len({row.pair["photo_id"] for row in rows}) == len(rows), "no photo was seen twice"
    assert {row.trial["n_started"] for row in rows} == {1}
    assert len({row.response["response_key"] for row in answered if row.response}) == 50
    assert Counter(row.trial["trial_type"] for row in answered) == {
        "practice": N_PRACTICE,
        "main": N_MAIN - 8,
        "vigilance": 4,
        "control": 4,
    }
    responses = [row.response for row in answered if row.response]
    assert {response["input"] for response in responses} == {"touch" if touches else "keyboard"}
    _check_exposures(responses)


def _check_exposures(responses: list[dict[str, Any]]) -> None:
    """Each picture was off at the frame nearest to its time, but for frames that were lost."""
    for response in responses:
        for side in SIDES:
            planned, shown = response[f"{side}_planned_ms"], response[f"{side}_shown_ms"]
            lost = response[f"{side}_n_dropped_frames"]
            allowed = (1 + lost) * response["frame_interval_ms"]
            assert abs(shown - planned) <= allowed, response
