"""The trial API: the next pair, its start, and the answer to it."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, request, url_for

from study_app import trial_flow
from study_app.errors import InvalidResponse
from study_app.extensions import db
from study_app.plain_trials import NotPlain
from study_app.responses import parse_page_key, parse_response, parse_start
from study_app.views import cookie
from study_app.views.plain_lane import plain_trials

trial_api = Blueprint("trial_api", __name__, url_prefix="/api/trials")


@trial_api.get("/next")
def next_trial() -> dict[str, Any]:
    """Give the next trial under opaque names, or say that all are answered."""
    page_key = _asking_page()
    code, now = cookie.require_code(), datetime.now(UTC)
    issued: trial_flow.IssuedTrial | None
    try:
        issued = plain_trials().issue_next(code, now, page_key)
    except NotPlain:
        issued = trial_flow.issue_next_trial(db.session(), code, now, page_key)
    if issued is None:
        return {"state": "finished", "next_url": url_for("ending.debrief")}
    return described(issued, _image_url)


def _asking_page() -> str | None:
    """Give the key of the opening of the page that asks; None where it names none.

    Raises:
        InvalidResponse: it is none.
    """
    page = request.args.get("page")
    return parse_page_key(page) if page is not None else None


def _image_url(token: str) -> str:
    return url_for("images.image", token=token)


def described(issued: trial_flow.IssuedTrial, image_url: Callable[[str], str]) -> dict[str, Any]:
    """Give a trial as the browser learns of it.

    Args:
        issued: the trial.
        image_url: gives the address of an image by its token.
    """
    protocol = issued.protocol
    return {
        "state": "trial",
        "trial_key": issued.trial_key,
        "block": issued.block,
        "number": issued.number,
        "n_in_block": issued.n_in_block,
        "first_of_block": issued.number == 1,
        "break_before": issued.break_before,
        "layout": protocol.layout,
        "first_side": issued.first_side,
        "image_size_px": protocol.image_size_px,
        "images": {
            "left": image_url(issued.left_token),
            "right": image_url(issued.right_token),
        },
        "timing": {
            "lead_in_ms": protocol.lead_in_ms,
            "display_ms": protocol.display_ms,
            "isi_ms": protocol.isi_ms,
            "response_delay_ms": protocol.response_delay_ms,
        },
        "fixation": protocol.fixation,
        "mask": protocol.mask,
        "mask_ms": protocol.mask_ms,
    }


@trial_api.post("/<trial_key>/start")
def start_trial(trial_key: str) -> dict[str, Any]:
    """Note that this opening of the page is about to show the pair."""
    code = cookie.require_code()
    page_key = parse_start(read_body())
    now = datetime.now(UTC)
    try:
        plain_trials().start(code, trial_key, page_key, now)
    except NotPlain:
        trial_flow.start_trial(db.session(), code, trial_key, page_key, now)
    return {"started": True}


@trial_api.post("/<trial_key>/response")
def record_response(trial_key: str) -> dict[str, Any]:
    """Store the answer; tell what it was worth in practice only, and a page the next pair."""
    code, page_key = cookie.require_code(), _asking_page()
    body = read_body()
    if body is None:
        raise InvalidResponse("the body is no JSON object")
    report, now = parse_response(body), datetime.now(UTC)
    try:
        feedback, following = plain_trials().record(code, trial_key, report, now, page_key)
    except NotPlain:  # then the page asks for the next one
        feedback = trial_flow.record_response(db.session(), code, trial_key, report, now)
        following = None
    reply: dict[str, Any] = {"recorded": True, "feedback": asdict(feedback) if feedback else None}
    if page_key is not None:
        reply["next"] = described(following, _image_url) if following else None
    return reply


def read_body() -> Any:
    """Give the JSON body of a request; None where there is none, or one too deep to be read."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None
