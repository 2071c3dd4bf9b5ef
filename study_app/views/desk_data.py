"""The desk's page for taking data away and for the report, which another process makes."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import flask
from flask import Response, redirect, render_template, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from study_app.analysis_command import INSTALL, NOT_INSTALLED, is_installed
from study_app.catalog import find_study
from study_app.consented import has_sessions
from study_app.errors import AnalysisMissing, ReportRefused, sentence
from study_app.extensions import db
from study_app.models import Study
from study_app.monitoring.blinding import is_over
from study_app.monitoring.downloads import Package, archive_notes, write_package
from study_app.monitoring.report_job import FOLDERS, folder_of, start_job
from study_app.monitoring.report_results import (
    PAGE_NAME,
    TWIN_NAME,
    allowed_kind,
    read_rates,
    visible_job,
)
from study_app.study_states import Phase
from study_app.views.desk_access import desk
from study_app.views.desk_study_page import study_page

PHASE_OF: dict[str, Phase] = {name: phase for phase, name in FOLDERS.items()}
HIDDEN: dict[Phase, str] = {
    "main": "fool rates stay hidden until the study is closed, by its study file",
    "pilot": "the pilot's fool rates stay hidden until it is ended, by the study file",
}
NO_REPORT = "there is no such report yet"
# The page brings its style and pictures along; nothing of it is fetched, and nothing runs.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@desk.get("/<study_id>/data")
def data(study_id: str) -> str:
    """Offer the data, and the report with how far it is."""
    found = find_study(db.session(), study_id)
    return study_page(
        "desk/data.html",
        found,
        has_pilot=has_sessions(db.session(), found, "pilot"),
        notes=[sentence(note) for note in archive_notes(db.session(), found)],
        **_report_values(found),
    )


@desk.get("/<study_id>/<any('data', 'archive', 'pilot-data'):package>.zip")
def download(study_id: str, package: str) -> AnyResponse:
    """Send the data, freshly exported."""
    found = find_study(db.session(), study_id)
    with tempfile.TemporaryDirectory(prefix="study-download-") as folder:
        path = write_package(db.session(), found, cast("Package", package), Path(folder))
        # Open but nameless from here on: nothing is left behind, however the sending ends.
        file = path.open("rb")
        n_bytes = path.stat().st_size
    response = send_file(
        file, mimetype="application/zip", as_attachment=True, download_name=path.name, etag=False
    )
    response.content_length = n_bytes
    return response


@desk.post("/<study_id>/<any('report', 'pilot-report'):name>")
def make_report(study_id: str, name: str) -> AnyResponse:
    """Start the process that makes the report.

    Raises:
        ReportRefused: fool rates are hidden, or one is being made.
        AnalysisMissing: the analysis is not installed.
    """
    found, phase = find_study(db.session(), study_id), PHASE_OF[name]
    kind = allowed_kind(db.session(), found, phase)
    if kind is None:
        raise ReportRefused(HIDDEN[phase])
    if not is_installed():
        raise AnalysisMissing(NOT_INSTALLED)
    start_job(_folder(study_id, phase), study_id, kind, phase, _environment())
    return redirect(url_for("desk.data", study_id=study_id, _anchor=name), 303)


@desk.get("/<study_id>/<any('report', 'pilot-report'):name>")
def lead_to_the_report(study_id: str, name: str) -> AnyResponse:
    """Lead who comes to the address of the form to the page that has it."""
    return redirect(url_for("desk.data", study_id=study_id, _anchor=name))


@desk.get("/<study_id>/report/now")
def report_now(study_id: str) -> str:
    """Give how far the reports are, for the page that is open already."""
    found = find_study(db.session(), study_id)
    return render_template("desk/_reports.html", desk_study=found, **_report_values(found))


@desk.get(
    "/<study_id>/<any('report', 'pilot-report'):name>/<any('report.html', 'report.json'):file>"
)
def report_file(study_id: str, name: str, file: str) -> Response:
    """Give a report's page or its twin.

    Raises:
        ReportRefused: there is none, or fool rates are hidden.
    """
    found, phase = find_study(db.session(), study_id), PHASE_OF[name]
    folder = _folder(study_id, phase)
    if allowed_kind(db.session(), found, phase) != "report":
        raise ReportRefused(HIDDEN[phase])
    if visible_job(db.session(), found, phase, folder) is None:
        raise ReportRefused(NO_REPORT)
    try:
        content = (folder / file).read_bytes()
    except OSError:
        raise ReportRefused(NO_REPORT) from None
    response = Response(content, mimetype="text/html" if file == PAGE_NAME else "application/json")
    response.headers["Content-Security-Policy"] = REPORT_POLICY
    return response


def _report_values(study: Study) -> dict[str, object]:
    """Give the study's report, and that of its pilot if there was one; that of now first."""
    of_study, of_pilot = _report_of(study, "main"), _report_of(study, "pilot")
    reports = [of_study]
    if of_pilot["has_begun"]:
        reports = [of_study, of_pilot] if of_study["has_begun"] else [of_pilot, of_study]
    return {
        "reports": reports,
        "is_installed": is_installed(),
        "install": INSTALL,
        "now": datetime.now(UTC),
        "page_name": PAGE_NAME,
        "twin_name": TWIN_NAME,
    }


def _report_of(study: Study, phase: Phase) -> dict[str, object]:
    folder, session = _folder(study.code, phase), db.session()
    job = visible_job(session, study, phase, folder)
    is_done = job is not None and job.step == "done"
    return {
        "name": FOLDERS[phase],
        "is_pilot": phase == "pilot",
        "is_over": is_over(study.state, phase),
        "allowed": allowed_kind(session, study, phase),
        "has_begun": has_sessions(session, study, phase),
        "job": job,
        "rates": read_rates(folder, job.kind) if job and is_done else [],
        "has_page": is_done and (folder / PAGE_NAME).is_file(),
    }


def _folder(study_code: str, phase: Phase) -> Path:
    return folder_of(Path(flask.current_app.instance_path), study_code, phase)


def _environment() -> dict[str, str]:
    """Tell the process which instance it is."""
    config = flask.current_app.config
    return {
        "STUDY_INSTANCE_PATH": flask.current_app.instance_path,
        "STUDY_DATABASE_URL": str(config["SQLALCHEMY_DATABASE_URI"]),
        "STUDY_SECRET_KEY": str(config["SECRET_KEY"]),
    }
