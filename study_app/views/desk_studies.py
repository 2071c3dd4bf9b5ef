"""The desk's list of studies, and the page of each."""

from datetime import UTC, datetime

from flask import render_template

from study_app import progress
from study_app.catalog import all_studies, file_of, find_study
from study_app.extensions import db
from study_app.views.desk_access import desk
from study_app.views.desk_monitor import overview_of
from study_app.views.desk_study_page import study_page


@desk.get("/")
def studies() -> str:
    """List the studies with how far each is."""
    session, now = db.session(), datetime.now(UTC)
    listed = [
        {
            "id": study.code,
            "title": file_of(study).study.title,
            "state": study.state,
            "progress": _told(progress.measure_progress(session, study, now)),
        }
        for study in all_studies(session)
    ]
    return render_template("desk/studies.html", studies=listed)


@desk.get("/<study_id>/")
def study(study_id: str) -> str:
    """Show one study."""
    found = find_study(db.session(), study_id)
    return study_page("desk/study.html", found, overview=overview_of(found))


def _told(measured: progress.Progress) -> str:
    of_pilot = progress.told_of_pilot(measured)
    return progress.told(measured) + (f". {of_pilot}" if of_pilot else "")
