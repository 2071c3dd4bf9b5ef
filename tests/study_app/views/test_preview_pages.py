"""What stands on the pages of a preview, and which pages a study has."""

from dataclasses import replace

import jinja2
import pytest

from study_app.presets import PRESETS
from study_app.study_tables import Recruiter, Screening, StandardQuestions
from tests.study_app import factories
from tests.study_app.desk_logins import researcher
from tests.study_app.views.previews import create, links_of, look_at_all

GERMAN = """
[wording.de]
title = "Farben"
consent = "Sie nehmen freiwillig teil."
"""


@pytest.fixture
def desk(open_app, set_folder):
    """A researcher's browser and the draft ``seen``."""
    create(open_app, set_folder)
    return researcher(open_app)


def test_no_page_lacks_anything_that_its_template_uses(desk, open_app, monkeypatch):
    """A variable that a template begins to use must be given by the preview as well."""
    asked = []

    class Noted(jinja2.Undefined):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            asked.append(self._undefined_name)

    monkeypatch.setattr(open_app.jinja_env, "undefined", Noted)
    open_app.jinja_env.cache.clear()

    look_at_all(desk)

    # Asked for by "if": the bar itself, a page in the middle of nothing, a macro's own names.
    assert set(asked) == set()


def test_the_pages_are_in_the_words_of_the_study(open_app, set_folder):
    create(
        open_app,
        set_folder,
        lambda text: (
            text.replace('offered = ["en"]', 'offered = ["en", "de"]')
            + GERMAN
            + '[wording.en]\ninvitation = "Bring your glasses."\n'
        ),
    )
    desk = researcher(open_app)

    assert "Bring your glasses." in desk.get("/desk/seen/preview/invitation").text
    german = desk.get("/desk/seen/preview/consent?language=de").text
    assert "Sie nehmen freiwillig teil." in german
    assert '<html lang="de"' in german
    assert '<html lang="en"' in desk.get("/desk/seen/preview/").text


def test_the_debrief_explains_in_the_words_of_the_study(open_app, set_folder):
    standard = "A program sees only how light or dark each spot of a photograph is."
    create(open_app, set_folder)
    desk = researcher(open_app)
    assert standard in " ".join(desk.get("/desk/seen/preview/debrief").text.split())

    with open_app.app_context():
        source = factories.study_text(id="retouched") + '[wording.en]\nexplanation = "By hand."\n'
        factories.create_study(source, set_folder)
    page = " ".join(desk.get("/desk/retouched/preview/debrief").text.split())

    assert standard not in page
    assert "Programs can give colours" not in page
    assert '<p lang="en">By hand.</p>' in page
    assert "A few pairs may have been of another kind" in page


def test_only_pages_that_a_study_has_are_listed(open_app, set_folder):
    protocol = replace(PRESETS["zhang2016"].protocol, n_practice=0, n_main=8, n_vigilance=1,
                       n_control=0, break_after=False)  # fmt: skip
    create(
        open_app,
        set_folder,
        protocol=protocol,
        screening=Screening(),
        questions=StandardQuestions(),
    )
    desk = researcher(open_app)

    names = {link.rpartition("/")[2] for link in links_of(desk.get("/desk/seen/preview/").text)}

    missing = {"device", "plate", "display", "screened-out", "practice", "break", "questions"}
    assert not names & missing
    for name in missing:
        assert desk.get(f"/desk/seen/preview/{name}").status_code == 404
    assert "test" in names


@pytest.mark.parametrize("kind", ["prolific", "mturk", "kiosk"])
def test_what_a_recruiter_adds_is_shown(open_app, set_folder, kind):
    create(open_app, set_folder, recruiter=Recruiter(kind=kind, completion_code="DONE123"))
    desk = researcher(open_app)

    pages = look_at_all(desk)

    assert ("recruiter" in pages) == (kind != "kiosk")
    assert ("invitation-mturk" in pages) == (kind == "mturk")
    assert (
        "frame-ancestors 'none'"
        in (desk.get("/desk/seen/preview/debrief").headers["Content-Security-Policy"])
    )


def test_a_score_and_pairs_are_shown_as_the_study_wants_them(desk):
    debrief = desk.get("/desk/seen/preview/debrief").text

    assert "You found the false colours in" in debrief
    assert "The pairs that fooled you" in debrief
