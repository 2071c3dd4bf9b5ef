"""The door's page: the right password, every wrong one, and the cookie that it gives."""

import re

import pytest

from study_app.lock_out import FREE_TRIES
from tests.study_app.desk_logins import PASSWORD, log_in, researcher, set_desk_password
from tests.study_app.factories import Browser


@pytest.fixture
def visitor(open_app):
    """A browser before a desk that has a password."""
    set_desk_password(open_app)
    return Browser(open_app)


def login_cookie(answer):
    (cookie,) = answer.headers.getlist("Set-Cookie")
    return cookie


def test_the_right_password_leads_to_the_page_that_was_wanted(visitor):
    asked = visitor.get(visitor.get("/desk/colours/").headers["Location"])
    assert 'value="/desk/colours/"' in asked.text

    entered = visitor.post_form("/desk/login", password=PASSWORD, next="/desk/colours/")

    assert entered.headers["Location"] == "/desk/colours/"
    assert visitor.get("/desk/colours/").status_code == 200
    assert visitor.get("/desk/login").headers["Location"] == "/desk/"


def test_the_cookie_is_the_desks_own_and_no_script_and_no_other_site_has_it(visitor):
    cookie = login_cookie(log_in(visitor))

    assert "_desk=" in cookie
    for attribute in ("HttpOnly", "SameSite=Strict", "Path=/desk"):
        assert attribute in cookie
    for attribute in ("Secure", "Expires", "Max-Age"):
        assert attribute not in cookie


def test_behind_https_the_cookie_stays_there(visitor):
    secure = {"base_url": "https://localhost", "headers": {"Referer": "https://localhost/"}}
    page = visitor.client.get("/desk/login", **secure)
    (token,) = re.findall(r'csrf_token" value="([^"]+)"', page.text)

    form = {"csrf_token": token, "password": PASSWORD}
    answer = visitor.client.post("/desk/login", data=form, **secure)

    assert answer.status_code == 302
    assert "Secure" in login_cookie(answer)


def test_a_login_gives_a_cookie_and_a_form_token_that_nobody_has_seen(visitor):
    visitor.get("/desk/login")
    before, token = visitor.client._cookies.copy(), visitor.form_token

    visitor.post_form("/desk/login", password=PASSWORD)
    visitor.get("/desk/")

    assert visitor.client._cookies != before
    assert visitor.form_token != token
    visitor.form_token = token
    assert visitor.post_form("/desk/logout").status_code == 400


def test_a_wrong_password_is_said_beside_the_field(visitor):
    answer = log_in(visitor, "wrong")

    assert answer.status_code == 401
    assert "That is not the password of the desk." in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "wrong" not in answer.text.replace("wrong-password", "")
    assert visitor.get("/desk/").status_code == 302


def test_a_refusal_stands_in_the_servers_log_without_what_was_typed(visitor, caplog):
    log_in(visitor, "a secret slip")

    assert "login at the desk refused: wrong-password" in caplog.text
    assert "slip" not in caplog.text


def test_after_too_many_wrong_ones_the_right_one_has_to_wait(visitor):
    for _ in range(FREE_TRIES):
        log_in(visitor, "wrong")

    answer = log_in(visitor)

    assert answer.status_code == 429
    assert "wait 1 min" in answer.text
    assert log_in(Browser(visitor.client.application)).status_code == 429


def test_a_password_without_the_forms_token_is_not_looked_at(visitor):
    answer = visitor.client.post("/desk/login", data={"password": PASSWORD})

    assert answer.status_code == 400
    assert visitor.get("/desk/").status_code == 302


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example/desk/"])
def test_a_login_leads_to_no_other_server(visitor, wanted):
    assert f'value="{wanted}"' not in visitor.get(f"/desk/login?next={wanted}").text
    assert log_in(visitor, next=wanted).headers["Location"] == "/desk/"


def test_who_logs_out_is_out_also_with_the_old_cookie(open_app):
    browser = researcher(open_app)
    name = open_app.config["SESSION_COOKIE_NAME"] + "_desk"
    old = browser.client.get_cookie(name, path="/desk").value

    assert browser.post_form("/desk/logout").headers["Location"] == "/desk/login"
    browser.client.set_cookie(name, old, path="/desk")

    assert browser.get("/desk/").status_code == 302


def test_the_desk_is_english_whatever_the_browser_asks_for(visitor):
    visitor.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"

    missing = visitor.get("/desk/no/such/page")

    assert missing.status_code == 404
    assert "There is no such page" in missing.text
    assert '<html lang="en"' in missing.text


def test_the_desk_may_not_stand_in_a_frame(visitor):
    policy = visitor.get("/desk/login").headers["Content-Security-Policy"]

    assert "frame-ancestors 'none'" in policy


def test_a_script_that_guesses_is_slowed_down(visitor):
    visitor.client.application.testing = False
    visitor.get("/desk/login")

    codes = {visitor.post_form("/desk/login", password="guess").status_code for _ in range(8)}

    assert 429 in codes
