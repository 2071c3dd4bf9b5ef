"""Every page of a study can be looked at, and looking changes no row of any table."""

import re

import pytest

from tests.study_app.desk_logins import researcher
from tests.study_app.views.previews import create, everything_stored, look_at_all, play


@pytest.fixture
def desk(open_app, set_folder):
    """A researcher's browser and the draft ``seen``."""
    create(open_app, set_folder)
    return researcher(open_app)


def test_nothing_is_stored_by_looking_at_every_page_and_playing_every_pair(desk, open_app):
    before = everything_stored(open_app)

    pages = look_at_all(desk)
    for part in ("practice", "test", "break"):
        assert play(desk, part)[0]

    assert len(pages) > 20
    assert everything_stored(open_app) == before


def test_every_page_has_the_bar_and_says_that_nothing_is_stored(desk):
    for name, page in look_at_all(desk).items():
        assert page.count('class="preview-bar"') == 1, name
        assert "Nothing is stored" in page


def test_no_form_and_no_link_of_a_page_leads_out_of_the_preview(desk):
    for name, page in look_at_all(desk).items():
        assert "<form" not in page or 'method="post"' not in page, name
        assert 'type="submit"' not in page, name
        targets = re.findall(r'(?:href|action|src)="([^"]*)"', page)
        outside = [
            target for target in targets if not target.startswith(("/static/", "/desk/seen/", "?"))
        ]
        assert outside == [], name


def test_the_first_link_of_the_invitation_leads_to_the_consent(desk):
    assert 'href="/desk/seen/preview/consent"' in desk.get("/desk/seen/preview/invitation").text


@pytest.mark.parametrize(
    "path",
    [
        "nonsense",
        "images/real/nonsense.png",
        "images/other/x.png",
        "plates/99.png",
        "nonsense/next",
    ],
)
def test_what_there_is_not_is_said_in_a_sentence(desk, path):
    answer = desk.get(f"/desk/seen/preview/{path}")

    assert answer.status_code == 404
    assert "Traceback" not in answer.text
