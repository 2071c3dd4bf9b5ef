"""Play the pairs of a preview with the real presenter: nothing that it sends is stored.

The presenter asks and answers as in a study. How many pairs somebody has answered stands in the
cookie of the desk alone.
"""

from typing import Any

import flask
from flask import url_for

from study_app.catalog import file_of, find_study
from study_app.errors import N_, InvalidResponse, UnknownTrial
from study_app.extensions import db
from study_app.models import Study
from study_app.preview_plan import Part, PreviewTrial, half_of, part_of, preview_plan
from study_app.responses import parse_response, parse_start
from study_app.trial_flow import IssuedTrial
from study_app.views import trial_api
from study_app.views.preview_access import preview
from study_app.views.preview_addresses import address_in_preview, image_token

PLAYED = "played"
PART = "<any(practice, test, break):part>"
# Where the presenter leads after the last pair of a part.
AFTER: dict[Part, str] = {"practice": "test", "test": "break", "break": "debrief"}


def begin(study_id: str) -> None:
    """Begin to play from the first pair."""
    flask.session[PLAYED] = {"study": study_id, "n": 0}


@preview.get(f"/{PART}/next")
def next_trial(study_id: str, part: Part) -> dict[str, Any]:
    """Give the next pair, or say that this part is over."""
    study = find_study(db.session(), study_id)
    trials = _trials(study, part)
    n = _n_played(study_id)
    if n >= len(trials):
        following = url_for("preview.show", study_id=study_id, name=AFTER[part])
        return {"state": "finished", "next_url": following}
    return trial_api.described(
        _issued(trials[n], study, n), lambda token: _image_url(study_id, token)
    )


@preview.post(f"/{PART}/<trial_key>/start")
def start_trial(study_id: str, part: Part, trial_key: str) -> dict[str, Any]:
    """Hear that a pair is about to be shown."""
    _check_key(find_study(db.session(), study_id), part, trial_key)
    parse_start(trial_api.read_body())
    return {"started": True}


@preview.post(f"/{PART}/<trial_key>/response")
def answer_trial(study_id: str, part: Part, trial_key: str) -> dict[str, Any]:
    """Take an answer of the agreed form and forget it; in practice say what it was worth."""
    study = find_study(db.session(), study_id)
    n = _check_key(study, part, trial_key)
    body = trial_api.read_body()
    if body is None:
        raise InvalidResponse("the body is no JSON object")
    chosen_side = parse_response(body).chosen_side
    flask.session[PLAYED] = {"study": study_id, "n": n + 1}
    if part != "practice":
        return {"recorded": True, "feedback": None}
    real_side = _trials(study, part)[n].planned.real_side
    return {
        "recorded": True,
        "feedback": {"correct": chosen_side != real_side, "real_side": real_side},
    }


def _trials(study: Study, part: Part) -> list[PreviewTrial]:
    return part_of(preview_plan(db.session(), study), file_of(study).protocol, part)


def _n_played(study_id: str) -> int:
    played: dict[str, Any] = flask.session.get(PLAYED, {})
    return int(played["n"]) if played.get("study") == study_id else 0


def _check_key(study: Study, part: Part, trial_key: str) -> int:
    """Give the place of a trial by its key: the number of its place."""
    if not trial_key.isdecimal() or int(trial_key) >= len(_trials(study, part)):
        raise UnknownTrial(N_("No trial of this study session has that key."))
    return int(trial_key)


def _issued(trial: PreviewTrial, study: Study, n: int) -> IssuedTrial:
    pair_id = trial.planned.pair_id
    return IssuedTrial(
        trial_key=str(n),
        block=trial.planned.block,
        number=trial.number,
        n_in_block=trial.n_in_block,
        break_before=trial.break_before,
        first_side=trial.planned.first_side,
        left_token=image_token(pair_id, half_of(trial.planned, "left")),
        right_token=image_token(pair_id, half_of(trial.planned, "right")),
        protocol=file_of(study).protocol,
    )


def _image_url(study_id: str, token: str) -> str:
    address = address_in_preview(study_id, url_for("images.image", token=token))
    assert address is not None, "a picture of a preview has an address"
    return address
