"""The desk's page that corrects whom participants write to, or says why it stays."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from study_app import catalog, study_moves
from study_app.errors import StudyError, sentence
from study_app.extensions import db
from study_app.models import Study
from study_app.views.desk_access import desk


@desk.get("/<study_id>/contact")
def contact(study_id: str) -> str:
    """Ask for another contact."""
    study = catalog.find_study(db.session(), study_id)
    return _form(study, study.contact)


@desk.post("/<study_id>/contact")
def change_contact(study_id: str) -> Response | tuple[str, int]:
    """Store another contact."""
    study = catalog.find_study(db.session(), study_id)
    typed = request.form.get("contact", "").strip()
    try:
        study_moves.change_contact(db.session(), study, typed)
    except StudyError as error:
        return _form(study, typed, sentence(str(error))), error.desk_status or error.status
    flash(f"Participants write to {study.contact}.")
    return redirect(url_for("desk.study", study_id=study_id))


def _form(study: Study, typed: str, problem: str = "") -> str:
    return render_template(
        "desk/contact.html",
        desk_study=study,
        is_fixed=study_moves.contact_is_fixed(db.session(), study),
        typed=typed,
        problem=problem,
    )
