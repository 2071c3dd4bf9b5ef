"""A study goes from state to state, or stays as it was."""

import shutil

import pytest

from study_app import study_moves
from study_app.catalog import find_study
from study_app.errors import SetChanged, WrongState
from study_app.extensions import db
from tests.study_app import factories


@pytest.fixture
def draft(request, set_folder):
    """A study that has just been stored."""
    request.getfixturevalue("context")
    return factories.create_study(factories.study_text(), set_folder).study


def move(study, *states):
    for to in states:
        study_moves.move_study(db.session(), study, to, factories.NOW)


def test_a_study_goes_from_draft_to_open_to_closed(draft):
    with pytest.raises(WrongState, match="is draft and cannot become closed"):
        study_moves.close_study(db.session(), draft, factories.NOW)
    study_moves.open_study(db.session(), draft, None, factories.NOW)
    assert (draft.state, draft.opened_at) == ("open", factories.NOW)
    study_moves.close_study(db.session(), draft, factories.NOW)
    assert (draft.state, draft.closed_at) == ("closed", factories.NOW)
    with pytest.raises(WrongState, match="is closed for good and cannot become open"):
        study_moves.open_study(db.session(), draft, None, factories.NOW)


def test_a_study_goes_by_preview_and_pilot_as_often_as_is_needed(draft):
    move(draft, "preview", "draft", "preview", "pilot", "preview", "pilot")

    assert (draft.state, draft.opened_at, draft.closed_at) == ("pilot", None, None)
    move(draft, "open")
    assert draft.opened_at == factories.NOW


def test_the_state_that_a_study_is_in_changes_nothing(draft):
    move(draft, "open")
    opened_at = draft.opened_at

    study_moves.open_study(db.session(), draft, "new@example.org", factories.NOW.replace(year=2030))

    assert (draft.opened_at, draft.contact) == (opened_at, "new@example.org")


def test_a_move_that_is_refused_leaves_the_study_as_it_was(draft):
    with pytest.raises(WrongState):
        study_moves.move_study(
            db.session(), draft, "closed", factories.NOW, contact="new@example.org"
        )

    db.session.expire_all()
    assert (draft.state, draft.contact) == ("draft", "lab@example.org")


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("to", ["preview", "pilot", "open"])
def test_no_picture_is_shown_of_a_set_that_is_gone(own_set, to):
    study = factories.create_study(factories.study_text(), own_set).study
    shutil.rmtree(own_set)

    with pytest.raises(SetChanged, match="no longer at"):
        move(study, to)
    assert study.state == "draft"


@pytest.mark.usefixtures("context")
def test_a_preview_needs_no_contact_and_a_pilot_does(set_folder):
    study = factories.create_study(factories.study_text(contact=""), set_folder).study

    move(study, "preview")
    with pytest.raises(WrongState, match="no contact"):
        move(study, "pilot")
    assert study.state == "preview"


@pytest.mark.usefixtures("context")
def test_a_study_without_a_contact_is_not_opened_until_one_is_given(set_folder):
    study = factories.create_study(factories.study_text(contact=""), set_folder).study

    with pytest.raises(WrongState, match="no contact"):
        study_moves.open_study(db.session(), study, None, factories.NOW)
    assert study.state == "draft"
    study_moves.open_study(db.session(), study, "lab@example.org", factories.NOW)
    assert (study.state, study.contact) == ("open", "lab@example.org")


@pytest.mark.parametrize("state", ["draft", "open"])
def test_a_contact_is_corrected_while_nobody_has_consented(draft, state):
    move(draft, *([state] if state != "draft" else []))

    study_moves.change_contact(db.session(), draft, "new@example.org")

    db.session.expire_all()
    assert (draft.state, draft.contact) == (state, "new@example.org")


def test_a_contact_that_people_have_consented_with_stays(open_app):
    """Also where the command gives it with a move; the same again is no change."""
    factories.Browser(open_app).consent()

    with open_app.app_context():
        study = find_study(db.session(), "colours")
        with pytest.raises(WrongState, match="because people have consented with it"):
            study_moves.change_contact(db.session(), study, "new@example.org")
        with pytest.raises(WrongState, match="because people have consented with it"):
            study_moves.open_study(db.session(), study, "new@example.org", factories.NOW)
        study_moves.open_study(db.session(), study, "lab@example.org", factories.NOW)
        assert study.contact == "lab@example.org"
        assert study_moves.contact_is_fixed(db.session(), study)
