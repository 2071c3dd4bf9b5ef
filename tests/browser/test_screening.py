"""The checks before the instructions: by keyboard, in small windows, without a hue or a hint."""

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, Route, expect

from study_app.extensions import db
from study_app.models import ScreeningCheck
from study_app.plates import Plate, plan_plates
from tests.browser.conftest import PageMaker, StudyMaker
from tests.browser.live_study import LiveStudy
from tests.browser.page_checks import axe_violations
from tests.browser.test_layout import SMALL_TARGETS, TOO_WIDE
from tests.browser.test_neutral_colours import COLOURS_WITH_A_HUE

pytestmark = pytest.mark.browser

N_PLATES = 2

# The page of a plate without its token and without the number of the plate.
ALL_BUT_NUMBERS = """(number) => {
  const copy = document.querySelector("main").cloneNode(true);
  copy.querySelector('[name="csrf_token"]').remove();
  copy.querySelector('[name="plate"]').remove();
  return copy.innerHTML.replace(`plates/${number}.png`, "").replace(`Circle ${number} of`, "");
}"""


def _with_screening(text: str) -> str:
    for key, value in {
        'device = "off"': 'device = "check"',
        'colour_vision = "off"': 'colour_vision = "screen-out"',
        'display = "off"': 'display = "record"',
        "n_plates = 7": f"n_plates = {N_PLATES}",
        "pass_plates = 6": f"pass_plates = {N_PLATES}",
    }.items():
        assert text.count(key) == 1
        text = text.replace(key, value)
    return text


@pytest.fixture
def study(make_study: StudyMaker) -> LiveStudy:
    """Serve a study with all three checks."""
    return make_study(_with_screening)


def _agree(page: Page, study: LiveStudy) -> None:
    page.goto(f"{study.invitation_url}/consent")
    page.get_by_role("button", name="I agree", exact=True).click()
    page.wait_for_url("**/screening/device")


def _plates(study: LiveStudy) -> tuple[Plate, ...]:
    return plan_plates(study.study_session()["seed"], N_PLATES)


def _stored(study: LiveStudy) -> dict[str, dict[str, object]]:
    with study.app.app_context():
        return {
            check.name: check.details for check in db.session.scalars(sa.select(ScreeningCheck))
        }


def _await_plate(page: Page, number: int) -> None:
    page.wait_for_selector(f'input[name="plate"][value="{number}"]', state="attached")
    page.wait_for_function("() => document.querySelector('[data-plate]').naturalWidth === 720")
    page.wait_for_selector('[data-keypad][aria-busy="false"]')


def _check_look(page: Page) -> None:
    assert page.evaluate(COLOURS_WITH_A_HUE) == []
    _check_narrow(page)


def _check_narrow(page: Page) -> None:
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(SMALL_TARGETS) == []


def _press_on(page: Page, name: str) -> None:
    """Reach a button with the tab key alone, and press it."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.textContent.trim()")
        if focused == name:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{name} cannot be reached by keyboard")


def test_all_checks_by_keyboard_without_a_hue_or_a_hint(study: LiveStudy, page: Page):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    _agree(page, study)
    expect(page.get_by_text("All is well")).to_be_visible()
    _check_look(page)
    _press_on(page, "Continue")

    pages = []
    for number, plate in enumerate(_plates(study)):
        _await_plate(page, number)
        _check_look(page)
        pages.append(page.evaluate(ALL_BUT_NUMBERS, number))
        page.keyboard.press(str(plate.digit))
    assert pages[1] == pages[2], "two plates differ in nothing but the picture"

    page.wait_for_url("**/screening/display")
    _check_look(page)
    for _ in range(2):
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    _press_on(page, "Continue")
    page.wait_for_url("**/instructions")

    stored = _stored(study)
    assert (stored["device"]["window_width_px"], stored["device"]["zoom"]) == (1280, 1)
    assert 2 < float(str(stored["device"]["frame_interval_ms"])) < 200
    assert stored["device"]["colours_changed"] is False
    assert stored["colour-vision"]["n_right"] == N_PLATES
    assert (stored["display"]["n_dark"], stored["display"]["night_light"]) == (1, "off")
    pictures = [url.removeprefix(study.url) for url in asked if "plates" in url]
    assert pictures == [f"/screening/plates/{number}.png" for number in range(N_PLATES + 1)]


def test_a_small_window_is_told_and_recovers_and_can_end_politely(
    study: LiveStudy, open_page: PageMaker
):
    page = open_page(320, 400)
    _agree(page, study)
    problem = page.get_by_text("Your window is too small")
    expect(problem).to_be_visible()
    expect(page.get_by_role("button", name="Continue")).to_be_hidden()
    _check_look(page)

    page.set_viewport_size({"width": 390, "height": 664})
    expect(problem).to_be_hidden()
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
    expect(page.get_by_text("I cannot change this")).to_be_hidden()

    page.set_viewport_size({"width": 300, "height": 300})
    page.get_by_text("I cannot change this").click()
    page.get_by_role("button", name="End the study here").click()
    page.wait_for_url("**/screened-out")

    expect(page.get_by_role("heading", name="Thank you for your time")).to_be_visible()
    assert axe_violations(page) == []
    assert study.study_session()["screened_out_by"] == "device"
    assert _stored(study)["device"]["problems"] == ["window"]


def test_a_plate_that_has_not_come_cannot_be_answered(study: LiveStudy, page: Page):
    plates: list[Route] = []
    page.route("**/screening/plates/*", lambda route: plates.append(route))
    _agree(page, study)
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("button", name="I see no number")).to_be_disabled()
    page.keyboard.press("-")
    assert not _stored(study)["colour-vision"]
    plates[0].abort()
    expect(page.get_by_text("The circle could not be loaded")).to_be_visible()
    expect(page.get_by_role("button", name="I see no number")).to_be_disabled()
    page.unroute("**/screening/plates/*")
    page.get_by_role("link", name="Load it again").click()

    _await_plate(page, 0)
    expect(page.get_by_text("The circle could not be loaded")).to_be_hidden()


def test_who_sees_no_number_ends_politely_on_a_telephone(study: LiveStudy, open_page: PageMaker):
    page = open_page(320, 568, is_mobile=True, has_touch=True)
    _agree(page, study)
    page.get_by_role("button", name="Continue").tap()
    for number in range(N_PLATES + 1):
        _await_plate(page, number)
        _check_narrow(page)
        page.get_by_role("button", name="I see no number").tap()

    page.wait_for_url("**/screened-out")
    assert study.study_session()["screened_out_by"] == "colour-vision"


def test_what_changes_colours_or_lacks_is_told(study: LiveStudy, open_page: PageMaker):
    page = open_page(forced_colors="active")
    page.add_init_script("delete globalThis.createImageBitmap")
    _agree(page, study)

    expect(page.get_by_text("Your browser lacks something")).to_be_visible()
    expect(page.get_by_text("Your system replaces the colours")).to_be_visible()
    expect(page.get_by_role("button", name="Continue")).to_be_hidden()
