"""Reloads, lost connections and second tabs lose nothing and repeat nothing."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.live_study import LiveStudy
from tests.browser.participant import (
    await_question,
    begin,
    go_on,
    next_pair,
    panel,
    practise,
    press,
)

pytestmark = pytest.mark.browser

RESPONSES = re.compile(r"/api/trials/[^/]+/response$")
IMAGES = re.compile(r"/images/")
OFFLINE = "[data-offline]:visible"


def _start_the_test(page: Page, study: LiveStudy) -> None:
    begin(page, study)
    practise(page, 2)
    go_on(page, "main")
    await_question(page, 1)


def _finish(page: Page, first: int, n_main: int = 6) -> None:
    for number in range(first, n_main + 1):
        if number == n_main // 2 + 1:
            go_on(page, "break")
        await_question(page, number)
        press(page, "right")
    page.wait_for_url("**/debrief")


def test_a_reload_goes_on_with_the_next_pair(study: LiveStudy, page: Page):
    _start_the_test(page, study)
    press(page, "left")
    await_question(page, 2)

    page.reload()

    expect(panel(page, "resume")).to_contain_text("Pair 2 comes next")
    go_on(page, "resume")
    _finish(page, first=2)
    rows = study.trials()
    assert [row.response["chosen_side"] for row in rows[2:]] == ["left"] + ["right"] * 5
    # the pair that was on the screen when the page was reloaded may have been seen twice
    assert [row.trial["n_issued"] for row in rows] == [1, 1, 1, 2, 1, 1, 1, 1]
    assert rows[3].response["exposure_valid"] is False


def test_the_invitation_leads_back_to_where_the_participant_was(study: LiveStudy, page: Page):
    _start_the_test(page, study)

    page.goto(study.invitation_url)
    page.get_by_role("link", name="Continue").click()

    page.wait_for_url("**/trials")
    expect(panel(page, "main")).to_be_visible()
    assert len(study.trials()) == 8


def test_an_answer_given_offline_is_sent_when_the_connection_is_back(study: LiveStudy, page: Page):
    _start_the_test(page, study)

    page.context.set_offline(True)
    press(page, "left")
    expect(page.locator(OFFLINE)).to_contain_text("Nothing is lost")
    assert len(study.answered()) == 2
    page.context.set_offline(False)

    _finish(page, first=2)
    assert page.url.endswith("/debrief")
    assert [r["chosen_side"] for r in study.answered()[2:]] == ["left"] + ["right"] * 5


def test_an_answer_given_offline_survives_a_closed_page(study: LiveStudy, page: Page):
    _start_the_test(page, study)
    page.context.set_offline(True)
    press(page, "left")
    expect(page.locator(OFFLINE)).to_be_visible()

    page.close()
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(f"{study.url}/trials")

    expect(panel(again, "resume")).to_contain_text("Pair 2 comes next")
    assert [r["chosen_side"] for r in study.answered()[2:]] == ["left"]


def test_an_answer_whose_acknowledgement_is_lost_is_stored_once(study: LiveStudy, page: Page):
    _start_the_test(page, study)
    sent: list[str | None] = []

    def lose_the_reply(route: Route) -> None:
        sent.append(route.request.post_data)
        if len(sent) == 1:
            route.fetch()  # the server has it; the browser hears nothing
            route.abort()
        else:
            route.continue_()

    page.route(RESPONSES, lose_the_reply)
    press(page, "left")

    await_question(page, 2)
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert [r["chosen_side"] for r in study.answered()[2:]] == ["left"]


def test_a_server_that_stumbles_is_asked_again(study: LiveStudy, page: Page):
    _start_the_test(page, study)
    page.route(RESPONSES, lambda route: route.fulfill(status=503, body="busy"), times=2)

    press(page, "left")

    await_question(page, 2)
    assert [r["chosen_side"] for r in study.answered()[2:]] == ["left"]


def test_a_second_tab_repeats_no_pair(study: LiveStudy, page: Page):
    _start_the_test(page, study)
    second = page.context.new_page()
    second.goto(f"{study.url}/trials")
    go_on(second, "main")
    await_question(second, 1)

    page.bring_to_front()
    press(page, "left")
    await_question(page, 2)
    second.bring_to_front()
    press(second, "right")  # too late: the first tab was quicker

    await_question(second, 2)
    assert [r["chosen_side"] for r in study.answered()[2:]] == ["left"]


def test_pictures_that_cannot_be_loaded_are_offered_again(study: LiveStudy, page: Page):
    _start_the_test(page, study)
    page.route(IMAGES, lambda route: route.abort())
    press(page, "left")
    expect(panel(page, "trouble")).to_contain_text("Nothing is lost")

    page.unroute(IMAGES)
    go_on(page, "trouble")

    await_question(page, 2)
    assert study.trials()[3].trial["n_issued"] == 1


def test_a_form_token_that_is_too_old_is_renewed(study: LiveStudy, page: Page):
    begin(page, study)

    def age_the_token(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(
            response=reply, body=re.sub(r'(csrf-token" content=")', r"\1old", reply.text())
        )

    page.route("**/trials", age_the_token, times=1)
    page.reload()
    go_on(page, "practice")
    await_question(page, 1)
    press(page, "left")

    next_pair(page)
    assert len(study.answered()) == 1


def test_who_withdraws_in_another_tab_is_told_so(study: LiveStudy, page: Page):
    _start_the_test(page, study)
    second = page.context.new_page()
    second.goto(f"{study.url}/withdraw")
    second.get_by_role("button", name="Withdraw").click()
    expect(second.get_by_role("heading", level=1)).to_have_text("You have withdrawn")

    press(page, "left")

    expect(panel(page, "stopped")).to_contain_text("You have withdrawn from this study")
    assert len(study.answered()) == 2
    assert study.study_session()["state"] == "withdrawn"
