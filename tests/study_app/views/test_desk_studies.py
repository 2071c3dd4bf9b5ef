import pytest

from study_app.catalog import find_study
from study_app.extensions import db
from study_app.study_moves import move_study
from tests.study_app import factories
from tests.study_app.desk_logins import researcher


@pytest.fixture
def desk(open_app):
    """A researcher's browser; ``colours`` is open, ``noise`` a draft."""
    return researcher(open_app)


def test_all_studies_are_listed_with_their_state_and_how_far_they_are(desk):
    listed = desk.get("/desk/")

    assert listed.status_code == 200
    for said in ("/desk/colours/", "/desk/noise/", ">open<", ">draft<", "full 0 of 3"):
        assert said in listed.text


def test_a_pilot_that_is_over_is_told_of_in_the_list(desk, open_app):
    for to in ("pilot", "open"):
        with open_app.app_context():
            move_study(db.session(), find_study(db.session(), "noise"), to, factories.NOW)
        if to == "pilot":
            assert factories.Browser(open_app).consent("noise").status_code == 302

    listed = desk.get("/desk/").text

    assert "full 0 of 3. Pilot, kept apart: 0 finished of 1 who began" in listed


def test_a_desk_without_studies_says_how_to_make_one(app):
    assert "study-app create" in researcher(app).get("/desk/").text


def test_a_study_has_a_page(desk):
    assert "colours" in desk.get("/desk/colours/").text


def test_a_study_that_is_not_there_is_said_in_a_sentence(desk):
    answer = desk.get("/desk/nothing/")

    assert answer.status_code == 404
    assert "There is no study" in answer.text
