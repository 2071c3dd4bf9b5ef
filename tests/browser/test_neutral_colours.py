"""From the instructions to the last trial nothing has a hue: r = g = b in every computed style."""

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.browser.conftest import PageMaker
from tests.browser.live_study import LiveStudy
from tests.browser.participant import (
    FEEDBACK,
    agree,
    await_question,
    go_on,
    next_pair,
    panel,
    press,
)

pytestmark = pytest.mark.browser

GROUND = (0x77, 0x77, 0x77)

# Every colour of every element and its pseudo-elements, except those of equal parts.
COLOURS_WITH_A_HUE = """() => {
  const found = new Set();
  const parts = /rgba?\\(\\s*([\\d.]+)[ ,]+([\\d.]+)[ ,]+([\\d.]+)/g;
  const anyColour = /\\b(rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\\(/g;
  const all = [...getComputedStyle(document.body)];
  const names = all.filter((name) => /color|shadow|image|fill|stroke|outline|filter/.test(name));
  const look = (element, pseudo) => {
    const style = getComputedStyle(element, pseudo);
    for (const name of names) {
      const value = style.getPropertyValue(name);
      const known = [...value.matchAll(parts)];
      const written = (value.match(anyColour) ?? []).length;
      const hasHue = known.some(([, r, g, b]) => !(r === g && g === b));
      if (hasHue || known.length !== written)
        found.add(`${element.tagName}.${element.className.baseVal ?? element.className}`
          + `${pseudo ?? ""} ${name}: ${value}`);
    }
  };
  for (const element of document.querySelectorAll("html, body, body *"))
    for (const pseudo of [null, "::before", "::after", "::marker", "::selection", "::placeholder"])
      look(element, pseudo);
  return [...found];
}"""


def _check(page: Page) -> None:
    assert page.evaluate(COLOURS_WITH_A_HUE) == []
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert ground == f"rgb{GROUND}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_has_a_hue_from_the_instructions_to_the_last_trial(
    scheme: str, study: LiveStudy, open_page: PageMaker
):
    page = open_page(color_scheme=scheme)
    agree(page, study)
    _check(page)

    page.get_by_role("link", name="Go to the practice pairs").focus()
    _check(page)
    page.keyboard.press("Enter")
    panel(page, "practice").wait_for()
    _check(page)
    go_on(page, "practice")
    await_question(page, 1)
    _check(page)
    page.get_by_role("button", name="Left").hover()
    page.get_by_role("button", name="Right").focus()
    _check(page)
    press(page, "left")
    page.wait_for_selector(FEEDBACK)
    _check(page)
    next_pair(page)
    await_question(page, 2)
    press(page, "right")
    next_pair(page)
    panel(page, "main").wait_for()
    _check(page)
    go_on(page, "main")
    for number in range(1, 4):
        await_question(page, number)
        press(page, "left")
    panel(page, "break").wait_for()
    _check(page)
    go_on(page, "break")
    await_question(page, 4)
    page.context.set_offline(True)
    press(page, "left")
    page.locator("[data-offline]").wait_for()
    _check(page)


def test_every_pixel_around_the_pictures_is_grey(study: LiveStudy, page: Page):
    agree(page, study)
    page.goto(f"{study.url}/trials")
    go_on(page, "practice")
    await_question(page, 1)

    pixels = _pixels(page)

    assert (pixels == pixels[..., :1]).all()
    assert (pixels == GROUND).all(axis=-1).mean() > 0.9


def test_the_colours_of_the_test_are_seen_by_the_check(study: LiveStudy, page: Page):
    """The check above can fail: the accent of the invitation is found."""
    page.goto(study.invitation_url)

    assert any("background-color" in found for found in page.evaluate(COLOURS_WITH_A_HUE))


@pytest.mark.parametrize("path", ["consent", "declined", "/withdraw", "/nowhere"])
def test_pages_between_the_invitation_and_the_debrief_have_no_accent(
    path: str, study: LiveStudy, page: Page
):
    if path == "/withdraw":
        agree(page, study)
    page.goto(study.url + path if path.startswith("/") else f"{study.invitation_url}/{path}")

    assert page.evaluate(COLOURS_WITH_A_HUE) == []


def _pixels(page: Page) -> np.ndarray:
    """Give the window as (800, 1280, 3), uint8."""
    return np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
