import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from markupsafe import escape

from study_app import collected
from study_app.catalog import find_study
from study_app.extensions import db
from study_app.models import Participant, StudySession
from study_app.person_hash import person_hash
from study_app.simulated_token import sign_token
from study_app.study_file import parse_study_file
from study_app.study_moves import close_study, open_study
from tests.study_app import factories
from tests.study_app.factories import NOW, Browser


def count(app, table):
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(table))


def stored_sentences():
    return collected.sentences(parse_study_file(factories.study_text()))


def own_session(app):
    with app.app_context():
        found = db.session.scalars(sa.select(StudySession)).one()
        db.session.expunge(found)
        return found


@pytest.mark.parametrize("path", ["/", "/study/colours", "/study/colours/declined"])
def test_looking_stores_nothing(open_app, browser, path):
    assert browser.client.get(path, follow_redirects=True).status_code == 200
    assert browser.client.get("/study/colours/consent").status_code == 200
    assert count(open_app, Participant) == 0


def test_home_leads_to_the_one_open_study(browser):
    assert browser.get("/").headers["Location"] == "/study/colours"


def test_home_without_a_study_says_what_to_do(app):
    page = Browser(app).get("/")

    assert page.status_code == 200
    assert "study" in page.text


def test_home_lists_several_open_studies(open_app, browser, set_folder):
    with open_app.app_context():
        study = factories.create_study(factories.study_text(id="second"), set_folder).study
        open_study(db.session(), study, None, NOW)

    page = browser.get("/")

    assert page.status_code == 200
    assert "/study/second" in page.text
    assert "/study/colours" in page.text
    assert "/study/noise" not in page.text, "a draft is not offered"


@pytest.mark.parametrize("path", ["/study/none", "/study/none/consent", "/study/none/declined"])
def test_an_unknown_study_is_not_found(browser, path):
    assert browser.get(path).status_code == 404


def test_the_invitation_carries_its_parameters_to_the_consent_form(browser):
    page = browser.get("/study/colours?participant=P%2F1%261&other=x")
    link = re.search(r'href="(/study/colours/consent[^"]*)"', page.text)[1]

    form = browser.get(link.replace("&amp;", "&"))

    assert link == "/study/colours/consent?participant=P%2F1%261"
    assert 'name="participant" value="P/1&amp;1"' in form.text


def test_agreeing_enrols_and_leads_to_the_instructions(open_app, browser):
    answer = browser.consent(participant="P1")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/instructions")
    assert browser.get("/instructions").status_code == 200
    assert own_session(open_app).state == "running"
    with open_app.app_context():
        participant = db.session.scalars(sa.select(Participant)).one()
        hashed = person_hash(factories.SECRET_KEY, "colours", "P1")
        assert (participant.external_id, participant.simulated) == (hashed, False)


def test_the_consent_page_lists_what_is_stored(browser):
    page = browser.get("/study/colours/consent").text

    assert "What we store" in page
    assert all(str(escape(sentence)) in page for sentence in stored_sentences())


def test_consent_is_stored_with_its_version_and_time(open_app, browser):
    before = datetime.now(UTC)
    browser.consent()

    study_session = own_session(open_app)

    assert study_session.consent_version == "1"
    assert before <= study_session.consented_at <= datetime.now(UTC)


def test_a_study_may_say_that_it_needs_no_consent(open_app, set_folder):
    text = factories.study_text(id="free").replace("required = true", "required = false")
    with open_app.app_context():
        open_study(db.session(), factories.create_study(text, set_folder).study, None, NOW)
    browser = Browser(open_app)

    page = browser.get("/study/free/consent").text

    assert "Before you start" in page
    assert "I agree" not in page
    assert browser.post_form("/study/free/consent", agree="yes").status_code == 302


def test_declining_stores_nothing_and_is_thanked(open_app, browser):
    browser.get("/study/colours/consent")

    answer = browser.post_form("/study/colours/consent", agree="no")

    assert answer.headers["Location"] == "/study/colours/declined"
    assert browser.get("/study/colours/declined").status_code == 200
    assert count(open_app, Participant) == 0


