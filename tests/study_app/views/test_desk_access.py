"""Nobody enters the desk without a login, by any of its addresses."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from study_app.desk_models import DeskLogin
from study_app.extensions import db
from tests.study_app.desk_logins import researcher, set_desk_password
from tests.study_app.factories import Browser

OUTSIDE = ("desk_door.", "static")


def guarded_rules(app):
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/desk") and not rule.endpoint.startswith(OUTSIDE)
    ]


def address_of(app, rule):
    """Give an address of a rule: of the open study, of the first of a list, of number 1."""
    values = {"study_id": "colours"}
    for name, converter in rule._converters.items():
        values.setdefault(name, min(getattr(converter, "items", [1])))
    return app.url_map.bind("localhost").build(rule.endpoint, values)


def test_every_page_of_the_desk_leads_to_the_door(open_app):
    set_desk_password(open_app)
    browser = Browser(open_app)
    rules = [rule for rule in guarded_rules(open_app) if "GET" in rule.methods]

    assert rules
    for rule in rules:
        answer = browser.get(address_of(open_app, rule))
        assert answer.status_code == 302, rule
        assert answer.headers["Location"].startswith("/desk/login?next="), rule


def test_no_form_of_the_desk_is_taken_without_a_login(open_app):
    set_desk_password(open_app)
    browser = Browser(open_app)
    for rule in guarded_rules(open_app):
        if "POST" in rule.methods:
            browser.get("/desk/login")
            answer = browser.post_form(address_of(open_app, rule))
            assert answer.status_code == 401, rule
            assert "nothing was changed" in answer.text


def test_a_desk_without_a_password_says_which_command_opens_it(open_app):
    browser = Browser(open_app)

    for path in ("/desk/", "/desk/colours/", "/desk/login"):
        answer = browser.get(path)
        assert answer.status_code == 404
        assert "study-app desk-password" in answer.text


def test_a_login_that_is_over_leads_back_to_the_door(open_app):
    browser = researcher(open_app)
    assert browser.get("/desk/colours/").status_code == 200
    with open_app.app_context():
        a_second_ago = datetime.now(UTC) - timedelta(seconds=1)
        db.session.execute(sa.update(DeskLogin).values(expires_at=a_second_ago))
        db.session.commit()

    assert browser.get("/desk/colours/").headers["Location"] == ("/desk/login?next=/desk/colours/")


def test_a_cookie_with_a_made_up_key_opens_nothing(open_app):
    set_desk_password(open_app)
    browser = Browser(open_app)
    browser.client.set_cookie(cookie_name(open_app), "eyJsb2dpbiI6IngifQ.x.y", path="/desk")

    assert browser.get("/desk/").status_code == 302


def test_a_participant_is_no_researcher_and_a_researcher_no_participant(open_app):
    browser = researcher(open_app)

    assert browser.client.get("/api/trials/next").status_code == 401
    browser.consent()
    assert browser.next_trial()["state"] == "trial"
    assert browser.get("/desk/").status_code == 200
    assert Browser(open_app).get("/desk/").status_code == 302


def cookie_name(app):
    return app.config["SESSION_COOKIE_NAME"] + "_desk"
