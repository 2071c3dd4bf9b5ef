"""Studies of each recruiter, and the links by which people come to them."""

from pathlib import Path
from urllib.parse import urlencode

import flask

from study_app.extensions import db
from study_app.study_moves import open_study
from study_app.study_tables import Recruiter
from tests.study_app import factories
from tests.study_app.factories import NOW

PROLIFIC = Recruiter(
    kind="prolific", completion_code="DONE1", declined_code="NO1", full_code="FULL1"
)
MTURK = Recruiter(kind="mturk")
KIOSK = Recruiter(kind="kiosk")

FROM_PROLIFIC = {"PROLIFIC_PID": "5f0a1b2c3d", "STUDY_ID": "s1", "SESSION_ID": "x1"}
ACCEPTED = {
    "assignmentId": "3ASSIGNMENT",
    "hitId": "3HIT",
    "workerId": "A1WORKER",
    "turkSubmitTo": "https://workersandbox.mturk.com",
}
PREVIEW = {"assignmentId": "ASSIGNMENT_ID_NOT_AVAILABLE", "hitId": "3HIT"}


def open_recruited(app: flask.Flask, set_folder: Path, recruiter: Recruiter, **text: object) -> str:
    """Open a second study of a recruiter; gives its id."""
    source = factories.study_text(id="recruited", recruiter=recruiter, **text)  # type: ignore[arg-type]
    with app.app_context():
        study = factories.create_study(source, set_folder).study
        open_study(db.session(), study, None, NOW)
    return "recruited"


def link(path: str, parameters: dict[str, str]) -> str:
    return f"/study/recruited{path}?{urlencode(parameters)}"
