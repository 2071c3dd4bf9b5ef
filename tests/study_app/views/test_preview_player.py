"""The pairs of a preview, asked for and answered as the presenter does."""

import pytest

from tests.study_app import factories
from tests.study_app.desk_logins import researcher
from tests.study_app.views.previews import create, play


@pytest.fixture
def desk(open_app, set_folder):
    """A researcher's browser and the draft ``seen``."""
    create(open_app, set_folder)
    return researcher(open_app)


def test_practice_tells_what_was_right_and_the_test_does_not(desk):
    practice, to_test = play(desk, "practice")
    test, _ = play(desk, "test")

    assert [trial["block"] for trial, _ in practice] == ["practice"] * 2
    for _, answer in practice:
        real_side = answer["feedback"]["real_side"]
        assert answer["feedback"]["correct"] == (real_side != "left")
    assert {answer["feedback"] for _, answer in test} == {None}
    assert [trial["number"] for trial, _ in test] == [1, 2, 3]
    assert to_test == "/desk/seen/preview/test"


def test_the_break_comes_where_it_comes_in_the_study(desk):
    played, _ = play(desk, "break")

    assert [trial["break_before"] for trial, _ in played] == [True, False, False]
    assert played[0][0]["number"] == 5


def test_a_part_can_be_played_again(desk):
    assert len(play(desk, "practice")[0]) == len(play(desk, "practice")[0]) == 2


def test_an_answer_of_another_form_or_to_another_pair_is_refused(desk):
    desk.get("/desk/seen/preview/practice")
    base = "/desk/seen/preview/practice"

    assert desk.post_json(f"{base}/0/response", {"chosen_side": "up"}).status_code == 422
    assert desk.post_json(f"{base}/0/response", []).status_code == 422
    assert desk.post_json(f"{base}/99/response", factories.response_body()).status_code == 404
    assert desk.post_json(f"{base}/x/start", {"page_key": "x"}).status_code == 404
