import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from study_app.extensions import db
from study_app.models import Response, Trial
from tests.study_app.factories import Browser, response_body

TRIAL_FIELDS = {
    "state",
    "trial_key",
    "block",
    "number",
    "n_in_block",
    "first_of_block",
    "break_before",
    "layout",
    "first_side",
    "image_size_px",
    "images",
    "timing",
    "fixation",
    "mask",
    "mask_ms",
}
PAGE, OTHER_PAGE = (
    "0b7f4f0c-3c0e-4c53-8a38-5a1f0c9d0001",
    "0b7f4f0c-3c0e-4c53-8a38-5a1f0c9d0002",
)


def start(browser, trial_key, page=PAGE):
    return browser.post_json(f"/api/trials/{trial_key}/start", {"page_key": page})


def next_for(browser, page):
    return browser.client.get(f"/api/trials/next?page={page}")


def error_of(response):
    return response.status_code, response.json["error"]


def test_the_next_trial_is_given_under_opaque_names(participant):
    trial = participant.next_trial()

    assert set(trial) == TRIAL_FIELDS
    assert (trial["state"], trial["block"], trial["number"]) == ("trial", "practice", 1)
    assert (trial["n_in_block"], trial["first_of_block"], trial["break_before"]) == (2, True, False)
    assert (trial["layout"], trial["image_size_px"]) == ("sequential", 256)
    assert trial["timing"] == {
        "lead_in_ms": 900,
        "display_ms": 1000,
        "isi_ms": 600,
        "response_delay_ms": 100,
    }
    assert (trial["fixation"], trial["mask"], trial["mask_ms"]) == (False, "none", 100)
    assert re.fullmatch(r"[\w-]{22}", trial["trial_key"])
    assert set(trial["images"]) == {"left", "right"}
    assert all(re.fullmatch(r"/images/[\w-]{22}", url) for url in trial["images"].values())


def test_a_whole_study_session_goes_from_the_first_trial_to_the_debrief(participant):
    assert participant.answer_all() == 10
    assert participant.next_trial() == {"state": "finished", "next_url": "/debrief"}


def answer_for(browser, trial_key, page=PAGE, **changes):
    address = f"/api/trials/{trial_key}/response?page={page}"
    return browser.post_json(address, response_body(**changes))


def test_the_reply_to_an_answer_brings_the_next_trial_to_the_page_that_goes_on(participant):
    trial = next_for(participant, PAGE).json
    numbers, n_asked = [], 1
    while trial["state"] == "trial":
        assert set(trial) == TRIAL_FIELDS
        assert participant.client.get(trial["images"]["left"]).status_code == 200
        assert start(participant, trial["trial_key"]).status_code == 200
        numbers.append((trial["block"], trial["number"]))
        trial = answer_for(participant, trial["trial_key"]).json["next"]
        if trial is None:
            trial, n_asked = next_for(participant, PAGE).json, n_asked + 1

    assert numbers == [("practice", n) for n in (1, 2)] + [("main", n) for n in range(1, 9)]
    assert (trial["state"], n_asked) == ("finished", 2)


def test_an_answer_sent_again_is_acknowledged_and_the_next_trial_has_to_be_asked_for(participant):
    key = next_for(participant, PAGE).json["trial_key"]
    start(participant, key)

    first, again = (answer_for(participant, key, response_key=PAGE).json for _ in range(2))

    assert again == {**first, "next": None}
    assert next_for(participant, PAGE).json == first["next"]


def test_who_names_no_page_is_told_of_no_trial_and_a_bad_name_stores_nothing(participant):
    trial = participant.next_trial()

    refused = answer_for(participant, trial["trial_key"], page="me")

    assert error_of(refused) == (422, "invalid-response")
    assert set(participant.answer(trial["trial_key"]).json) == {"recorded", "feedback"}


def test_a_start_is_noted_and_noted_once(participant):
    key = next_for(participant, PAGE).json["trial_key"]

    first, again = start(participant, key), start(participant, key)

    assert (first.status_code, first.json) == (200, {"started": True})
    assert (again.status_code, again.json) == (200, {"started": True})


def test_another_opening_of_the_page_gets_another_pair_at_the_same_number(participant):
    trial = next_for(participant, PAGE).json
    start(participant, trial["trial_key"])

    other = next_for(participant, OTHER_PAGE).json

    assert other["trial_key"] != trial["trial_key"]
    assert not set(other["images"].values()) & set(trial["images"].values())
    assert (other["number"], other["block"]) == (trial["number"], trial["block"])
    assert error_of(start(participant, trial["trial_key"])) == (409, "wrong-order")
    assert error_of(participant.answer(trial["trial_key"])) == (409, "wrong-order")
    assert participant.client.get(trial["images"]["left"]).status_code == 404
    assert start(participant, other["trial_key"], OTHER_PAGE).status_code == 200
    assert participant.answer(other["trial_key"]).status_code == 200


