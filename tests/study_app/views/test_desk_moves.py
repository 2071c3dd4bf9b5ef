"""The buttons between states, and every way in which they are refused."""

import shutil

import pytest

from study_app.catalog import find_study
from study_app.extensions import db
from study_app.study_moves import move_study
from tests.study_app import factories
from tests.study_app.desk_logins import researcher

STATE = "/desk/noise/state"


@pytest.fixture
def desk(open_app):
    """A researcher's browser; ``colours`` is open, ``noise`` a draft."""
    return researcher(open_app)


def state_of(app, code="noise"):
    with app.app_context():
        return find_study(db.session(), code).state


def test_a_study_goes_all_the_way_by_its_buttons(desk, open_app):
    way = ("preview", "draft", "preview", "pilot", "preview", "pilot", "open", "closed")
    seen = "draft"
    for to in way:
        assert f'value="{to}"' in desk.get("/desk/noise/").text or f"{STATE}/{to}" in (
            desk.get("/desk/noise/").text
        )
        moved = desk.post_form(STATE, seen=seen, to=to, confirmed="yes")
        assert moved.headers["Location"] == "/desk/noise/"
        assert state_of(open_app) == to
        seen = to
    assert STATE not in desk.get("/desk/noise/").text


def test_after_a_move_the_new_state_is_said(desk):
    desk.post_form(STATE, seen="draft", to="preview")

    page = desk.get("/desk/noise/").text
    assert "noise: preview. Whoever has the link to the preview can look at its pages" in page


@pytest.mark.parametrize("to", ["open", "closed"])
def test_a_move_without_a_way_back_is_asked_for_once_more(desk, open_app, to):
    study, seen = ("noise", "draft") if to == "open" else ("colours", "open")
    assert "no way back" in desk.get(f"/desk/{study}/state/{to}").text

    answer = desk.post_form(f"/desk/{study}/state", seen=seen, to=to)

    assert answer.status_code == 422
    assert "Please confirm" in answer.text
    assert state_of(open_app, study) == seen


@pytest.mark.parametrize(
    ("seen", "to"),
    [("draft", "closed"), ("draft", "draft"), ("draft", ""), ("", "open"), ("x", "y")],
)
def test_a_move_that_there_is_not_is_no_page(desk, open_app, seen, to):
    assert desk.post_form(STATE, seen=seen, to=to, confirmed="yes").status_code == 404
    assert state_of(open_app) == "draft"


def test_nobody_is_asked_for_a_state_that_there_is_not(desk):
    assert desk.get(f"{STATE}/nonsense").status_code == 404


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("draft", "noise is draft already."),
        ("closed", "noise is draft and cannot become closed; what can follow is preview"),
    ],
)
def test_who_goes_back_to_a_question_that_is_settled_is_told_what_is_so(desk, to, said):
    answer = desk.get(f"{STATE}/{to}")

    assert answer.location == "/desk/noise/"
    assert said in desk.get("/desk/noise/").text


def test_who_goes_back_to_the_address_of_the_form_stands_before_the_form(desk):
    assert desk.get(STATE).location == "/desk/noise/#state"


def test_a_page_that_is_out_of_date_moves_nothing(desk, open_app):
    """It showed a draft; meanwhile somebody opened the study."""
    with open_app.app_context():
        move_study(db.session(), find_study(db.session(), "noise"), "open", factories.NOW)

    answer = desk.post_form(STATE, seen="draft", to="preview")

    assert answer.status_code == 409
    assert "Study noise is open by now, not draft any more." in answer.text
    assert state_of(open_app) == "open"


def test_a_study_without_a_contact_asks_for_it_and_keeps_it(open_app, set_folder):
    with open_app.app_context():
        factories.create_study(factories.study_text(id="silent", contact=""), set_folder)
    desk = researcher(open_app)
    assert 'name="contact"' in desk.get("/desk/silent/state/pilot").text

    refused = desk.post_form("/desk/silent/state", seen="draft", to="pilot", contact=" ")
    assert refused.status_code == 409
    assert "no contact that participants can write to" in refused.text
    assert state_of(open_app, "silent") == "draft"

    desk.post_form("/desk/silent/state", seen="draft", to="pilot", contact="lab@example.org")
    assert state_of(open_app, "silent") == "pilot"
    assert "lab@example.org" in desk.get("/study/silent").text


def test_a_set_that_is_gone_holds_the_opening_up_and_is_named(open_app, tmp_path):
    factories.build_set(tmp_path / "other", 60, factories.CONDITIONS)
    with open_app.app_context():
        factories.create_study(factories.study_text(id="moved"), tmp_path / "other")
    shutil.rmtree(tmp_path / "other")
    desk = researcher(open_app)

    answer = desk.post_form("/desk/moved/state", seen="draft", to="open", confirmed="yes")

    assert answer.status_code == 409
    assert f"no longer at {tmp_path / 'other'}" in answer.text
    assert state_of(open_app, "moved") == "draft"


def test_no_move_is_made_without_the_forms_token(desk, open_app):
    answer = desk.client.post(STATE, data={"seen": "draft", "to": "preview"})

    assert answer.status_code == 400
    assert state_of(open_app) == "draft"


def test_no_move_is_made_after_the_login(desk, open_app):
    desk.post_form("/desk/logout")
    desk.get("/desk/login")

    assert desk.post_form(STATE, seen="draft", to="preview").status_code == 401
    assert state_of(open_app) == "draft"
