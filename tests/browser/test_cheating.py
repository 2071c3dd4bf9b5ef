"""A participant who opens the browser's console and forges requests gets nothing for it."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.live_study import LiveStudy
from tests.browser.participant import FEEDBACK, await_question, begin, press
from tests.browser.quick_answers import BODY

pytestmark = pytest.mark.browser

# What anybody can type into the console of the page of the pairs.
ASK = """async ([method, path, body]) => {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const headers = { "X-CSRFToken": token, "Content-Type": "application/json" };
  const reply = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  return { status: reply.status, text: await reply.text() };
}"""


def forged(side: str) -> dict[str, Any]:
    """An answer as the page would send it, without having looked."""
    return BODY | {
        "response_key": f"00000000-0000-4000-8000-00000000000{('left', 'right').index(side)}",
        "chosen_side": side,
        "response_ms": 1,
    }


def test_the_console_gives_no_truth_no_second_answer_and_no_short_cut(study: LiveStudy, page: Page):
    def ask(method: str, path: str, body: Any = None) -> dict[str, Any]:
        return dict(page.evaluate(ASK, [method, path, body]))

    begin(page, study)
    await_question(page, 1)
    first, second, *later = [row.trial for row in study.trials()]
    press(page, "left")
    page.wait_for_selector(FEEDBACK)

    # a second answer, now that the truth was told
    assert (
        ask("POST", f"/api/trials/{first['trial_key']}/response", forged("right"))["status"] == 409
    )
    # pairs that are not their turn: to be answered, started or looked at
    for trial in later:
        assert (
            ask("POST", f"/api/trials/{trial['trial_key']}/response", forged("left"))["status"]
            == 409
        )
        assert ask("GET", f"/images/{trial['left_token']}")["status"] == 404
    # somebody else's, or nobody's
    assert ask("POST", "/api/trials/guessed/response", forged("left"))["status"] == 404
    # the truth and the code before the end
    told = ask("GET", "/api/trials/next")["text"]
    assert not any(word in told for word in ("real", "fake", "condition", "vigilance"))
    assert "completion" not in ask("GET", "/debrief")["text"]

    responses = study.answered()
    assert [response["chosen_side"] for response in responses] == ["left"]
    assert study.study_session()["completion_code"] is None
    assert second["trial_key"] in told
