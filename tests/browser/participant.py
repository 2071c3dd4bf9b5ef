"""What a participant does in the browser, step by step."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.live_study import LiveStudy

KEY_OF_SIDE = {"left": "f", "right": "j"}
QUESTION = '[data-stage][data-state="question"]:visible'
FEEDBACK = '[data-stage][data-state="feedback"]:visible'

# The question is drawn in one frame and answering is allowed from the next.
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def agree(page: Page, study: LiveStudy) -> None:
    """Come by the invitation and agree; ends on the instructions."""
    page.goto(study.invitation_url)
    page.get_by_role("link", name="Continue").click()
    page.get_by_role("button", name="I agree", exact=True).click()
    page.wait_for_url("**/instructions")


def begin(page: Page, study: LiveStudy) -> None:
    """Agree, read the instructions, and start the practice."""
    agree(page, study)
    page.get_by_role("link", name="Go to the practice pairs").click()
    go_on(page, "practice")


def panel(page: Page, name: str) -> Locator:
    return page.locator(f'[data-panel="{name}"]:visible')


def go_on(page: Page, name: str) -> None:
    """Press the button of a panel."""
    panel(page, name).get_by_role("button").click()


def await_question(page: Page, number: int) -> None:
    """Wait until the question of that pair of the block may be answered."""
    expect(page.locator("[data-block]:visible [data-number]")).to_have_text(str(number))
    page.wait_for_selector(QUESTION)
    page.evaluate(TWO_FRAMES)


def press(page: Page, side: str) -> None:
    """Answer by key that this side had the false colours."""
    page.keyboard.press(KEY_OF_SIDE[side])


def next_pair(page: Page) -> None:
    """Leave the feedback of a practice pair."""
    page.wait_for_selector(FEEDBACK)
    page.get_by_role("button", name="Next pair").click()


def practise(page: Page, n: int, side: str = "left") -> None:
    """Answer all practice pairs with the same side."""
    for number in range(1, n + 1):
        await_question(page, number)
        press(page, side)
        next_pair(page)
