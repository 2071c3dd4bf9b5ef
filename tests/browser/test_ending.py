"""After the last pair: questions by keyboard, the debrief's pictures, withdrawal with deletion."""

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from study_app.extensions import db
from study_app.models import Erasure, Participant, QuestionAnswer, Response, Trial
from tests.browser.conftest import PageMaker, StudyMaker
from tests.browser.live_study import LiveStudy
from tests.browser.page_checks import axe_violations
from tests.browser.participant import agree, await_question, begin, panel, press
from tests.browser.quick_answers import answer_all

pytestmark = pytest.mark.browser

ALL_QUESTIONS = ("standard = []", 'standard = ["display", "night-mode", "strategy", "trouble"]')
WIDTH = "(e) => e.naturalWidth"
LEAVE_AN_ANSWER = """() => localStorage.setItem(
  "colorization-turing-test:outbox", '[{"trial_key": "k", "body": {"response_key": "r"}}]')"""
SCROLLS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def _answers(study: LiveStudy) -> dict[str, str]:
    with study.app.app_context():
        rows = db.session.execute(sa.select(QuestionAnswer.question_id, QuestionAnswer.answer))
        return {name: answer for name, answer in rows}


def _count(study: LiveStudy, table: type) -> int:
    with study.app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


@pytest.fixture
def asking(make_study: StudyMaker) -> LiveStudy:
    return make_study(lambda text: text.replace(*ALL_QUESTIONS), n_practice=1, n_main=2)


def test_the_questions_are_answered_by_keyboard(asking: LiveStudy, open_page: PageMaker):
    page = open_page(320, 600)
    agree(page, asking)
    answer_all(page, asking)
    page.goto(f"{asking.url}/trials")
    page.wait_for_url("**/questions")
    assert not page.evaluate(SCROLLS)

    page.keyboard.press("Tab")  # the choice that stands: to pass over
    expect(page.locator('input[name="answer-display"]:focus')).to_have_value("")
    page.keyboard.press("ArrowDown")  # round to the first
    page.keyboard.press("Tab")  # passed over
    page.keyboard.press("Tab")
    page.keyboard.type("The sky.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("A bus.")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Store and go on")).to_be_focused()
    page.keyboard.press("Enter")

    page.wait_for_url("**/debrief")
    assert _answers(asking) == {"display": "phone", "strategy": "The sky.", "trouble": "A bus."}
    expect(page.get_by_role("heading", level=1)).to_have_text("All 3 answers are stored.")


def test_what_was_typed_stays_when_an_answer_is_too_long(asking: LiveStudy, page: Page):
    agree(page, asking)
    answer_all(page, asking)
    page.goto(f"{asking.url}/questions")
    page.get_by_label("A laptop").check()
    strategy = page.get_by_label("What did you go by when you chose?")
    strategy.fill("x" * 2001)

    page.get_by_role("button", name="Store and go on").click()

    expect(page.get_by_role("alert")).to_contain_text("All that you typed is still there.")
    expect(page.get_by_label("A laptop")).to_be_checked()
    expect(strategy).to_have_value("x" * 2001)
    expect(strategy).to_have_accessible_description(
        "For example certain things or colours that you looked at."
        " This is longer than 2000 characters; please shorten it."
    )
    assert _answers(asking) == {}


def test_what_was_typed_stays_in_another_language(make_study: StudyMaker, page: Page):
    def in_two_languages(text: str) -> str:
        text = text.replace(*ALL_QUESTIONS).replace('["en"]', '["en", "de"]')
        return text + '[wording.de]\nconsent = "Ja."\n'

    study = make_study(in_two_languages, n_practice=1, n_main=2)
    agree(page, study)
    answer_all(page, study)
    page.goto(f"{study.url}/questions")
    page.get_by_label("A laptop").check()
    page.get_by_label("What did you go by when you chose?").fill("The sky.")

    page.get_by_role("link", name="Deutsch").click()

    expect(page.locator('input[name="answer-display"][value="laptop"]')).to_be_checked()
    expect(page.locator('textarea[name="answer-strategy"]')).to_have_value("The sky.")
    assert page.evaluate("sessionStorage.length") == 0
    page.get_by_role("button").last.click()
    page.wait_for_url("**/debrief")
    assert _answers(study) == {"display": "laptop", "strategy": "The sky."}


def test_the_pictures_of_all_pairs_load_when_they_are_asked_for(study: LiveStudy, page: Page):
    asked_for: list[str] = []
    agree(page, study)
    answer_all(page, study)
    page.on("request", lambda request: asked_for.append(request.url))
    page.goto(f"{study.url}/debrief")
    page.wait_for_load_state("networkidle")
    n_before = len({url for url in asked_for if "/images/" in url})

    page.get_by_text("Show all 6 pairs of the test").click()
    pictures = page.locator(".all-pairs img")
    pictures.last.scroll_into_view_if_needed()

    assert pictures.count() == 12
    expect(pictures.last).to_be_visible()
    page.wait_for_function("() => [...document.querySelectorAll('.all-pairs img')].at(-1).complete")
    assert pictures.last.evaluate(WIDTH) == 256
    assert n_before < 12
    assert page.locator(".all-pairs li").first.inner_text().split("\n") == [
        "original",
        "false colours",
    ]


def test_a_participant_withdraws_and_has_all_deleted(study: LiveStudy, page: Page):
    agree(page, study)
    answer_all(page, study)
    page.goto(f"{study.url}/debrief")
    code = page.locator(".code").inner_text()
    page.evaluate(LEAVE_AN_ANSWER)

    page.get_by_role("link", name="withdraw").click()
    page.get_by_role("button", name="Withdraw and delete my answers").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("You have withdrawn")
    with study.app.app_context():
        receipt = db.session.scalars(sa.select(Erasure.receipt)).one()
    expect(page.locator(".code")).to_have_text([receipt, code])
    assert axe_violations(page) == []
    assert [_count(study, table) for table in (Participant, Trial, Response)] == [0, 0, 0]
    assert page.evaluate("Object.values(localStorage)") == ["[]"]
    page.goto(f"{study.url}/debrief")
    expect(page.get_by_role("link", name="Go to the start")).to_be_visible()


def test_pairs_open_in_another_window_do_not_promise_answers_that_were_deleted(
    study: LiveStudy, page: Page
):
    begin(page, study)
    await_question(page, 1)
    other = page.context.new_page()
    other.goto(f"{study.url}/withdraw")
    other.get_by_role("button", name="Withdraw and delete my answers").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("You have withdrawn")

    page.bring_to_front()
    press(page, "left")

    stopped = panel(page, "stopped")
    expect(stopped).to_contain_text("in no study at the moment")
    expect(stopped).not_to_contain_text("not lost")
    stopped.get_by_role("link", name="Load this page again").click()
    expect(page.get_by_role("link", name="Go to the start")).to_be_visible()
