"""The web study of a test once more, as one that counts for Prometheus."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import flask

from study_app import create_app
from study_app.extensions import db
from tests.study_app import factories

TOKEN = "0123456789abcdef"


@contextmanager
def counting(app: flask.Flask) -> Iterator[flask.Flask]:
    """Give another app on the same instance and database."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    settings = factories.make_settings(Path(app.instance_path), url)
    counts = create_app(replace(settings, metrics_token=TOKEN))
    counts.testing = True
    yield counts
    with counts.app_context():
        db.engine.dispose()
