"""What the tests of the desk's monitoring share."""

import shutil
from pathlib import Path

import flask
import pytest

from study_app.extensions import db
from study_app.models import StimulusSet


@pytest.fixture
def own_set(open_app: flask.Flask, set_folder: Path, tmp_path: Path) -> Path:
    """Give the open study a copy of its set, to be damaged."""
    copy = tmp_path / "set"
    shutil.copytree(set_folder, copy)
    with open_app.app_context():
        db.session.query(StimulusSet).update({"folder": str(copy)})
        db.session.commit()
    return copy
