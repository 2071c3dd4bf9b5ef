import re
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from study_app.extensions import db
from study_app.models import Participant, StudySession
from study_app.simulated_token import sign_token
from study_app.study_tables import Recruiter
from tests.study_app import factories
from tests.study_app.factories import Browser
from tests.study_app.views.recruited import (
    ACCEPTED,
    FROM_PROLIFIC,
    KIOSK,
    MTURK,
    PREVIEW,
    PROLIFIC,
    link,
    open_recruited,
)

PROLIFIC_END = "https://app.prolific.com/submissions/complete?cc="


@pytest.fixture
def recruit(open_app, set_folder):
    """Open the study ``recruited`` of a recruiter; gives a browser."""

    def make(recruiter, **text):
        open_recruited(open_app, set_folder, recruiter, **text)
        return Browser(open_app)

    return make


def n_participants(app):
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Participant))


def enrolled(app):
    with app.app_context():
        found = db.session.scalars(sa.select(StudySession)).one()
        db.session.expunge(found)
        return found


def test_prolifics_parameters_travel_to_consent(open_app, recruit):
    browser = recruit(PROLIFIC)
    page = browser.get(link("", FROM_PROLIFIC)).text
    next_url = re.search(r'href="(/study/recruited/consent[^"]*)"', page)[1]

    form = browser.get(next_url.replace("&amp;", "&")).text

    for name, value in FROM_PROLIFIC.items():
        assert f'name="{name}" value="{value}"' in form
    assert browser.consent("recruited", **FROM_PROLIFIC).status_code == 302
    assert enrolled(open_app).recruiter == "prolific"


def test_who_does_not_come_from_prolific_is_told_where_to_start(recruit):
    browser = recruit(PROLIFIC)

    page = browser.get(link("", {}))

    assert page.status_code == 200
    assert "through Prolific" in page.text
    assert "/consent" not in page.text
    refused = browser.get(link("/consent", {}))
    assert refused.status_code == 403
    assert "through Prolific" in refused.text


def test_a_consent_form_whose_person_was_taken_out_enrols_nobody(open_app, recruit):
    browser = recruit(PROLIFIC)
    browser.get(link("/consent", FROM_PROLIFIC))

    answer = browser.post_form("/study/recruited/consent", agree="yes")

    assert answer.status_code == 403
    assert n_participants(open_app) == 0


def test_the_same_person_of_prolific_takes_part_once(open_app, recruit):
    recruit(PROLIFIC).consent("recruited", **FROM_PROLIFIC)

    again = Browser(open_app).consent("recruited", **FROM_PROLIFIC)

    assert again.status_code == 409


def test_the_recruiters_name_for_a_person_is_stored_nowhere(open_app, recruit):
    recruit(PROLIFIC).consent("recruited", **FROM_PROLIFIC)

    with open_app.app_context():
        dump = "".join(
            str(row)
            for table in db.metadata.sorted_tables
            if table.name != "study"
            for row in db.session.execute(sa.select(table))
        )
    assert FROM_PROLIFIC["PROLIFIC_PID"] not in dump


def test_who_finished_goes_back_to_prolific_with_its_code_after_all_answers(open_app, recruit):
    browser = recruit(PROLIFIC)
    browser.consent("recruited", **FROM_PROLIFIC)
    browser.answer_next()
    assert "DONE1" not in browser.get("/trials").text

    browser.answer_all()

    page = browser.get("/debrief").text
    assert f'href="{PROLIFIC_END}DONE1"' in page
    assert enrolled(open_app).completion_code not in page, "Prolific knows the study's code only"


def test_who_declines_goes_back_with_the_code_for_that(recruit):
    browser = recruit(PROLIFIC)
    browser.get(link("/consent", FROM_PROLIFIC))
    answer = browser.post_form("/study/recruited/consent", agree="no", **FROM_PROLIFIC)

    page = browser.get(answer.headers["Location"]).text

    assert f'href="{PROLIFIC_END}NO1"' in page
    assert "DONE1" not in page


def test_without_a_code_for_it_who_declines_returns_the_submission(recruit):
    browser = recruit(Recruiter(kind="prolific", completion_code="DONE1"))

    page = browser.get("/study/recruited/declined").text

    assert "return your submission on Prolific" in page
    assert "DONE1" not in page


def test_who_finds_all_places_taken_goes_back_with_the_code_for_that(open_app, recruit):
    recruit(PROLIFIC, per_condition=1).consent("recruited", **FROM_PROLIFIC)

    other = urlencode(FROM_PROLIFIC | {"PROLIFIC_PID": "other"})
    page = Browser(open_app).get(f"/study/recruited/consent?{other}")

    assert page.status_code == 403
    assert f'href="{PROLIFIC_END}FULL1"' in page.text


def test_who_was_away_while_all_places_were_taken_goes_back_as_well(open_app, recruit):
    late = recruit(PROLIFIC, per_condition=1)
    late.consent("recruited", **FROM_PROLIFIC)
    with open_app.app_context():
        db.session.execute(sa.update(StudySession).values(lease_expires_at=factories.NOW))
        db.session.commit()
    Browser(open_app).consent("recruited", **FROM_PROLIFIC | {"PROLIFIC_PID": "other"})

    page = late.get("/trials")

    assert page.status_code == 403
    assert "Your place was given to somebody else" in page.text
    assert "Nothing about you was stored" not in page.text
    assert f'href="{PROLIFIC_END}FULL1"' in page.text
    assert 'href="/withdraw"' in page.text