def test_a_pair_that_replaces_another_looks_like_every_pair(participant):
    while (trial := participant.next_trial())["block"] == "practice":
        participant.answer(trial["trial_key"])
    start(participant, trial["trial_key"])

    other = next_for(participant, OTHER_PAGE).json

    own = ("trial_key", "images")
    assert {name: other[name] for name in other if name not in own} == {
        name: trial[name] for name in trial if name not in own
    }


@pytest.mark.parametrize(
    "body", [None, [], {}, {"page_key": "me"}, {"page_key": None}, {"page_key": ["a"]}]
)
def test_a_start_without_a_name_for_the_page_is_refused(participant, body):
    key = participant.next_trial()["trial_key"]

    answer = participant.post_json(f"/api/trials/{key}/start", body)

    assert error_of(answer) == (422, "invalid-response")


def test_a_page_that_names_itself_badly_gets_no_trial(participant):
    assert error_of(next_for(participant, "me")) == (422, "invalid-response")


def test_a_start_out_of_turn_of_nobody_or_without_form_token_is_refused(open_app, participant):
    key = participant.next_trial()["trial_key"]
    with open_app.app_context():
        later = db.session.scalar(sa.select(Trial.trial_key).where(Trial.trial_index == 5))

    assert error_of(start(participant, later)) == (409, "wrong-order")
    assert error_of(start(participant, "no-such-key")) == (404, "unknown-trial")
    forged = participant.client.post(f"/api/trials/{key}/start", json={"page_key": PAGE})
    assert forged.status_code == 400
    stranger = Browser(open_app)
    stranger.get("/study/colours/consent")
    assert error_of(start(stranger, key)) == (401, "no-study-session")
    assert start(participant, key).status_code == 200


def test_window_and_events_are_stored(open_app, participant):
    events = [{"kind": "resized", "at_ms": 40.5}]
    key = participant.next_trial()["trial_key"]

    participant.answer(key, response_body(window_width_px=1280, zoom=1, n_blurred=2, events=events))

    with open_app.app_context():
        stored = db.session.scalars(sa.select(Response)).one()
        assert (stored.window_width_px, stored.window_height_px) == (1280, None)
        assert (stored.zoom, stored.n_blurred, stored.events) == (1, 2, events)


def test_practice_answers_get_feedback_and_others_none(participant):
    seen = []
    for _ in range(4):
        key = participant.next_trial()["trial_key"]
        seen.append(participant.answer(key).json)

    assert all(answer["recorded"] is True for answer in seen)
    assert [answer["feedback"] is None for answer in seen] == [False, False, True, True]
    assert set(seen[0]["feedback"]) == {"correct", "real_side"}


def test_the_same_answer_again_gets_the_same_reply(participant):
    key, body = participant.next_trial()["trial_key"], response_body()

    first, again = participant.answer(key, body), participant.answer(key, body)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json == again.json


def test_another_answer_is_refused(participant):
    key = participant.next_trial()["trial_key"]
    participant.answer(key)

    assert error_of(participant.answer(key)) == (409, "already-answered")


def test_a_trial_out_of_turn_is_refused(open_app, participant):
    participant.next_trial()
    with open_app.app_context():
        later = db.session.scalar(sa.select(Trial.trial_key).where(Trial.trial_index == 5))

    assert error_of(participant.answer(later)) == (409, "wrong-order")


def test_a_trial_of_somebody_else_is_unknown(open_app, participant):
    other = Browser(open_app)
    other.consent()
    key = other.next_trial()["trial_key"]

    assert error_of(participant.answer(key)) == (404, "unknown-trial")
    assert error_of(participant.answer("none")) == (404, "unknown-trial")


def test_without_a_study_session_there_is_no_trial(browser):
    browser.get("/study/colours/consent")

    assert error_of(browser.client.get("/api/trials/next")) == (401, "no-study-session")
    assert error_of(browser.answer("any")) == (401, "no-study-session")
    assert error_of(browser.client.post("/api/trials/any/response", json={})) == (
        401,
        "no-study-session",
    )


def test_after_withdrawal_there_is_no_trial(participant):
    key = participant.next_trial()["trial_key"]
    participant.get("/withdraw")
    participant.post_form("/withdraw")

    assert error_of(participant.client.get("/api/trials/next")) == (410, "withdrawn")
    assert error_of(participant.answer(key)) == (410, "withdrawn")


def test_an_answer_without_a_form_token_is_refused(open_app, participant):
    key = participant.next_trial()["trial_key"]

    answer = participant.client.post(f"/api/trials/{key}/response", json=response_body())

    assert error_of(answer) == (400, "form-token")
    with open_app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Response)) == 0


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b'{"chosen_side": "left"}', "text/plain"),
        (b'{"chosen_side": "left"}', "application/json"),
    ],
)
def test_a_malformed_answer_is_refused_with_the_reason(participant, data, content_type):
    key = participant.next_trial()["trial_key"]

    answer = participant.client.post(
        f"/api/trials/{key}/response",
        data=data,
        content_type=content_type,
        headers={"X-CSRFToken": participant.form_token},
    )

    assert error_of(answer) == (422, "invalid-response")
    assert answer.json["message"]


