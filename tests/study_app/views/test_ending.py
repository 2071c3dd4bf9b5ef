import re

import sqlalchemy as sa

from study_app.catalog import open_study
from study_app.extensions import db
from study_app.models import Participant, StudySession
from tests.study_app import factories
from tests.study_app.factories import NOW, Browser


def own_session(app):
    with app.app_context():
        found = db.session.scalars(sa.select(StudySession)).one()
        db.session.expunge(found)
        return found


def test_there_is_no_completion_code_before_all_answers_are_stored(open_app, participant):
    for _ in range(9):
        participant.answer_next()
    assert participant.get("/debrief").headers["Location"] == "/trials"
    assert own_session(open_app).completion_code is None

    participant.answer_next()

    page = participant.get("/debrief").text
    assert own_session(open_app).completion_code in page
    assert "All 10 answers are stored." in page
    assert participant.get("/trials").headers["Location"] == "/debrief"


def test_the_gallery_of_the_debrief_can_be_seen(participant):
    participant.answer_all()
    page = participant.get("/debrief").text

    images = re.findall(r'src="(/images/[^"]+)"', page)

    assert len(images) % 2 == 0
    assert all(participant.get(image).status_code == 200 for image in images)


def test_a_study_may_hide_the_score(open_app, set_folder):
    text = factories.study_text(id="quiet").replace("show_score = true", "show_score = false")
    with open_app.app_context():
        study = factories.create_study(text, set_folder).study
        open_study(db.session(), study, None, NOW)
    quiet, told = Browser(open_app), Browser(open_app)
    quiet.consent("quiet")
    told.consent("colours")
    for browser in (quiet, told):
        browser.answer_all()

    assert "of 6</strong>" in told.get("/debrief").text
    assert "of 6</strong>" not in quiet.get("/debrief").text


def test_withdrawing_asks_first_and_then_ends_all(open_app, participant):
    participant.answer_next()
    asked = participant.get("/withdraw")
    assert asked.status_code == 200
    assert own_session(open_app).state == "running"

    done = participant.post_form("/withdraw")

    assert done.status_code == 200
    assert own_session(open_app).state == "withdrawn"
    with open_app.app_context():
        assert db.session.scalars(sa.select(Participant.code)).one() in done.text
    for path in ("/instructions", "/trials", "/debrief"):
        page = participant.get(path)
        assert page.status_code == 410
        assert "/withdraw" in page.text
    assert participant.get("/withdraw").status_code == 200


def test_withdrawing_without_a_form_token_is_refused(open_app, participant):
    assert participant.client.post("/withdraw").status_code == 400
    assert own_session(open_app).state == "running"


def test_the_way_out_is_linked_from_every_page_of_a_study_session(participant):
    for path in ("/instructions", "/trials"):
        assert 'href="/withdraw"' in participant.get(path).text
    participant.answer_all()
    assert 'href="/withdraw"' in participant.get("/debrief").text
