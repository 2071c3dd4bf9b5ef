"""Who may look at a preview, and what its pages may do."""

import pytest

from study_app.catalog import find_study
from study_app.extensions import db
from study_app.study_moves import move_study
from tests.study_app import factories
from tests.study_app.desk_logins import researcher
from tests.study_app.factories import Browser
from tests.study_app.views.previews import create, everything_stored, look_at_all, play


@pytest.fixture
def desk(open_app, set_folder):
    """A researcher's browser and the draft ``seen``."""
    create(open_app, set_folder)
    return researcher(open_app)


def test_no_form_may_be_sent_whatever_a_page_says(desk):
    policy = desk.get("/desk/seen/preview/consent").headers["Content-Security-Policy"]

    assert "form-action 'none'" in policy
    assert "script-src 'self'" in policy


@pytest.mark.parametrize("state", ["draft", "pilot", "open"])
def test_only_researchers_see_the_preview(open_app, desk, state):
    if state != "draft":
        with open_app.app_context():
            move_study(db.session(), find_study(db.session(), "seen"), state, factories.NOW)
    stranger = Browser(open_app)

    for path in ("", "invitation", "test/next", "plates/0.png"):
        assert stranger.get(f"/desk/seen/preview/{path}").status_code == 302
    assert desk.get("/desk/seen/preview/").status_code == 200


def test_while_a_study_is_in_preview_whoever_has_the_link_sees_it_and_no_more(open_app, set_folder):
    """Also where the desk has no password yet."""
    create(open_app, set_folder)
    with open_app.app_context():
        move_study(db.session(), find_study(db.session(), "seen"), "preview", factories.NOW)
    stranger = Browser(open_app)
    before = everything_stored(open_app)

    assert len(look_at_all(stranger)) > 20
    assert play(stranger, "practice")[0]

    assert "Log out" not in stranger.get("/desk/seen/preview/").text
    assert stranger.get("/desk/seen/").status_code == 404
    assert stranger.get("/desk/colours/preview/").status_code == 404
    assert everything_stored(open_app) == before
