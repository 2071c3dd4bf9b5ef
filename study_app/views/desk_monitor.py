"""The desk's pages that watch a study: overview, participants, quality, links."""

from datetime import UTC, datetime
from pathlib import Path

import flask
from flask import render_template, url_for

from study_app.catalog import file_of, find_study
from study_app.extensions import db
from study_app.models import Study
from study_app.monitoring.attention import INVALID_SHARE
from study_app.monitoring.invitation_links import invitation_links, link_warnings
from study_app.monitoring.overview import Overview, measure_overview
from study_app.monitoring.people import read_people
from study_app.monitoring.timing_quality import measure_timing
from study_app.monitoring.vigilance import measure_vigilance
from study_app.views.desk_access import desk
from study_app.views.desk_study_page import page_number, study_page


@desk.get("/<study_id>/now")
def study_now(study_id: str) -> str:
    """Give the part of the overview that changes, for the page that is open already."""
    found = find_study(db.session(), study_id)
    return render_template("desk/_overview.html", desk_study=found, overview=overview_of(found))


def overview_of(study: Study) -> Overview:
    """Measure where a study stands now."""
    instance = Path(flask.current_app.instance_path)
    return measure_overview(db.session(), study, datetime.now(UTC), instance)


@desk.get("/<study_id>/participants")
def participants(study_id: str) -> str:
    """Show one line per participant, the newest first."""
    found = find_study(db.session(), study_id)
    page = read_people(db.session(), found, page_number(), datetime.now(UTC))
    return study_page("desk/participants.html", found, page=page)


@desk.get("/<study_id>/quality")
def quality(study_id: str) -> str:
    """Show how exposures kept to the plan, and how attentive people were."""
    found = find_study(db.session(), study_id)
    session, study_file = db.session(), file_of(found)
    groups = [
        {
            "simulated": simulated,
            "timing": measure_timing(session, found, simulated=simulated),
            "vigilance": measure_vigilance(session, found, simulated=simulated),
        }
        for simulated in (False, True)
    ]
    return study_page(
        "desk/quality.html",
        found,
        groups=[group for group in groups if group["timing"] or not group["simulated"]],
        exposure=study_file.exposure,
        pass_share=study_file.exclusion.vigilance_pass_share,
        invalid_share=INVALID_SHARE,
        is_paid=study_file.recruiter.paid,
    )


@desk.get("/<study_id>/links")
def links(study_id: str) -> str:
    """Show the addresses that invite people, ready to copy."""
    found = find_study(db.session(), study_id)
    kind = file_of(found).recruiter.kind
    url = url_for("pages.invitation", study_id=study_id, _external=True)
    return study_page(
        "desk/links.html",
        found,
        kind=kind,
        links=invitation_links(kind, url),
        warnings=link_warnings(kind, url, found.state),
    )