def test_an_answer_of_many_bytes_is_refused(participant):
    key = participant.next_trial()["trial_key"]

    answer = participant.answer(key, response_body(padding="x" * 100_000))

    assert answer.status_code == 413
    assert answer.json["message"]


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_trials_are_only_read(participant, method):
    answer = getattr(participant.client, method)(
        "/api/trials/next", headers={"X-CSRFToken": participant.form_token}
    )

    assert answer.status_code == 405
    assert answer.json["error"] == "method-not-allowed"


def test_posts_at_the_same_time_store_one_answer(open_app, participant):
    key = participant.next_trial()["trial_key"]
    cookie = next(iter(participant.client._cookies.values()))

    def post(_number):
        twin = Browser(open_app)
        twin.client.set_cookie(cookie.key, cookie.value)
        twin.form_token = participant.form_token
        return twin.answer(key).status_code

    with ThreadPoolExecutor(10) as pool:
        codes = Counter(pool.map(post, range(10)))

    assert codes == {200: 1, 409: 9}


def test_nothing_on_the_wire_tells_the_truth_before_the_answer(open_app, participant):
    """Invariant 3: whatever two trials differ in on the wire, it is not which image is real.

    Every answer of the server up to the response is searched for names of the stimulus set, and
    everything that could be compared between the sides is compared.
    """
    pages = [participant.get(path) for path in ("/instructions", "/trials")]
    types = set()
    while True:
        given = participant.client.get("/api/trials/next")
        trial = given.json
        if trial["state"] == "finished":
            break
        images = {side: participant.client.get(url) for side, url in trial["images"].items()}
        with open_app.app_context():
            stored = db.session.scalars(
                sa.select(Trial).where(Trial.trial_key == trial["trial_key"])
            ).one()
            pair = stored.stimulus_pair
            names = {pair.pair_id, pair.photo_id, pair.condition.name, pair.real_sha256}
            names |= {pair.real_path, pair.fake_path, pair.fake_sha256, stored.trial_type}
            types.add(stored.trial_type)
        for answer in (given, *pages):
            text = str(answer.headers) + answer.text
            assert not [name for name in names - {"practice", "main"} if name in text]
        assert "real_side" not in given.text
        assert len(given.data) == len(given.data.strip()) + 1
        left, right = images["left"], images["right"]
        assert dict(left.headers) == dict(right.headers)
        assert len(left.data) == len(right.data)
        for image in (left, right):
            assert not {"ETag", "Last-Modified", "Content-Disposition", "Set-Cookie"} & set(
                dict(image.headers)
            )
            assert not [name for name in names if name.encode() in image.data]
        reply = participant.answer(trial["trial_key"])
        if trial["block"] == "main":
            assert reply.json == {"recorded": True, "feedback": None}
    assert types == {"practice", "main", "vigilance", "control"}


def test_trials_of_the_main_block_look_the_same_whatever_their_type(open_app, participant):
    shapes = {}
    while (trial := participant.next_trial())["state"] == "trial":
        with open_app.app_context():
            kind = db.session.scalar(
                sa.select(Trial.trial_type).where(Trial.trial_key == trial["trial_key"])
            )
        differing = (
            "trial_key",
            "images",
            "number",
            "first_of_block",
            "break_before",
            "first_side",
        )
        shape = {name: value for name, value in trial.items() if name not in differing}
        shapes.setdefault(kind, []).append(shape)
        participant.answer(trial["trial_key"])

    assert shapes["vigilance"][0] == shapes["control"][0] == shapes["main"][0]
    assert all(shape == shapes["main"][0] for shape in shapes["main"])


def test_opaque_names_do_not_repeat_between_participants(open_app):
    """Two people who saw the same pair cannot tell by comparing addresses."""
    seen = []
    for _ in range(2):
        browser = Browser(open_app)
        browser.consent()
        while (trial := browser.next_trial())["state"] == "trial":
            seen += [trial["trial_key"], *trial["images"].values()]
            browser.answer(trial["trial_key"])

    assert len(seen) == len(set(seen)) == 60


@pytest.mark.parametrize("action", ["start", "response"])
def test_a_body_too_deep_to_be_read_is_refused(participant, action):
    trial = participant.next_trial()

    refused = participant.client.post(
        f"/api/trials/{trial['trial_key']}/{action}",
        data="[" * 30_000,
        content_type="application/json",
        headers={"X-CSRFToken": participant.form_token},
    )

    assert refused.status_code == 422