@pytest.mark.parametrize("fields", [{}, {"agree": ""}, {"agree": "perhaps"}])
def test_no_choice_is_asked_again(open_app, browser, fields):
    browser.get("/study/colours/consent?participant=P1")

    page = browser.post_form("/study/colours/consent", participant="P1", **fields)

    assert page.status_code == 422
    assert "Please choose one of the two." in page.text
    assert 'value="P1"' in page.text
    assert count(open_app, Participant) == 0


def test_consent_without_a_form_token_is_refused(open_app, browser):
    browser.get("/study/colours/consent")

    page = browser.client.post("/study/colours/consent", data={"agree": "yes"})

    assert page.status_code == 400
    assert count(open_app, Participant) == 0


def test_the_same_consent_posted_twice_enrols_once(open_app, browser):
    """Two clicks before the first answer: both carry the cookie from before enrolment."""
    browser.get("/study/colours/consent")
    twin = Browser(open_app)
    cookie = next(iter(browser.client._cookies.values()))
    twin.client.set_cookie(cookie.key, cookie.value)
    twin.form_token = browser.form_token

    for clicked in (browser, twin):
        assert clicked.post_form("/study/colours/consent", agree="yes").status_code == 302

    assert count(open_app, Participant) == 1


def test_who_is_in_the_study_goes_on_where_they_were(participant):
    def place():
        return participant.get("/study/colours/consent").headers["Location"]

    assert place() == "/instructions"
    participant.answer_next()
    assert place() == "/trials"
    participant.answer_all()
    assert place() == "/debrief"
    again = participant.post_form("/study/colours/consent", agree="yes")
    assert again.headers["Location"] == "/debrief"
    participant.get("/withdraw")
    participant.post_form("/withdraw")
    assert place() == "/withdraw"


def test_a_second_person_with_the_same_number_is_refused(open_app, browser):
    browser.consent(participant="P1")

    page = Browser(open_app).consent(participant="P1")

    assert page.status_code == 409
    assert "taken part already" in page.text


def test_a_participant_number_too_long_is_refused(browser):
    assert browser.get("/study/colours/consent?participant=" + "x" * 201).status_code == 403


def test_a_draft_can_be_looked_at_but_not_joined(open_app, browser):
    assert "preview" in browser.get("/study/noise").text

    assert browser.get("/study/noise/consent").status_code == 403
    browser.get("/study/colours/consent")
    assert browser.post_form("/study/noise/consent", agree="yes").status_code == 403
    assert count(open_app, Participant) == 0


def test_a_closed_study_takes_nobody_but_lets_people_finish(open_app, participant):
    with open_app.app_context():
        close_study(db.session(), find_study(db.session(), "colours"), NOW)

    late = Browser(open_app).get("/study/colours/consent")

    assert late.status_code == 403
    assert participant.answer_all() == 10
    assert participant.get("/debrief").status_code == 200


def test_the_invitation_of_a_closed_study_says_that_it_has_ended(open_app, browser):
    with open_app.app_context():
        close_study(db.session(), find_study(db.session(), "colours"), NOW)

    page = browser.get("/study/colours").text

    assert "This study has ended" in page
    assert "nobody can take part yet" not in page
    assert "/consent" not in page


def test_the_invitation_leads_back_who_has_begun_and_promises_nothing_false(open_app, participant):
    promise, back = "Nothing is stored until you agree", "Go on where I was"

    new, begun = (
        Browser(open_app).get("/study/colours").text,
        participant.get("/study/colours").text,
    )
    with open_app.app_context():
        close_study(db.session(), find_study(db.session(), "colours"), NOW)
    closed = participant.get("/study/colours").text

    assert [promise in page for page in (new, begun, closed)] == [True, False, False]
    assert [back in page for page in (new, begun, closed)] == [False, True, True]


def test_a_full_study_says_so(open_app):
    for _ in range(3):
        assert Browser(open_app).consent().status_code == 302

    asked = Browser(open_app).get("/study/colours/consent")

    assert asked.status_code == 403
    assert "All places are taken" in asked.text
    assert "I agree" not in asked.text
    assert count(open_app, Participant) == 3


