"""The buttons between the states of a study; a move without a way back is asked for once more."""

from datetime import UTC, datetime

from flask import flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from study_app import catalog, study_moves
from study_app.errors import StudyError, sentence
from study_app.extensions import db
from study_app.models import Study
from study_app.study_states import (
    ENROLLING,
    MEANINGS,
    MOVES,
    Move,
    StudyState,
    find_move,
    find_state,
    refusal,
)
from study_app.views.desk_access import desk

UNPROCESSABLE = 422


@desk.app_template_global()
def moves_from(state: StudyState) -> tuple[Move, ...]:
    """Give the moves from a state."""
    return MOVES[state]


@desk.app_template_global()
def meaning_of(state: StudyState) -> str:
    """Say what a state means for people."""
    return MEANINGS[state]


@desk.app_template_global()
def takes_people(state: StudyState) -> bool:
    """Say whether people can take part in a state."""
    return state in ENROLLING


@desk.get("/<study_id>/state/<to>")
def ask_to_move(study_id: str, to: str) -> str | Response:
    """Say what a move does, and ask for it; after the move, as by "Back", say what is so."""
    study = catalog.find_study(db.session(), study_id)
    state = find_state(to)
    if state is None:
        raise NotFound
    move = find_move(study.state, state)
    if move is not None:
        return _form(study, move)
    is_there = study.state == state
    said = f"is {state} already" if is_there else refusal(study.state, state)
    flash(f"{study.code} {said}.")
    return redirect(url_for("desk.study", study_id=study_id))


@desk.get("/<study_id>/state")
def lead_to_the_state(study_id: str) -> Response:
    """Lead who comes to the address of the form to the page that has it."""
    return redirect(url_for("desk.study", study_id=study_id, _anchor="state"))


@desk.post("/<study_id>/state")
def move_study(study_id: str) -> Response | tuple[str, int]:
    """Bring a study to another state."""
    study = catalog.find_study(db.session(), study_id)
    seen, to = find_state(request.form.get("seen", "")), find_state(request.form.get("to", ""))
    move = find_move(seen, to) if seen and to else None
    if move is None or seen is None:
        raise NotFound
    if move.is_final and request.form.get("confirmed") != "yes":
        return _form(study, move, "Please confirm that there is no way back."), UNPROCESSABLE
    contact = request.form.get("contact", "").strip()
    try:
        now = datetime.now(UTC)
        study_moves.move_study(db.session(), study, move.to, now, contact=contact, seen=seen)
    except StudyError as error:
        return _form(study, move, sentence(str(error))), error.desk_status or error.status
    flash(f"{study.code}: {study.state}. {MEANINGS[study.state]}")
    return redirect(url_for("desk.study", study_id=study_id))


def _form(study: Study, move: Move, problem: str = "") -> str:
    return render_template(
        "desk/move.html",
        desk_study=study,
        move=move,
        is_possible=find_move(study.state, move.to) is not None,
        wants_contact=move.to in ENROLLING and not study.contact.strip(),
        typed_contact=request.form.get("contact", ""),
        problem=problem,
    )
