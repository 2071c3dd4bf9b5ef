"""WCAG 2.2 AA on every page: axe-core, the keyboard alone, small windows, nothing that moves.

A window of 320 px is also one of 1280 px at 400 %; one of 640 x 400 is the desk's at 200 %.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from study_app.catalog import find_study
from study_app.extensions import db
from study_app.models import StudySession
from study_app.study_moves import close_study
from study_app.study_tables import LANGUAGES, STANDARD_QUESTION_IDS
from tests.browser.conftest import PageMaker, StudyMaker
from tests.browser.live_study import STUDY_ID, LiveStudy, of_recruiter
from tests.browser.page_checks import TOO_WIDE, axe_violations, troubles
from tests.browser.participant import (
    FEEDBACK,
    agree,
    await_question,
    begin,
    go_on,
    next_pair,
    panel,
    press,
)
from tests.study_app.views.recruited import PREVIEW

pytestmark = pytest.mark.browser

DESK = (1280, 800)
DESK_AT_200_PERCENT = (640, 400)
NARROW = (320, 568)

Look = Callable[..., None]

NAMES_OF_PANELS = "[...document.querySelectorAll('[data-panel]')].map((e) => e.dataset.panel)"
SHOW_PANEL = """(name) => {
  for (const panel of document.querySelectorAll("[data-panel]"))
    panel.hidden = panel.dataset.panel !== name;
}"""


OWN_TABLES = """
[[question]]
id = "work"
text = "Do you work with pictures?"
options = ["Yes", "No"]

[wording.de]
consent = "Einverständniserklärungstextbaustein."
"""


def _with_all_pages(source: str) -> str:
    """Make all checks, ask all questions, one of the researcher's own too, offer two languages."""
    asked = ", ".join(f'"{name}"' for name in STANDARD_QUESTION_IDS)
    changes = {
        'device = "off"': 'device = "check"',
        'colour_vision = "off"': 'colour_vision = "record"',
        'display = "off"': 'display = "record"',
        "standard = []": f"standard = [{asked}]",
        '["en"]': '["en", "de"]',
    }
    for old, new in changes.items():
        assert old in source
        source = source.replace(old, new)
    return re.sub(r"(n|pass)_plates = \d+", r"\1_plates = 2", source) + OWN_TABLES


def test_everybody_can_use_every_page(make_study: StudyMaker, open_page: PageMaker):
    study = make_study(_with_all_pages, n_practice=1, n_main=2)
    page = open_page(*DESK, reduced_motion="reduce")
    found: dict[str, list[str]] = {}

    def look(name: str, *, resizable: bool = True) -> None:
        found[name] = troubles(page) + (_troubles_of_size(page) if resizable else [])

    page.goto(study.invitation_url)
    look("invitation")
    for path in ("declined", "consent"):
        page.goto(f"{study.invitation_url}/{path}")
        look(path)
    page.locator('button[value="yes"]').click()
    _pass_the_checks(page, look)
    page.wait_for_url("**/instructions")
    look("instructions")
    for path in ("nowhere", "withdraw"):
        page.goto(f"{study.url}/{path}")
        look(path)
    page.goto(f"{study.url}/trials")
    _do_the_pairs(page, look)
    page.wait_for_url("**/questions")
    look("questions")
    page.locator('form button[type="submit"]').click()
    page.wait_for_url("**/debrief")
    page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    look("debrief")
    page.goto(f"{study.url}/withdraw")
    look("withdraw at the end")
    page.locator("form button").first.click()
    look("withdrawn")
    page.context.clear_cookies()
    _close(study)
    for path in (f"/study/{STUDY_ID}/consent", "/"):
        page.goto(study.url + path)
        look(path)

    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert len(found) >= 17


def _troubles_of_size(page: Page) -> list[str]:
    """Look at the page at 200 % and on a narrow screen, and at its colours in the dark."""
    wrong = []
    for width, height in (DESK_AT_200_PERCENT, NARROW):
        page.set_viewport_size({"width": width, "height": height})
        wrong += [f"too wide at {width}: {found}" for found in page.evaluate(TOO_WIDE)]
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    page.emulate_media(color_scheme="dark")
    wrong += [f"in the dark: {found}" for found in axe_violations(page, rules=["color-contrast"])]
    page.emulate_media(color_scheme="light")
    return wrong


