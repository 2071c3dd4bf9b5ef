"""Images under opaque tokens; nothing about an answer but the picture itself leaves here."""

from pathlib import Path

import flask
from flask import Blueprint, Response

from study_app import trial_flow
from study_app.extensions import db
from study_app.padded_pairs import keep_padded
from study_app.views import cookie

images = Blueprint("images", __name__, url_prefix="/images")

PNG = "image/png"
# The folder of padded copies in the instance, and the place where nginx finds it.
COPIES = "images"
INTERNAL = "/padded-images/"


@images.get("/<token>")
def image(token: str) -> Response:
    """Give the image of one side of one trial, as long as its partner."""
    code = cookie.require_code()
    if flask.current_app.config["SENDFILE"] == "x-accel":
        return _sent_by_nginx(code, token)
    return Response(trial_flow.read_trial_image(db.session(), code, token), mimetype=PNG)


def _sent_by_nginx(code: str, token: str) -> Response:
    """Name the copy that nginx is to send; the answer itself is empty."""
    files, half = trial_flow.find_trial_image(db.session(), code, token)
    copies = Path(flask.current_app.instance_path) / COPIES
    name = keep_padded(files, half, copies, flask.current_app.config["SECRET_KEY"])
    return Response(mimetype=PNG, headers={"X-Accel-Redirect": INTERNAL + name})
