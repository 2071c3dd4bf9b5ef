"""A participant who cheats gets nothing: no truth, no skipped pair, no second answer, no code."""

import json
import re
import uuid

import pytest
import sqlalchemy as sa

from study_app.extensions import db
from study_app.models import Participant, Response, StudySession, Trial
from tests.study_app.factories import Browser, response_body

TRUTH = ("real", "fake", "condition", "vigilance", "control", "photo", "correct", "truth", "kind")


@pytest.fixture
def other(open_app):
    """Somebody else in the same study, a few answers ahead."""
    browser = Browser(open_app)
    browser.consent()
    for _ in range(3):
        browser.answer_next()
    return browser


def stored(app, statement):
    with app.app_context():
        return list(db.session.execute(statement))


def own_trials(app, code_of=0):
    """Rows of the trials of one study session, in their order."""
    with app.app_context():
        sessions = db.session.scalars(sa.select(StudySession).order_by(StudySession.id)).all()
        return db.session.execute(
            sa.select(Trial.trial_key, Trial.left_token, Trial.right_token, Trial.real_side)
            .where(Trial.study_session_id == sessions[code_of].id)
            .order_by(Trial.place)
        ).all()


def n_answers(app):
    return len(stored(app, sa.select(Response.id)))


def start(browser, trial_key):
    return browser.post_json(f"/api/trials/{trial_key}/start", {"page_key": str(uuid.uuid4())})


def test_pairs_cannot_be_skipped(open_app, participant):
    participant.next_trial()
    later = own_trials(open_app)[4]

    assert participant.answer(later.trial_key).status_code == 409
    assert start(participant, later.trial_key).status_code == 409
    assert participant.get(f"/images/{later.left_token}").status_code == 404
    assert n_answers(open_app) == 0


def test_a_pair_that_was_never_given_out_cannot_be_answered(open_app, participant):
    first = own_trials(open_app)[0]

    assert participant.answer(first.trial_key).status_code == 409
    assert n_answers(open_app) == 0


@pytest.mark.parametrize("chosen", ["left", "right"])
def test_an_answer_cannot_be_changed_after_the_truth_was_told(open_app, participant, chosen):
    trial = participant.next_trial()
    told = participant.answer(trial["trial_key"], response_body(chosen)).json["feedback"]
    better = "left" if told["real_side"] == "right" else "right"

    again = participant.answer(trial["trial_key"], response_body(better))

    assert again.status_code == 409
    assert [row[0] for row in stored(open_app, sa.select(Response.chosen_side))] == [chosen]


def test_the_key_of_an_answer_again_with_another_side_changes_nothing(open_app, participant):
    trial = participant.next_trial()
    body = response_body("left")
    first = participant.answer(trial["trial_key"], body)

    replay = participant.answer(trial["trial_key"], {**body, "chosen_side": "right"})

    assert replay.json == first.json
    assert [row[0] for row in stored(open_app, sa.select(Response.chosen_side))] == ["left"]


def test_other_peoples_pairs_are_unknown(open_app, participant, other):
    trial = other.next_trial()
    before = n_answers(open_app)

    assert participant.answer(trial["trial_key"]).status_code == 404
    assert start(participant, trial["trial_key"]).status_code == 404
    for side in ("left", "right"):
        assert participant.get(trial["images"][side]).status_code == 404
    assert n_answers(open_app) == before


def test_nobody_is_let_in_by_a_code_or_a_forged_cookie(open_app, participant):
    session = stored(open_app, sa.select(StudySession.code, Participant.code).join(Participant))
    codes = session[0]
    name = open_app.config["SESSION_COOKIE_NAME"]

    stranger = Browser(open_app)
    for code in codes:
        stranger.client.set_cookie(name, json.dumps({"study": "colours", "study_sessions": code}))
        assert stranger.client.get("/api/trials/next").status_code == 401
        assert stranger.client.get(f"/api/trials/next?code={code}").status_code == 401
        assert stranger.client.get("/debrief", headers={"X-Code": code}).status_code == 401
    assert participant.next_trial()["state"] == "trial"


def test_asking_for_the_truth_in_any_way_gives_the_agreed_fields_only(participant):
    for question in ("?truth=1", "?debug=true", "?fields=real_side", "?page=" + str(uuid.uuid4())):
        reply = participant.client.get(f"/api/trials/next{question}")
        assert reply.status_code == 200
        flat = json.dumps(reply.json).lower()
        assert not [word for word in TRUTH if f'"{word}' in flat], flat
    for path in ("/api/trials", "/api/trials/1", "/api/truth", "/export", "/static/../instance"):
        assert participant.client.get(path).status_code == 404


def test_the_debrief_and_its_code_come_only_when_all_is_answered(open_app, participant):
    for _ in range(9):
        participant.answer_next()

    for path in ("/debrief", "/questions", "/debrief?finished=1"):
        assert participant.get(path).status_code == 302
    assert participant.post_form("/questions").status_code == 302
    assert stored(open_app, sa.select(StudySession.completion_code)) == [(None,)]
    with open_app.app_context():
        assert db.session.scalars(sa.select(StudySession.state)).one() == "running"


def test_forged_measurements_are_refused_or_judged_by_the_rule(open_app, participant):
    trial = participant.next_trial()
    forged = [
        {"exposure_valid": True, "exposures": {}},
        {"response_ms": -5},
        {"response_ms": "fast"},
        {"chosen_side": "both"},
        {"chosen_side": ["left"]},
        {"response_key": "mine"},
    ]
    for changes in forged:
        assert participant.answer(trial["trial_key"], response_body(**changes)).status_code == 422
    short = {
        side: {
            "planned_ms": 1000,
            "onset_ms": 0,
            "offset_ms": 10,
            "shown_ms": 10,
            "n_dropped_frames": 0,
        }
        for side in ("left", "right")
    }
    body = response_body(exposures=short) | {"exposure_valid": True, "trial_type": "main"}

    assert participant.answer(trial["trial_key"], body).status_code == 200

    with open_app.app_context():
        response = db.session.scalars(sa.select(Response)).one()
        assert response.exposure_valid is False
        assert response.trial.trial_type == "practice"


def test_a_cut_off_pair_cannot_be_answered_any_more(open_app, participant):
    """Whoever reloads to look again gets another photo, and the first is gone."""
    page, again = str(uuid.uuid4()), str(uuid.uuid4())
    seen = participant.client.get(f"/api/trials/next?page={page}").json
    participant.post_json(f"/api/trials/{seen['trial_key']}/start", {"page_key": page})

    fresh = participant.client.get(f"/api/trials/next?page={again}").json

    assert fresh["number"] == seen["number"]
    assert fresh["trial_key"] != seen["trial_key"]
    assert participant.answer(seen["trial_key"]).status_code == 409
    for side in ("left", "right"):
        assert participant.get(seen["images"][side]).status_code == 404
        assert participant.get(fresh["images"][side]).status_code == 200
    assert n_answers(open_app) == 0


def test_both_pictures_look_alike_from_outside_before_the_answer(participant):
    trial = participant.next_trial()
    replies = [participant.client.get(trial["images"][side]) for side in ("left", "right")]

    def seen(reply):
        headers = {k: v for k, v in reply.headers.items() if k not in ("Date", "Vary")}
        return len(reply.data), sorted(headers.items())

    assert seen(replies[0]) == seen(replies[1])
    assert not re.search(r"(?i)real|fake", " ".join(trial["images"].values()))
