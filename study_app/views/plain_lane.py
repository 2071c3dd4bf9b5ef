"""The cheap way of what every trial asks, made once for the app; see ``plain_trials.py``."""

from typing import cast

import flask

from study_app.extensions import db
from study_app.plain_trials import PlainTrials

EXTENSION = "plain_trials"


def register_plain_trials(app: flask.Flask) -> None:
    """Prepare the statements for the app's database."""
    with app.app_context():
        app.extensions[EXTENSION] = PlainTrials(db.engine)


def plain_trials() -> PlainTrials:
    """Give what was prepared."""
    return cast("PlainTrials", flask.current_app.extensions[EXTENSION])
