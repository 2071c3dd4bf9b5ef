"""What holds for every form and every page: form tokens, the content policy, how secrets compare.

The addresses are those that the app knows, so that a new one is tried from its first day.
"""

import hmac
import re
from dataclasses import replace

import pytest
import sqlalchemy as sa
from werkzeug.routing import AnyConverter, IntegerConverter

from study_app import create_app
from study_app.extensions import db
from study_app.simulated_token import sign_token
from tests.study_app import factories
from tests.study_app.desk_logins import log_in, researcher, set_desk_password
from tests.study_app.factories import Browser, response_body

REFUSED = (400, 401, 403, 404, 405)
REPORT = "desk.report_file"  # brings its style along, and no script


@pytest.fixture
def half_way(open_app):
    """Somebody who has answered one pair and looks at the next."""
    browser = Browser(open_app)
    browser.consent()
    browser.answer_next()
    browser.next_trial()
    return browser


@pytest.fixture(params=["participant", "researcher"])
def caller(request, open_app, half_way):
    set_desk_password(open_app)
    return half_way if request.param == "participant" else researcher(open_app)


def addresses(app, method):
    """Give every address that takes a method, with a study that there is."""
    adapter = app.url_map.bind("")
    for rule in app.url_map.iter_rules():
        if method in rule.methods:
            values = {name: _value(name, rule._converters[name]) for name in rule.arguments}
            yield rule.endpoint, adapter.build(rule.endpoint, values)


def _value(name, converter):
    if isinstance(converter, IntegerConverter):
        return 0
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return {"study_id": "colours", "filename": "css/pages.css"}.get(name, "none")


def everything(app):
    """Give all rows there are."""
    with app.app_context():
        rows = {
            table.name: db.session.execute(sa.select(table).order_by(*table.primary_key)).all()
            for table in db.metadata.sorted_tables
        }
        db.session.remove()
        return rows


@pytest.mark.parametrize("token", ["", "made up", "another's"])
def test_no_form_is_taken_without_its_own_token(open_app, caller, token):
    other = Browser(open_app)
    other.get("/study/colours/consent")
    sent = other.form_token if token == "another's" else token
    before = everything(open_app)

    for endpoint, address in addresses(open_app, "POST"):
        for body in ({"json": response_body()}, {"data": {"agree": "yes", "csrf_token": sent}}):
            answer = caller.client.post(address, headers={"X-CSRFToken": sent}, **body)
            assert answer.status_code in REFUSED, f"{endpoint} gave {answer.status_code}"
            answer.close()

    assert everything(open_app) == before


def test_no_page_may_run_what_is_not_a_file_of_the_server(open_app, caller):
    looked_at = 0
    for endpoint, address in addresses(open_app, "GET"):
        answer = caller.client.get(address)
        policy = dict(
            part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; ")
        )
        page = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
        answer.close()
        assert policy.get("script-src", policy["default-src"]) in ("'self'", "'none'"), endpoint
        assert "unsafe" not in str(policy) or endpoint == REPORT, endpoint
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", page), endpoint
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page), endpoint
        looked_at += bool(page)

    assert looked_at > 10


@pytest.mark.parametrize("secure", [True, False])
def test_cookies_stay_on_https_where_the_instance_says_so(
    databases, opened_database, tmp_path, secure
):
    address = databases.copy(opened_database, tmp_path)
    settings = replace(factories.make_settings(tmp_path, address), secure_cookies=secure)
    app = create_app(settings)

    answer = app.test_client().get("/study/colours/consent", base_url="https://lab.example")

    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert ("; Secure" in cookie) is secure
    assert "HttpOnly" in cookie
    with app.app_context():
        db.engine.dispose()
    databases.drop(address)


def forge_cookie(app):
    browser = Browser(app)
    browser.get("/study/colours/consent")
    name = app.config["SESSION_COOKIE_NAME"]
    browser.client.set_cookie(name, browser.client.get_cookie(name).value[:-3] + "abc")
    browser.get("/instructions")


def forge_form_token(app):
    browser = Browser(app)
    browser.get("/study/colours/consent")
    browser.form_token = browser.form_token[:-3] + "abc"
    browser.post_form("/study/colours/consent", agree="yes")


def forge_simulated_token(app):
    forged = sign_token("another key than the server's", "colours", 1)
    Browser(app).get(f"/study/colours?simulated={forged}")


def guess_password(app):
    log_in(Browser(app), "not the password")


@pytest.mark.parametrize(
    "forge", [forge_cookie, forge_form_token, forge_simulated_token, guess_password]
)
def test_what_was_forged_is_compared_in_constant_time(open_app, monkeypatch, forge):
    set_desk_password(open_app)
    compared, compare = [], hmac.compare_digest

    def note(one, other):
        compared.append(compare(one, other))
        return compared[-1]

    monkeypatch.setattr(hmac, "compare_digest", note)

    forge(open_app)

    assert False in compared
