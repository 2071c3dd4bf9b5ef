"""Images under opaque tokens; nothing about an answer but the picture itself leaves here."""

from pathlib import Path

import flask
from flask import Blueprint, Response
from flask.blueprints import BlueprintSetupState

from study_app import trial_flow
from study_app.extensions import db
from study_app.padded_pairs import Half, PairFiles, RecentPairs, keep_padded
from study_app.plain_trials import NotPlain
from study_app.views import cookie
from study_app.views.plain_lane import plain_trials

images = Blueprint("images", __name__, url_prefix="/images")

PNG = "image/png"
# The folder of padded copies in the instance, and the place where nginx finds it.
COPIES = "images"
INTERNAL = "/padded-images/"
RECENT = "recent_pairs"


@images.record
def _keep_recent_pairs(state: BlueprintSetupState) -> None:
    state.app.extensions[RECENT] = RecentPairs()


@images.get("/<token>")
def image(token: str) -> Response:
    """Give the image of one side of one trial, as long as its partner."""
    files, half = _find(cookie.require_code(), token)
    if flask.current_app.config["SENDFILE"] == "x-accel":
        return _sent_by_nginx(files, half)
    recent: RecentPairs = flask.current_app.extensions[RECENT]
    return Response(recent.read(files)[half], mimetype=PNG)


def _find(code: str, token: str) -> tuple[PairFiles, Half]:
    try:
        return plain_trials().find_image(code, token)
    except NotPlain:
        return trial_flow.find_trial_image(db.session(), code, token)


def _sent_by_nginx(files: PairFiles, half: Half) -> Response:
    """Name the copy that nginx is to send; the answer itself is empty."""
    copies = Path(flask.current_app.instance_path) / COPIES
    name = keep_padded(files, half, copies, flask.current_app.config["SECRET_KEY"])
    return Response(mimetype=PNG, headers={"X-Accel-Redirect": INTERNAL + name})
