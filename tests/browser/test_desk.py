"""The desk's door, the states and the preview, as a researcher uses them."""

from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from study_app.catalog import find_study
from study_app.extensions import db
from study_app.models import FlowCount, StudySession
from tests.browser.conftest import PageMaker, StudyMaker
from tests.browser.live_study import STUDY_ID, LiveStudy
from tests.browser.page_checks import asked_by_pages, troubles
from tests.browser.participant import await_question, go_on, next_pair, panel, press
from tests.browser.test_neutral_colours import COLOURS_WITH_A_HUE
from tests.study_app.desk_logins import PASSWORD, set_desk_password

pytestmark = pytest.mark.browser

OUTBOX = "colorization-turing-test:outbox"
UNSENT = '[{"trial_key":"of-a-participant","body":{"response_key":"k"}}]'


@pytest.fixture
def study(make_study: StudyMaker) -> LiveStudy:
    """A study of 2 + 6 pairs whose desk has a password."""
    study = make_study()
    set_desk_password(study.app)
    return study


def desk_of(study: LiveStudy, path: str = "") -> str:
    return f"{study.url}/desk/{STUDY_ID}/{path}"


def enter(page: Page, study: LiveStudy) -> None:
    page.goto(f"{study.url}/desk/login")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/desk/")


def path_of(page: Page) -> str:
    return urlsplit(page.url).path


@pytest.mark.parametrize(
    ("width", "height", "scheme"), [(1280, 800, "light"), (320, 568, "dark")], ids=["desk", "phone"]
)
def test_everybody_can_use_the_door_the_states_and_the_preview(
    study: LiveStudy, open_page: PageMaker, width: int, height: int, scheme: str
):
    page = open_page(width, height, color_scheme=scheme)
    page.goto(f"{study.url}/desk/")
    found = {"door": troubles(page)}
    page.get_by_label("Password").fill("nonsense")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("That is not the password of the desk.")
    found["wrong"] = troubles(page)
    enter(page, study)

    for path in (
        "",
        "contact",
        "state/closed",
        "preview/",
        "preview/consent",
        "preview/practice",
        "nothing",
    ):
        page.goto(desk_of(study, path))
        if path == "preview/practice":
            panel(page, "practice").wait_for()
        found[path] = troubles(page)
    page.goto(f"{study.url}/desk/")
    found["list"] = troubles(page)

    assert {name: told for name, told in found.items() if told} == {}


def test_the_keyboard_alone_leads_in_and_closes_the_study(study: LiveStudy, page: Page):
    page.goto(desk_of(study))
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Close the study").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/state/closed")
    page.get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")

    said = f"{STUDY_ID}: closed. Nobody new can take part, for good."
    expect(page.get_by_role("status").first).to_have_text(said)
    with study.app.app_context():
        assert find_study(db.session()).state == "closed"


def test_the_real_presenter_plays_the_pairs_and_nothing_is_stored(study: LiveStudy, page: Page):
    enter(page, study)
    page.evaluate("([key, value]) => localStorage.setItem(key, value)", [OUTBOX, UNSENT])
    page.goto(desk_of(study, "preview/practice"))
    go_on(page, "practice")
    for number in (1, 2):
        await_question(page, number)
        assert page.evaluate(COLOURS_WITH_A_HUE) == []
        press(page, "left")
        next_pair(page)

    page.wait_for_url("**/preview/test")
    go_on(page, "main")
    await_question(page, 1)
    press(page, "right")
    await_question(page, 2)

    with study.app.app_context():
        for table in (StudySession, FlowCount):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(table)) == 0
    # What somebody who takes part in this browser could not send yet, is still there to be sent.
    assert page.evaluate("(key) => localStorage.getItem(key)", OUTBOX) == UNSENT


def test_the_break_can_be_seen_without_playing_up_to_it(study: LiveStudy, page: Page):
    enter(page, study)
    page.goto(desk_of(study, "preview/break"))

    go_on(page, "break")

    await_question(page, 4)


def test_buttons_of_a_preview_do_nothing_and_its_bar_leads_through_the_pages(
    study: LiveStudy, page: Page
):
    enter(page, study)
    page.goto(desk_of(study, "preview/consent"))
    sent = asked_by_pages(page)

    page.get_by_role("button", name="I agree", exact=True).click()
    page.get_by_role("button", name="I do not agree").press("Enter")
    assert sent == []
    assert path_of(page) == f"/desk/{STUDY_ID}/preview/consent"

    bar = page.get_by_role("complementary", name="Preview")
    bar.get_by_role("link", name="Next").click()
    page.wait_for_url("**/preview/declined")
    bar.get_by_role("link", name="All pages").click()
    page.wait_for_url("**/preview/")
