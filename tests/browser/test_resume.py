"""Reloads, lost connections and second tabs lose nothing and repeat nothing."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import StudyMaker
from tests.browser.live_study import SHORT, LiveStudy, StoredTrial, serve_study
from tests.browser.participant import (
    FEEDBACK,
    await_question,
    begin,
    go_on,
    next_pair,
    panel,
    practise,
    press,
)
from tests.browser.stimulus_set import write_stimulus_set

pytestmark = pytest.mark.browser

RESPONSES = re.compile(r"/api/trials/[^/]+/response\?")
IMAGES = re.compile(r"/images/")
OFFLINE = "[data-offline]:visible"
WAITING = "[data-waiting]:visible"
PICTURE_IS_SHOWN = """() => [...document.querySelectorAll("canvas")].some((canvas) =>
  canvas.getContext("2d").getImageData(9, 9, 1, 1).data[3] > 0)"""


def _start_the_test(page: Page, study: LiveStudy) -> None:
    begin(page, study)
    practise(page, 2)
    go_on(page, "main")
    await_question(page, 1)


def _n_starts(study: LiveStudy) -> list[int]:
    return [row.trial["n_started"] for row in study.trials()]


def _check_nothing_was_seen_twice(
    study: LiveStudy, n_places: int, interrupted: list[int] | None = None
) -> list[StoredTrial]:
    """Every place has one answer, and no pair was shown more than once; gives the trials."""
    rows = study.trials()
    answered = [row for row in rows if row.response]
    cut_off = [row for row in rows if not row.response]
    assert sorted(row.trial["place"] for row in answered) == list(range(n_places))
    if interrupted is not None:
        assert [row.trial["place"] for row in cut_off] == interrupted
    assert all(row.trial["interrupted_at"] for row in cut_off)
    assert set(_n_starts(study)) == {1}
    assert len({row.pair["photo_id"] for row in rows}) == len(rows)
    return rows


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
    _check_nothing_was_seen_twice(study, n_places=8, interrupted=[3])
    assert [r["chosen_side"] for r in study.answered()[2:]].count("left") == 1


def test_a_reload_while_a_picture_is_shown_gives_another_photo_at_the_same_number(
    make_study: StudyMaker, page: Page
):
    study = make_study(n_practice=1, n_main=2, display_ms=1000, break_after=False)
    begin(page, study)
    page.wait_for_function(PICTURE_IS_SHOWN)

    page.reload()

    go_on(page, "practice")
    await_question(page, 1)
    press(page, "left")
    next_pair(page)
    go_on(page, "main")
    page.wait_for_function(PICTURE_IS_SHOWN)
    page.reload()
    go_on(page, "main")
    for number in (1, 2):
        await_question(page, number)
        press(page, "right")
    page.wait_for_url("**/debrief")
    _check_nothing_was_seen_twice(study, n_places=3, interrupted=[0, 1])


def test_a_reload_before_anything_was_shown_costs_no_photo(study: LiveStudy, page: Page):
    begin(page, study)
    await_question(page, 1)
    press(page, "left")
    page.wait_for_selector(FEEDBACK)  # the next pair is fetched meanwhile

    page.reload()

    go_on(page, "resume")
    await_question(page, 2)
    press(page, "left")
    next_pair(page)
    rows = study.trials()
    assert len(rows) == 8
    assert (rows[1].trial["n_issued"], rows[1].trial["n_started"]) == (2, 1)


def test_without_a_spare_photo_the_same_pair_comes_again_and_is_marked(tmp_path: Path, page: Page):
    write_stimulus_set(tmp_path / "set", n_photos=3)
    protocol = SHORT | {"n_practice": 1, "n_main": 2, "break_after": False}
    with serve_study(tmp_path / "instance", tmp_path / "set", protocol) as study:
        begin(page, study)
        await_question(page, 1)
        page.reload()
        go_on(page, "practice")
        await_question(page, 1)
        press(page, "left")
        next_pair(page)

        rows = study.trials()
        assert len(rows) == 3
        assert rows[0].trial["n_started"] == 2
        assert rows[0].response
        assert rows[0].response["exposure_valid"] is False


def test_the_invitation_leads_back_to_where_the_participant_was(study: LiveStudy, page: Page):
    _start_the_test(page, study)

    page.goto(study.invitation_url)
    page.get_by_role("link", name="Go on where I was").click()

    page.wait_for_url("**/trials")
    expect(panel(page, "main")).to_be_visible()
    assert {row.trial["place"] for row in study.trials()} == set(range(8))


def test_a_pair_waits_for_the_connection_and_not_the_participant_for_nothing(
    study: LiveStudy, page: Page
):
    """The pair is here already when the connection goes: it is shown when the server knows."""
    begin(page, study)
    await_question(page, 1)
    press(page, "left")
    page.wait_for_selector(FEEDBACK)
    page.wait_for_timeout(300)  # the next pair is fetched
    page.context.set_offline(True)

    page.get_by_role("button", name="Next pair").click()

    expect(page.locator(WAITING)).to_contain_text("Nothing is lost")
    assert not page.evaluate(PICTURE_IS_SHOWN)
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    await_question(page, 2)
    expect(page.locator("[data-waiting]")).to_be_hidden()
    press(page, "left")
    next_pair(page)
    late = study.answered()[1]
    assert min(late["left_onset_ms"], late["right_onset_ms"]) > 1500
    assert _n_starts(study)[:2] == [1, 1]


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


def test_a_second_window_asks_before_it_takes_the_study_over(study: LiveStudy, page: Page):
    _start_the_test(page, study)
    second = page.context.new_page()
    second.goto(f"{study.url}/trials")
    expect(panel(second, "elsewhere")).to_contain_text("open in another window")
    assert len(study.trials()) == 8  # nothing was asked for yet

    go_on(second, "elsewhere")

    expect(panel(page, "elsewhere")).to_contain_text("It goes on there")
    go_on(second, "main")
    _finish(second, first=1)
    _check_nothing_was_seen_twice(study, n_places=8, interrupted=[2])


def test_two_windows_without_locks_repeat_no_pair(study: LiveStudy, page: Page):
    """Browsers have locks only where the study is served by https; the server decides."""
    page.context.add_init_script("Object.defineProperty(navigator, 'locks', { value: undefined })")
    _start_the_test(page, study)
    second = page.context.new_page()
    second.goto(f"{study.url}/trials")
    go_on(second, "main")
    await_question(second, 1)

    page.bring_to_front()
    press(page, "left")  # too late: the second window goes on with another pair
    expect(panel(page, "elsewhere")).to_contain_text("It goes on there")
    second.bring_to_front()
    press(second, "right")

    await_question(second, 2)
    _finish(second, first=2)
    rows = _check_nothing_was_seen_twice(study, n_places=8)
    assert [row.response["chosen_side"] for row in rows if row.response][2:] == ["right"] * 6


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
    second.get_by_role("button", name="Withdraw", exact=True).click()
    expect(second.get_by_role("heading", level=1)).to_have_text("You have withdrawn")

    press(page, "left")

    expect(panel(page, "stopped")).to_contain_text("You have withdrawn from this study")
    assert len(study.answered()) == 2
    assert study.study_session()["state"] == "withdrawn"
