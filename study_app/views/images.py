"""Images under opaque tokens; nothing about an answer but the picture itself leaves here."""

from flask import Blueprint, Response

from study_app import trial_flow
from study_app.extensions import db
from study_app.views import cookie

images = Blueprint("images", __name__, url_prefix="/images")


@images.get("/<token>")
def image(token: str) -> Response:
    """Give the image of one side of one trial, as long as its partner."""
    data = trial_flow.read_trial_image(db.session(), cookie.require_code(), token)
    return Response(data, mimetype="image/png")
