"""Whom participants write to is corrected until somebody has consented with it."""

import pytest

from study_app.catalog import find_study
from study_app.extensions import db
from study_app.study_moves import move_study
from tests.study_app.desk_logins import researcher
from tests.study_app.factories import NOW, Browser

NEW = "new@example.org"


@pytest.fixture
def desk(open_app):
    """A researcher's browser; ``colours`` is open, ``noise`` a draft."""
    return researcher(open_app)


def test_the_contact_of_a_draft_is_corrected_and_shown_to_participants(desk):
    assert "lab@example.org" in desk.get("/desk/noise/contact").text

    answer = desk.post_form("/desk/noise/contact", contact=f"  {NEW} ")

    assert answer.location == "/desk/noise/"
    page = desk.get("/desk/noise/").text
    assert f"Participants write to {NEW}." in page
    assert "/desk/noise/contact" in page
    desk.post_form("/desk/noise/state", seen="draft", to="open", confirmed="yes")
    assert NEW in desk.get("/study/noise").text


def test_a_pilot_does_not_fix_the_contact(desk, open_app):
    with open_app.app_context():
        move_study(db.session(), find_study(db.session(), "noise"), "pilot", NOW)
    Browser(open_app).consent("noise")

    assert desk.post_form("/desk/noise/contact", contact=NEW).status_code == 302
    assert NEW in desk.get("/desk/noise/").text


def test_once_somebody_has_consented_it_stays_and_the_page_says_why(desk, open_app):
    Browser(open_app).consent()

    page = desk.get("/desk/colours/contact")
    answer = desk.post_form("/desk/colours/contact", contact=NEW)

    assert "People have consented with this contact" in page.text
    assert 'name="contact"' not in page.text
    assert answer.status_code == 409
    assert "stays lab@example.org, because people have consented with it" in answer.text
    assert NEW not in desk.get("/desk/colours/").text


def test_no_contact_at_all_is_refused(desk):
    answer = desk.post_form("/desk/noise/contact", contact="  ")

    assert answer.status_code == 409
    assert "nothing was given" in answer.text
    assert "lab@example.org" in desk.get("/desk/noise/").text


def test_a_form_without_its_token_changes_nothing(desk):
    assert desk.client.post("/desk/noise/contact", data={"contact": NEW}).status_code == 400
    assert NEW not in desk.get("/desk/noise/").text
