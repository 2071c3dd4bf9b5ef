"""Every address against every wrong caller: nobody reads, changes or ends what is another's.

The addresses are those that the app knows, so that a new one is tried from its first day.
"""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from study_app.extensions import db
from study_app.models import Base, Participant, Response, StudySession, Trial
from study_app.simulated_token import sign_token
from tests.study_app import factories
from tests.study_app.desk_logins import researcher, set_desk_password
from tests.study_app.factories import NOW, Browser, response_body

CALLERS = (
    "nobody",
    "another participant",
    "somebody who finished",
    "somebody who withdrew",
    "somebody whose place ran out",
    "a simulated observer",
    "a researcher",
)
SERVER_ERROR = 500
# Everybody may stand before it, and try a password.
THE_DOOR = ("desk_door.door", "desk_door.log_in")


@pytest.fixture
def victim(open_app):
    """Somebody half-way, looking at the sixth pair."""
    browser = Browser(open_app)
    browser.consent(participant="the victim")
    for _ in range(5):
        browser.answer_next()
    browser.next_trial()
    return browser


@pytest.fixture
def secrets(open_app, victim):
    """What only the victim, or the desk, may know; the desk has a password."""
    set_desk_password(open_app)
    assert victim.form_token
    with open_app.app_context():
        person = db.session.scalars(sa.select(Participant)).one()
        own = db.session.scalars(sa.select(StudySession)).one()
        trials = db.session.scalars(sa.select(Trial).order_by(Trial.place)).all()
        keys = db.session.scalars(sa.select(Response.response_key)).all()
        current = trials[5]
        names = [name for t in trials for name in (t.trial_key, t.left_token, t.right_token)]
        return {
            "texts": [person.code, own.code, *names, *keys],
            "trial_key": current.trial_key,
            "tokens": (current.left_token, current.right_token),
            "code": person.code,
        }


@pytest.fixture(params=CALLERS)
def caller(request, open_app, secrets):
    """One who must not get at the victim's things."""
    assert secrets["code"], "the victim was there first"
    browser = Browser(open_app)
    if request.param == "a researcher":
        return researcher(open_app)
    if request.param == "a simulated observer":
        browser.consent(simulated=sign_token(factories.SECRET_KEY, "colours", 1))
    elif request.param != "nobody":
        browser.consent(participant="somebody else")
    if request.param == "somebody who finished":
        browser.answer_all()
    if request.param == "somebody who withdrew":
        browser.get("/withdraw")
        browser.post_form("/withdraw")
    if request.param == "somebody whose place ran out":
        with open_app.app_context():
            latest = sa.select(sa.func.max(StudySession.id)).scalar_subquery()
            long_ago = NOW - timedelta(days=2)
            db.session.execute(
                sa.update(StudySession)
                .where(StudySession.id == latest)
                .values(lease_expires_at=long_ago)
            )
            db.session.commit()
    return browser


def addresses(app, secrets):
    """Give every address with the victim's own keys in it, and its methods.

    All at once: requests made while the context is open would share one database session.
    """
    with app.test_request_context():
        return list(built_addresses(app, secrets))


def built_addresses(app, secrets):
    values = {
        "study_id": "colours",
        "trial_key": secrets["trial_key"],
        "filename": "css/pages.css",
        "package": "data",
        "half": "real",
        "part": "practice",
        "name": "invitation",
        "to": "closed",
        "pair_id": "pair",
        "row_id": 1,
        "number": 0,
        "file": "report.html",
    }
    for rule in app.url_map.iter_rules():
        for token in secrets["tokens"]:
            given = {name: values.get(name, token) for name in rule.arguments}
            if "pilot-report" in rule.rule:
                given["name"] = "report"
            adapter = app.url_map.bind("")
            yield rule, adapter.build(rule.endpoint, given)
            if "token" not in rule.arguments:
                break


def victims_rows(app, secrets):
    """Give all rows of the victim, as they are."""
    with app.app_context():
        own = db.session.scalars(
            sa.select(StudySession).join(Participant).where(Participant.code == secrets["code"])
        ).one()
        trials = sa.select(Trial.id).where(Trial.study_session_id == own.id)
        return [
            db.session.execute(sa.select(table).where(where)).all()
            for table, where in (
                (Base.metadata.tables["participant"], Participant.id == own.participant_id),
                (Base.metadata.tables["study_session"], StudySession.id == own.id),
                (Base.metadata.tables["trial"], Trial.study_session_id == own.id),
                (Base.metadata.tables["response"], Response.trial_id.in_(trials)),
            )
        ]


def is_the_desks(rule):
    return rule.rule.startswith("/desk")


def call(browser, method, address):
    """Ask, with whatever form token the caller has."""
    if method == "GET":
        return browser.client.get(address)
    headers = {"X-CSRFToken": browser.form_token}
    if "/api/" in address or "/preview/" in address:
        return browser.client.post(address, json=response_body(), headers=headers)
    form = {"csrf_token": browser.form_token, "agree": "no", "confirm": "yes"}
    return browser.client.post(address, data=form)


def test_nobody_reads_or_changes_what_is_anothers(request, open_app, caller, secrets):
    who = request.node.callspec.params["caller"]
    before = victims_rows(open_app, secrets)

    for rule, address in addresses(open_app, secrets):
        if who == "a researcher" and is_the_desks(rule):
            continue  # the desk may know who takes part
        for method in sorted(rule.methods & {"GET", "POST"}):
            answer = call(caller, method, address)
            where = f"{who}: {method} {address} gave {answer.status_code}"
            assert answer.status_code < SERVER_ERROR, where
            if rule.endpoint in ("images.image", "trial_api.record_response"):
                assert answer.status_code >= 400, where
            if is_the_desks(rule) and rule.endpoint not in THE_DOOR:
                assert answer.status_code in (302, 303, 400, 401, 403, 404, 405), where
            found = [
                text
                for text in secrets["texts"]
                if text in answer.get_data().decode("utf-8", "replace")
            ]
            assert found == [], where
            answer.close()

    assert victims_rows(open_app, secrets) == before


def test_the_victim_goes_on_as_if_nothing_had_been_tried(open_app, caller, victim, secrets):
    for rule, address in addresses(open_app, secrets):
        if not is_the_desks(rule):
            for method in sorted(rule.methods & {"GET", "POST"}):
                call(caller, method, address).close()

    assert victim.next_trial()["trial_key"] == secrets["trial_key"]
    assert victim.answer_all() == 5
    assert victim.get("/debrief").status_code == 200


def test_nobody_reads_the_servers_counts_without_their_token(open_app, caller):
    """Without a token in the settings they are not there; with one, no cookie replaces it."""
    assert caller.client.get("/metrics").status_code == 404
    open_app.config["METRICS_TOKEN"] = "a token of the settings"

    for shown in ({}, {"Authorization": "Bearer a token of somebody"}):
        refused = caller.client.get("/metrics", headers=shown)
        assert (refused.status_code, refused.text) == (401, "unauthorized\n")


def test_every_address_was_tried(open_app, secrets):
    tried = {rule.endpoint for rule, _ in addresses(open_app, secrets)}

    assert {"images.image", "trial_api.record_response", "desk.download", "ending.debrief"} <= tried
    assert "metrics_page.scrape" in tried
    assert tried == set(open_app.view_functions)


def test_the_check_finds_what_is_told(victim, secrets):
    """The victim's own browser is told what others must not be."""
    told = json.dumps(victim.next_trial())

    assert [text for text in secrets["texts"] if text in told]
    assert victim.get(f"/images/{secrets['tokens'][0]}").status_code == 200