def test_a_preview_on_mechanical_turk_is_safe_to_look_at(open_app, recruit):
    browser = recruit(MTURK)

    page = browser.get(link("", PREVIEW))

    assert page.status_code == 200
    assert "accept the task first" in page.text
    assert "/consent" not in page.text
    assert "Set-Cookie" not in page.headers
    assert browser.get(link("/consent", PREVIEW)).status_code == 403
    assert n_participants(open_app) == 0


def test_a_worker_hands_in_the_task_at_mechanical_turk(open_app, recruit):
    browser = recruit(MTURK)
    browser.consent("recruited", **ACCEPTED)
    browser.answer_all()

    page = browser.get("/debrief").text

    form = re.search(r'<form[^>]*action="https://workersandbox[^>]*>.*?</form>', page, re.DOTALL)[0]
    assert 'action="https://workersandbox.mturk.com/mturk/externalSubmit"' in form
    assert 'name="assignmentId" value="3ASSIGNMENT"' in form
    assert f'name="completion_code" value="{enrolled(open_app).completion_code}"' in form
    assert "csrf" not in form, "our form token is not for others"


def test_a_task_accepted_anew_is_the_one_handed_in(recruit):
    browser = recruit(MTURK)
    browser.consent("recruited", **ACCEPTED)
    browser.answer_all()

    browser.get(link("/consent", ACCEPTED | {"assignmentId": "3SECOND"}))

    assert 'value="3SECOND"' in browser.get("/debrief").text


def test_answers_are_handed_in_nowhere_but_at_mechanical_turk(open_app, recruit):
    browser = recruit(MTURK)
    elsewhere = ACCEPTED | {"turkSubmitTo": "https://evil.example"}

    assert browser.get(link("/consent", elsewhere)).status_code == 403
    browser.get(link("/consent", ACCEPTED))
    answer = browser.post_form("/study/recruited/consent", agree="yes", **elsewhere)

    assert answer.status_code == 403
    assert n_participants(open_app) == 0


def test_assignment_and_worker_are_not_in_the_database(open_app, recruit):
    browser = recruit(MTURK)
    browser.consent("recruited", **ACCEPTED)

    with open_app.app_context():
        dump = "".join(
            str(row)
            for table in db.metadata.sorted_tables
            if table.name != "study"
            for row in db.session.execute(sa.select(table))
        )
    assert "3ASSIGNMENT" not in dump
    assert "3HIT" not in dump
    assert "A1WORKER" not in dump


def test_the_next_person_on_the_same_machine_starts_anew(open_app, recruit):
    browser = recruit(KIOSK)
    browser.consent("recruited")
    browser.answer_all()
    assert "/study/recruited/next-person" in browser.get("/debrief").text

    answer = browser.post_form("/study/recruited/next-person")

    assert answer.headers["Location"] == "/study/recruited"
    for path in ("/debrief", "/withdraw", "/trials", "/questions"):
        assert browser.get(path).status_code == 401
    assert browser.consent("recruited").status_code == 302
    assert browser.next_trial()["number"] == 1
    assert n_participants(open_app) == 2


def test_a_kiosk_whose_last_person_went_away_asks_who_is_there(recruit):
    browser = recruit(KIOSK)
    assert "next-person" not in browser.get("/study/recruited").text
    browser.consent("recruited")

    page = browser.get("/study/recruited").text

    assert "next-person" in page
    assert "/study/recruited/consent" in page


@pytest.mark.parametrize("path", ["/withdraw", "/study/recruited/declined"])
def test_a_kiosk_leads_to_the_next_person_from_other_ends_as_well(recruit, path):
    browser = recruit(KIOSK)
    if path == "/withdraw":
        browser.consent("recruited")
        browser.get(path)
        page = browser.post_form(path, choice="withdraw")
    else:
        page = browser.get(path)

    assert "/study/recruited/next-person" in page.text


def test_only_a_kiosk_has_a_next_person(participant):
    participant.get("/trials")

    assert participant.post_form("/study/colours/next-person").status_code == 404

    assert participant.get("/trials").status_code == 200


def test_the_next_person_needs_the_form_token(recruit):
    browser = recruit(KIOSK)
    browser.consent("recruited")

    assert browser.client.post("/study/recruited/next-person").status_code == 400
    assert browser.get("/instructions").status_code == 200


@pytest.mark.parametrize("recruiter", [PROLIFIC, MTURK, KIOSK], ids=lambda given: given.kind)
def test_simulated_observers_need_no_recruiter(recruit, recruiter):
    browser = recruit(recruiter)
    token = sign_token(factories.SECRET_KEY, "recruited", 5)

    assert browser.consent("recruited", simulated=token).status_code == 302
    browser.answer_all()
    assert browser.get("/debrief").status_code == 200


def test_an_address_of_the_studys_own_ends_the_debrief(recruit, open_app):
    browser = recruit(Recruiter(completion_url="https://lab.example/end?c={code}"))
    browser.consent("recruited")
    browser.answer_all()

    code = enrolled(open_app).completion_code
    assert f'href="https://lab.example/end?c={code}"' in browser.get("/debrief").text


def test_where_nobody_is_paid_no_page_promises_it(open_app, recruit):
    browser = recruit(Recruiter(paid=False))
    browser.consent("recruited")
    assert browser.answer_all() == 10

    with open_app.app_context():
        assert db.session.scalars(sa.select(StudySession.payment)).one() == "none"
    assert "paid" not in browser.get("/withdraw").text
    assert "paid" not in browser.get("/debrief").text
