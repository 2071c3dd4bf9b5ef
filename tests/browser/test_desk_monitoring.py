"""The desk while a study runs: what changes on the page, and who can use every page."""

import pytest
from playwright.sync_api import Page, expect

from study_app.simulated_token import sign_token
from tests.browser.conftest import PageMaker, StudyMaker
from tests.browser.live_study import STUDY_ID, LiveStudy
from tests.browser.page_checks import TOO_WIDE, asked_by_pages, troubles
from tests.study_app.desk_logins import PASSWORD, set_desk_password
from tests.study_app.factories import Browser

pytestmark = pytest.mark.browser

DESK = (1280, 800)
PHONE = (390, 844)
NARROW = (320, 568)
PAGES = ("", "participants", "quality", "pictures", "links", "data")
REFRESH_MS = 10_000
LONGEST_REPORT_MS = 90_000
NOTE = "[data-live-note]"


def desk_of(study: LiveStudy, page: str = "") -> str:
    return f"{study.url}/desk/{STUDY_ID}/{page}"


def log_in(page: Page, study: LiveStudy) -> None:
    set_desk_password(study.app)
    page.goto(f"{study.url}/desk/login")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/desk/")


def simulated_observer(study: LiveStudy, seed: int = 1) -> Browser:
    """Let a simulated observer consent at the front door."""
    key = str(study.app.secret_key)
    observer = Browser(study.app)
    token = sign_token(key, STUDY_ID, seed)
    assert observer.consent(STUDY_ID, simulated=token).status_code == 302
    return observer


def cell(page: Page, label: str) -> str:
    """Give a number of the table of simulated observers."""
    table = page.get_by_role("table", name="Simulated observers")
    return table.locator(f'td[data-label="{label}"]').first.inner_text()


def test_the_numbers_follow_a_participant_without_a_reload(study: LiveStudy, page: Page):
    log_in(page, study)
    observer = simulated_observer(study)
    page.clock.install()
    page.goto(desk_of(study))
    assert (cell(page, "Taking part"), cell(page, "Finished")) == ("1", "0")
    expect(page.locator(NOTE)).to_be_hidden()
    page.get_by_role("link", name="Quality").focus()
    page.evaluate("window.scrollTo(0, 300)")

    observer.answer_all()
    with page.expect_response("**/now"):
        page.clock.run_for(REFRESH_MS)

    expect(page.locator("figure.arrivals rect.finished").last).not_to_have_attribute("height", "0")
    table = page.get_by_role("table", name="Simulated observers")
    expect(table.locator('td[data-label="Finished"]').first).to_have_text("1")
    assert cell(page, "Taking part") == "0"
    assert page.evaluate("window.scrollY") == 300
    assert page.evaluate("document.activeElement.textContent") == "Quality"


def test_only_what_has_changed_is_changed(study: LiveStudy, page: Page):
    log_in(page, study)
    page.clock.install()
    page.goto(desk_of(study))
    page.evaluate("document.querySelector('.headline').isTheSame = true")

    with page.expect_response("**/now"):
        page.clock.run_for(REFRESH_MS)

    expect(page.locator("h2#flow")).to_be_visible()
    assert page.evaluate("document.querySelector('.headline').isTheSame")


def test_who_is_not_logged_in_any_more_is_told_to_load_the_page_again(study: LiveStudy, page: Page):
    log_in(page, study)
    page.clock.install()
    page.goto(desk_of(study))
    page.context.clear_cookies()

    page.clock.run_for(REFRESH_MS)

    expect(page.locator(NOTE)).to_be_visible()
    page.locator(NOTE).get_by_role("link").click()
    page.wait_for_url("**/desk/login?**")


def test_a_page_that_nobody_looks_at_asks_for_nothing(study: LiveStudy, page: Page):
    log_in(page, study)
    page.clock.install()
    page.goto(desk_of(study))
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true })")
    asked = asked_by_pages(page)

    page.clock.run_for(3 * REFRESH_MS)

    assert asked == []


def test_without_scripts_the_page_says_how_to_load_it_again(study: LiveStudy, open_page: PageMaker):
    page = open_page(java_script_enabled=False)
    log_in(page, study)

    page.goto(desk_of(study))

    expect(page.locator(NOTE)).to_be_visible()
    page.goto(desk_of(study, "links"))
    expect(page.get_by_role("textbox").first).to_have_value(study.invitation_url)
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)


def test_a_link_is_copied(study: LiveStudy, open_page: PageMaker):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    log_in(page, study)
    page.goto(desk_of(study, "links"))

    page.get_by_role("button", name="Copy").first.click()

    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == study.invitation_url


def test_a_report_comes_without_a_reload_and_shows_all_it_brings(study: LiveStudy, page: Page):
    """What its policy forbids would fail the test."""
    log_in(page, study)
    for seed in range(2):
        simulated_observer(study, seed).answer_all()
    page.goto(desk_of(study, "data"))

    page.get_by_role("button", name="Make report").click()
    expect(page.get_by_text("You may leave this page.")).to_be_visible()
    page.get_by_role("link", name="Open the report").click(timeout=LONGEST_REPORT_MS)

    page.wait_for_url("**/report/report.html")
    expect(page.get_by_role("heading", name="Fool rates", exact=True)).to_be_visible()
    body = "getComputedStyle(document.querySelector('main')).maxWidth"
    assert page.evaluate(body) != "none", "its own style is let in"
    assert page.locator("svg").count() > 0


def test_everybody_can_use_every_page(make_study: StudyMaker, open_page: PageMaker):
    study = make_study(_for_prolific)
    page = open_page(*DESK)
    log_in(page, study)
    for seed in range(2):
        simulated_observer(study, seed).answer_all()
    found: dict[str, list[str]] = {}

    for name in PAGES:
        page.goto(desk_of(study, name))
        found[name] = _besides_the_skip_link(troubles(page))
        for width, height in (PHONE, NARROW):
            page.set_viewport_size({"width": width, "height": height})
            found[f"{name} at {width}"] = _besides_the_skip_link(page.evaluate(TOO_WIDE))
        page.set_viewport_size({"width": DESK[0], "height": DESK[1]})

    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_pictures_stand_beside_each_other_and_are_shown(study: LiveStudy, open_page: PageMaker):
    page = open_page(*PHONE)
    log_in(page, study)

    page.goto(desk_of(study, "pictures"))

    pictures = page.locator(".pair").first.locator("img")
    expect(pictures).to_have_count(2)
    real, fake = (pictures.nth(number).bounding_box() for number in (0, 1))
    assert real is not None
    assert fake is not None
    assert real["y"] == fake["y"]
    assert real["x"] + real["width"] <= fake["x"]
    page.wait_for_function("[...document.images].slice(0, 2).every((i) => i.naturalWidth > 0)")


def _for_prolific(source: str) -> str:
    """The longest link there is."""
    changed = source.replace('kind = "link"', 'kind = "prolific"')
    return changed.replace('completion_code = ""', 'completion_code = "C1A2B3C4"')


def _besides_the_skip_link(found: list[str]) -> list[str]:
    """Leave out the link that stands beside the page until the keyboard reaches it."""
    return [wrong for wrong in found if 'class="skip"' not in wrong]