def test_who_read_the_consent_while_the_last_place_went_is_told_so(open_app):
    late = Browser(open_app)
    assert late.get("/study/colours/consent").status_code == 200
    for _ in range(3):
        Browser(open_app).consent()

    page = late.post_form("/study/colours/consent", agree="yes")

    assert page.status_code == 403
    assert count(open_app, Participant) == 3


def test_a_signed_token_lets_a_simulated_observer_into_a_draft(open_app, browser):
    token = sign_token(factories.SECRET_KEY, "noise", 42)
    assert "preview" not in browser.get(f"/study/noise?simulated={token}").text

    assert browser.consent("noise", simulated=token).status_code == 302

    with open_app.app_context():
        study_session = db.session.scalars(sa.select(StudySession)).one()
        assert study_session.participant.simulated
        assert study_session.seed == 42


@pytest.mark.parametrize(
    "token",
    ["", sign_token("another key of some length", "noise", 1), sign_token("x", "noise", 1), "1"],
    ids=["none", "another key", "a short key", "no token"],  # tokens hold the time they were made
)
def test_a_wrong_token_lets_nobody_in(open_app, browser, token):
    browser.get("/study/colours/consent")

    assert (
        browser.post_form("/study/noise/consent", agree="yes", simulated=token).status_code == 403
    )
    assert count(open_app, Participant) == 0


def test_a_token_of_another_study_lets_nobody_in(open_app, browser):
    token = sign_token(factories.SECRET_KEY, "colours", 1)
    browser.get("/study/colours/consent")

    assert (
        browser.post_form("/study/noise/consent", agree="yes", simulated=token).status_code == 403
    )
    assert count(open_app, Participant) == 0


@pytest.mark.parametrize("path", ["/instructions", "/trials", "/debrief", "/withdraw"])
def test_pages_of_a_study_session_need_one(browser, path):
    page = browser.get(path)

    assert page.status_code == 401
    assert "start from the invitation" in page.text


def test_a_cookie_of_a_study_session_that_is_gone_is_no_crash(open_app, participant):
    with open_app.app_context():
        for table in reversed(db.metadata.sorted_tables):
            if table.name in ("trial", "study_session", "participant", "response"):
                db.session.execute(sa.delete(table))
        db.session.commit()

    assert participant.get("/trials").status_code == 401
    assert participant.get("/instructions").status_code == 401


def test_the_presenters_page_names_its_addresses(participant):
    page = participant.get("/trials").text

    assert "/api/trials/next" in page
    assert "/api/trials/TRIAL_KEY/response" in page


def test_who_comes_back_when_all_places_are_taken_is_thanked(open_app, participant):
    with open_app.app_context():
        long_ago = datetime.now(UTC) - timedelta(hours=2)
        db.session.execute(sa.update(StudySession).values(lease_expires_at=long_ago))
        db.session.commit()
    for _ in range(3):
        assert Browser(open_app).consent().status_code == 302

    page = participant.get("/trials")
    reply = participant.client.get("/api/trials/next")

    assert page.status_code == 403
    assert "Your place was given to somebody else" in page.text
    assert (reply.status_code, reply.json["error"]) == (403, "place-lost")


def test_who_comes_back_late_goes_on_while_there_is_a_place(open_app, participant):
    with open_app.app_context():
        long_ago = datetime.now(UTC) - timedelta(hours=2)
        db.session.execute(sa.update(StudySession).values(lease_expires_at=long_ago))
        db.session.commit()

    assert participant.get("/trials").status_code == 200
    assert own_session(open_app).lease_expires_at > datetime.now(UTC)


def test_one_browser_can_be_in_two_studies(open_app, set_folder):
    with open_app.app_context():
        study = factories.create_study(factories.study_text(id="second"), set_folder).study
        open_study(db.session(), study, None, NOW)
    browser = Browser(open_app)
    browser.consent("colours")
    browser.answer_next()
    browser.consent("second")
    assert browser.next_trial()["number"] == 1

    back = browser.get("/study/colours/consent")

    assert back.headers["Location"] == "/trials"
    assert browser.next_trial()["number"] == 2
