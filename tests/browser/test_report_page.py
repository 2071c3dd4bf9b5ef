"""The report in a browser: nothing overflows, figures follow light and dark, it prints."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from analysis.estimates import EstimateSettings
from analysis.report import build_report
from analysis.simulate import SimulationSettings, simulate_trials, trials_csv
from analysis.trial_table import read_trials

pytestmark = pytest.mark.browser

STUDY = SimulationSettings(
    conditions=(("full", 0.35), ("a-condition-with-a-rather-long-name", 0.2)),
    n_participants=12,
    n_photos=30,
    n_trials=12,
)
DRAWINGS = ".drawing .wide, .drawing .narrow"
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.checkVisibility() && !e.closest(".table"))
    .filter((e) => e.getBoundingClientRect().right > width + 1)
    .map((e) => e.outerHTML.slice(0, 80));
}"""
INK = "() => getComputedStyle(document.querySelector('.drawing svg text')).fill"
PAPER = "() => getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("report")
    table = folder / "trials.csv"
    table.write_bytes(trials_csv(simulate_trials(STUDY, np.random.default_rng(7))))
    report = build_report(read_trials(table), EstimateSettings(), with_figures=False)
    page = folder / "report.html"
    page.write_bytes(report.html)
    return page.as_uri()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(("width", "shown"), [(1280, "wide"), (390, "narrow"), (320, "narrow")])
def test_nothing_overflows_and_the_drawing_that_fits_is_shown(
    page: Page, address: str, width: int, shown: str
):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address)

    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(TOO_WIDE) == []
    visible = {e.get_attribute("class") for e in page.locator(DRAWINGS).all() if e.is_visible()}
    assert visible == {shown}


def test_figures_are_dark_on_light_and_light_on_dark(page: Page, address: str):
    inks = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(address)
        inks[scheme] = [brightness(page.evaluate(script)) for script in (INK, PAPER)]

    assert inks["light"][0] < 60 < 200 < inks["light"][1]
    assert inks["dark"][1] < 60 < 200 < inks["dark"][0]


def test_a_dark_reader_prints_black_on_white_with_the_wide_drawings(page: Page, address: str):
    page.emulate_media(color_scheme="dark", media="print")
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(address)

    assert brightness(page.evaluate(INK)) < 60
    assert brightness(page.evaluate(PAPER)) > 200
    assert not page.locator("nav").is_visible()
    assert page.locator(".drawing .wide").first.is_visible()
    assert not page.locator(".drawing .narrow").first.is_visible()


def test_every_figure_and_scrolling_table_has_a_name_for_a_screen_reader(page: Page, address: str):
    page.goto(address)

    for role in ("img", "region"):
        found = page.get_by_role(role)
        assert found.count() > 5
        for element in found.all():
            assert element.get_attribute("aria-label")
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("navigation", name="Contents").count() == 1


def brightness(colour: str) -> float:
    """Give the mean of red, green and blue of a computed colour, 0 to 255."""
    numbers = colour.removeprefix("rgb(").removesuffix(")").split(",")
    return sum(map(float, numbers)) / 3