def test_everybody_can_use_the_pages_of_a_full_study(make_study: StudyMaker, open_page: PageMaker):
    """Who comes too late, and who comes back after the place was given to somebody else."""
    study = make_study(lambda source: re.sub(r"per_condition = \d+", "per_condition = 1", source))
    first, second, third = (open_page(*DESK, reduced_motion="reduce") for _ in range(3))
    agree(first, study)
    with study.app.app_context():
        long_ago = datetime(2026, 1, 1, tzinfo=UTC)
        db.session.execute(sa.update(StudySession).values(lease_expires_at=long_ago))
        db.session.commit()
    agree(second, study)
    first.goto(f"{study.url}/instructions")
    third.goto(f"{study.invitation_url}/consent")

    for page in (first, third):
        assert "places" in page.locator("main").inner_text()
        assert troubles(page) + _troubles_of_size(page) == []


@pytest.mark.parametrize(
    ("kind", "query", "said"),
    [
        ("mturk", PREVIEW, "accept the task"),
        ("prolific", {}, "Prolific"),
    ],
    ids=["a preview", "not from Prolific"],
)
def test_everybody_can_use_the_pages_of_recruiters(
    kind: str, query: dict[str, str], said: str, make_study: StudyMaker, open_page: PageMaker
):
    study = make_study(of_recruiter(kind))
    page = open_page(*DESK, reduced_motion="reduce")

    page.goto(f"{study.invitation_url}?{urlencode(query)}")

    assert said in page.locator("main").inner_text()
    assert troubles(page) + _troubles_of_size(page) == []


def test_every_panel_of_the_trials_can_be_used(study: LiveStudy, open_page: PageMaker):
    """Those too that only trouble brings up: shown here by hand, one after the other."""
    page = open_page(*NARROW)
    agree(page, study)
    page.goto(f"{study.url}/trials")
    panel(page, "practice").wait_for()
    names = page.evaluate(NAMES_OF_PANELS)

    found = {}
    for name in names:
        page.evaluate(SHOW_PANEL, name)
        found[name] = troubles(page)

    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert {"practice", "main", "break", "resume", "trouble", "stopped"} <= set(found)


def test_from_right_to_left_nothing_sticks_out_and_left_stays_left(
    make_study: StudyMaker, open_page: PageMaker, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(LANGUAGES, "ar", "العربية")
    study = make_study(lambda source: source.replace('["en"]', '["ar"]'))
    page = open_page(*NARROW)
    for url in (study.invitation_url, f"{study.invitation_url}/consent"):
        page.goto(url)
        assert page.evaluate(TOO_WIDE) == []
    begin(page, study)
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    await_question(page, 1)

    places = [page.locator(f'[data-side="{side}"]').bounding_box() for side in ("left", "right")]

    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    assert places[0]["x"] < places[1]["x"]


def test_the_checks_can_fail(page: Page, study: LiveStudy):
    page.goto(study.invitation_url)
    page.evaluate(
        """() => {
          document.documentElement.removeAttribute("lang");
          const wide = document.createElement("div");
          wide.style.cssText = "width: 3000px; height: 1px; transition: color 1s";
          document.body.append(wide);
          document.querySelector("a").tabIndex = -1;
        }"""
    )

    wrong = "\n".join(troubles(page))

    for kind in (
        "html-has-lang",
        "too wide: scrolls",
        "moves: <div",
        "not reached by keyboard: A ",
    ):
        assert kind in wrong


def _pass_the_checks(page: Page, look: Look) -> None:
    """Go through device check, plates and display check."""
    page.wait_for_url("**/device")
    page.locator("[data-continue] button").wait_for()
    look("device check")
    page.locator("[data-continue] button").click()
    page.wait_for_url("**/colour-vision")
    look("plate")
    while page.url.endswith("/colour-vision"):
        page.locator('button[value="none"]').click()
    look("display check")
    for name in ("n_dark", "n_light", "night_light"):
        page.locator(f'input[name="{name}"]').first.check()
    page.locator('form button[type="submit"]').click()


def _do_the_pairs(page: Page, look: Look) -> None:
    """Answer one pair of practice and two of the test."""
    panel(page, "practice").wait_for()
    go_on(page, "practice")
    await_question(page, 1)
    look("question", resizable=False)
    press(page, "left")
    page.wait_for_selector(FEEDBACK)
    look("feedback", resizable=False)
    next_pair(page)
    panel(page, "main").wait_for()
    go_on(page, "main")
    await_question(page, 1)
    press(page, "left")
    panel(page, "break").wait_for()
    go_on(page, "break")
    await_question(page, 2)
    press(page, "left")


def _close(study: LiveStudy) -> None:
    with study.app.app_context():
        close_study(db.session(), find_study(db.session(), STUDY_ID), datetime.now(UTC))
