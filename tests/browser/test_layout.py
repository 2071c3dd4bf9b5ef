"""What is where, and at what size: on a desk, on a phone, at 320 px."""

import io
import math

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageMaker, StudyMaker
from tests.browser.live_study import LiveStudy
from tests.browser.participant import (
    FEEDBACK,
    TWO_FRAMES,
    await_question,
    begin,
    go_on,
    next_pair,
    panel,
    press,
)
from tests.browser.stimulus_set import IMAGE_SIZE_PX

pytestmark = pytest.mark.browser

SMALLEST_TARGET_PX = 44
LONGEST_LINE = 65
PHONE = (390, 844)
NARROW = (320, 568)
LANDSCAPE = (844, 390)
DESK = (1280, 800)

TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  const wide = [...document.querySelectorAll("body *")]
    .filter((e) => e.checkVisibility() && !e.closest(".visually-hidden"))
    .filter((e) => e.getBoundingClientRect().right > width + 0.5)
    .map((e) => e.outerHTML.slice(0, 80));
  return document.documentElement.scrollWidth > width ? ["scrolls", ...wide] : wide;
}"""

SMALL_TARGETS = f"""() => [...document.querySelectorAll("a.button, button, :is(.foot, .leave) a")]
  .filter((e) => e.checkVisibility({{ visibilityProperty: true }}))
  .filter((e) => e.getBoundingClientRect().height < {SMALLEST_TARGET_PX})
  .map((e) => e.outerHTML)"""

LONGEST_LINES = """() => {
  const longest = [];
  for (const p of document.querySelectorAll("main p, main li")) {
    const lines = new Map();
    const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const range = document.createRange();
      for (let i = 0; i < node.length; i += 1) {
        range.setStart(node, i);
        range.setEnd(node, i + 1);
        const box = range.getBoundingClientRect();
        const line = Math.round(box.bottom);
        if (box.width) lines.set(line, (lines.get(line) ?? 0) + 1);
      }
    }
    longest.push(...lines.values());
  }
  return Math.max(0, ...longest);
}"""


def _check_narrow(page: Page) -> None:
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(SMALL_TARGETS) == []


def _boxes(page: Page) -> list[tuple[float, float, float, float]]:
    boxes = [canvas.bounding_box() for canvas in page.locator("canvas").all()]
    return [(box["x"], box["y"], box["width"], box["height"]) for box in boxes if box]


def test_nothing_overflows_at_320_px_and_every_target_is_large_enough(
    make_study: StudyMaker, open_page: PageMaker
):
    study = make_study(n_practice=1, n_main=2)
    page = open_page(*NARROW, is_mobile=True, has_touch=True)
    for path in ("", "/consent", "/declined"):
        page.goto(study.invitation_url + path)
        _check_narrow(page)
    page.goto(f"{study.url}/nowhere")
    _check_narrow(page)
    begin(page, study)
    for path in ("/instructions", "/withdraw"):
        page.goto(study.url + path)
        _check_narrow(page)
    page.goto(f"{study.url}/trials")
    panel(page, "practice").wait_for()
    _check_narrow(page)
    go_on(page, "practice")
    await_question(page, 1)
    _check_narrow(page)
    press(page, "left")
    page.wait_for_selector(FEEDBACK)
    _check_narrow(page)
    next_pair(page)
    go_on(page, "main")
    await_question(page, 1)
    press(page, study.trials()[1].trial["real_side"])
    go_on(page, "break")
    await_question(page, 2)
    press(page, study.trials()[2].trial["real_side"])
    page.wait_for_url("**/debrief")
    assert page.locator(".gallery img").count() == 4
    _check_narrow(page)


def test_lines_have_at_most_65_characters(study: LiveStudy, page: Page):
    lengths = []
    for url in (study.invitation_url, f"{study.invitation_url}/consent"):
        page.goto(url)
        lengths.append(page.evaluate(LONGEST_LINES))
    begin(page, study)
    page.goto(f"{study.url}/instructions")
    lengths.append(page.evaluate(LONGEST_LINES))

    assert min(lengths) > 30
    assert max(lengths) <= LONGEST_LINE


@pytest.mark.parametrize("size", [DESK, (1281, 801), PHONE, LANDSCAPE])
def test_both_places_are_on_the_screen_and_stay_where_they_are(
    size: tuple[int, int], make_study: StudyMaker, open_page: PageMaker
):
    study = make_study(lead_in_ms=200, display_ms=200, isi_ms=200)
    page = open_page(*size)
    begin(page, study)
    page.wait_for_timeout(150)
    during = _boxes(page)
    await_question(page, 1)

    assert _boxes(page) == during
    for x, y, width, height in during:
        assert width == height == IMAGE_SIZE_PX
        assert 0 <= x <= size[0] - width
        assert 0 <= y <= size[1] - height
    for button in page.locator(".choice").all():
        box = button.bounding_box()
        assert box
        assert box["y"] + box["height"] <= size[1]


def test_a_wide_window_has_left_and_right_and_a_narrow_one_upper_and_lower(
    study: LiveStudy, open_page: PageMaker
):
    page = open_page(*DESK)
    begin(page, study)
    await_question(page, 1)
    wide = _boxes(page)
    expect(page.get_by_role("button", name="Left")).to_be_visible()
    expect(page.get_by_role("button", name="Right")).to_be_visible()

    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    expect(page.get_by_role("button", name="Upper")).to_be_visible()
    stacked = _boxes(page)
    page.keyboard.press("ArrowDown")

    next_pair(page)
    assert wide[0][1] == wide[1][1]
    assert wide[0][0] < wide[1][0]
    assert stacked[0][0] == stacked[1][0]
    assert stacked[0][1] + IMAGE_SIZE_PX <= stacked[1][1]
    response = study.answered()[0]
    assert response["chosen_side"] == "right"
    assert response["n_resized"] >= 1


def test_a_picture_on_the_screen_is_its_file_pixel_for_pixel(study: LiveStudy, page: Page):
    begin(page, study)
    await_question(page, 1)
    press(page, "left")
    page.wait_for_selector(FEEDBACK)
    row = study.trials()[0]
    columns = {"left": "fake_path", "right": "fake_path"} | {row.trial["real_side"]: "real_path"}

    for width in (1280, 1281, 390, 391):
        page.set_viewport_size({"width": width, "height": 844})
        page.evaluate(TWO_FRAMES)
        for side, column in columns.items():
            stored = Image.open(study.set_folder / str(row.pair[column])).convert("RGB")
            assert np.array_equal(_on_screen(page, side), np.asarray(stored)), (width, side)


def _on_screen(page: Page, side: str) -> np.ndarray:
    """Give what a place shows: (256, 256, 3), uint8."""
    box = page.locator(f'[data-side="{side}"] canvas').bounding_box()
    assert box
    x, y = math.floor(box["x"] + 0.5), math.floor(box["y"] + 0.5)  # as Chromium snaps
    screen = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return np.asarray(screen.crop((x, y, x + IMAGE_SIZE_PX, y + IMAGE_SIZE_PX)))


def test_the_question_is_announced_and_the_pictures_are_named(study: LiveStudy, page: Page):
    begin(page, study)
    await_question(page, 1)
    first = study.trials()[0].trial["first_side"]

    expect(page.locator("[data-live]")).to_have_text("Which picture had false colours?")
    assert page.locator("[data-live]").get_attribute("aria-live") == "polite"
    names = {
        side: page.locator(f'[data-side="{side}"] canvas').get_attribute("aria-label")
        for side in ("left", "right")
    }
    assert names.pop(first) == "first picture"
    assert list(names.values()) == ["second picture"]


def test_the_focus_is_visible_on_every_page(study: LiveStudy, page: Page):
    ring = "() => getComputedStyle(document.activeElement).outlineStyle"
    for url in (study.invitation_url, f"{study.invitation_url}/consent"):
        page.goto(url)
        page.keyboard.press("Tab")
        assert page.evaluate(ring) == "solid"
    begin(page, study)
    await_question(page, 1)

    page.keyboard.press("Tab")

    assert page.evaluate(ring) == "solid"
    expect(page.get_by_role("button", name="Left")).to_be_focused()


def test_nothing_moves(study: LiveStudy, page: Page):
    """No transition and no animation, so there is nothing to reduce for who wants less motion."""
    begin(page, study)
    await_question(page, 1)

    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((e) => {
          const { transitionDuration, animationName } = getComputedStyle(e);
          return animationName !== "none" || transitionDuration !== "0s";
        }).length"""
    )

    assert moving == 0
