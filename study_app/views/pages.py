"""The pages a participant sees, one template each."""

from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlencode

import flask
from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from study_app import collected, enrolment, places, recruiters
from study_app.catalog import all_studies, file_of
from study_app.extensions import db
from study_app.models import Study
from study_app.protocol import ProtocolSettings
from study_app.study_states import ENROLLING
from study_app.views import cookie, flow, rate_limits, recruiting
from study_app.views.language import forget_language, page_language, remember_language
from study_app.views.participant import (
    find_study_of_page,
    own_study_session,
    participating,
    place,
)
from study_app.wording import words_of

pages = Blueprint("pages", __name__)

TRIAL_KEY_PLACE = "TRIAL_KEY"
# Why somebody who looks at an invitation cannot go on.
Obstacle = Literal["not-open", "closed", "preview", "recruiter"]


@pages.get("/")
def home() -> Response | str:
    """Lead to the one open study, or say what to do."""
    studies = all_studies(db.session())
    open_studies = [study for study in studies if study.state == "open"]
    if len(open_studies) == 1:
        return redirect(url_for("pages.invitation", study_id=open_studies[0].code))
    listed = [
        {
            "title": words_of(file_of(study), page_language())["title"],
            "url": url_for("pages.invitation", study_id=study.code),
        }
        for study in open_studies
    ]
    return render_template("home.html", open_studies=listed, n_studies=len(studies))


@pages.get("/study/<study_id>")
def invitation(study_id: str) -> str:
    """Invite; stores nothing but that somebody looked."""
    study = find_study_of_page(study_id)
    carried = recruiting.carried_by(study, request.args)
    obstacle = _obstacle(study, carried)
    flow.count(study, "preview" if obstacle else "invitation")
    return invitation_page(study, carried, obstacle)


def invitation_page(study: Study, carried: dict[str, str], obstacle: Obstacle | None) -> str:
    """Give the invitation, with what is in the way of whoever reads it."""
    study_id = study.code
    consent_url = url_for("pages.consent", study_id=study_id)
    return render_template(
        "invitation.html",
        consent_url=consent_url,
        hidden_fields=carried,
        next_url=f"{consent_url}?{urlencode(carried)}" if carried else consent_url,
        obstacle=obstacle,
        has_begun=cookie.knows(study_id),
        next_person_url=_next_person_url(study) if cookie.knows(study_id) else None,
        **_numbers(study),
    )


@pages.get("/study/<study_id>/consent")
def consent(study_id: str) -> Response | str:
    """Ask for consent, unless this browser is in the study already."""
    study = find_study_of_page(study_id)
    carried = recruiting.carried_by(study, request.args)
    if cookie.resume(study_id):
        recruiting.keep_assignment(study, carried)  # accepted anew, after it was returned
        return redirect(place(own_study_session()))
    recruiting.check_arrival(study, carried)
    is_simulated = recruiting.simulated_seed(study, carried) is not None
    enrolment.check_accepts(study, is_simulated)
    if not is_simulated:
        person = recruiting.hashed_person(study, carried)
        enrolment.check_has_place(db.session(), study, person, datetime.now(UTC))
    cookie.enrolment_key(study_id)
    flow.count(study, "consent")
    return consent_form(study, carried)


@pages.post("/study/<study_id>/consent")
def give_consent(study_id: str) -> Response | str | tuple[str, int]:
    """Enrol who agrees; let go who does not."""
    study = find_study_of_page(study_id)
    carried = recruiting.carried_by(study, request.form)
    if cookie.resume(study_id):
        return redirect(place(own_study_session()))
    if request.form.get("agree") == "no":
        flow.count(study, "declined")
        return redirect(url_for("pages.declined", study_id=study_id))
    if request.form.get("agree") != "yes":
        return consent_form(study, carried, _("Please choose one of the two.")), 422
    recruiting.check_arrival(study, carried)
    seed = recruiting.simulated_seed(study, carried)
    applicant = enrolment.Applicant(
        enrolment_key=cookie.enrolment_key(study_id),
        simulated=seed is not None,
        external_id=recruiting.hashed_person(study, carried),
        seed=seed,
        language=remember_language(),
    )
    study_session = enrolment.enrol(db.session(), study_id, applicant, datetime.now(UTC))
    cookie.remember(study_id, study_session.code)
    if seed is not None:
        rate_limits.lift_limits()
    recruiting.keep_assignment(study, carried)
    return redirect(place(study_session))


@pages.get("/study/<study_id>/declined")
def declined(study_id: str) -> str:
    """Thank who declined."""
    return declined_page(find_study_of_page(study_id))


def declined_page(study: Study) -> str:
    """Give the page of who declined."""
    return render_template(
        "declined.html",
        invitation_url=url_for("pages.invitation", study_id=study.code),
        outcome=recruiting.outcome_of(study, "declined"),
    )


@pages.post("/study/<study_id>/next-person")
def next_person(study_id: str) -> Response:
    """Forget who was here, on the one machine of a laboratory, and invite the next person."""
    study = find_study_of_page(study_id)
    if recruiting.kind_of(study) != "kiosk":
        flask.abort(404)
    cookie.forget(study_id)
    forget_language()
    return redirect(url_for("pages.invitation", study_id=study_id))


@pages.get("/instructions")
def instructions() -> Response | str:
    """Tell what happens next."""
    study_session = participating()
    if (here := place(study_session)) not in _ready_pages():
        return redirect(here)
    return instructions_page(
        file_of(study_session.participant.study).protocol,
        n_practice=study_session.n_practice,
        n_main=study_session.n_trials - study_session.n_practice,
        has_started=study_session.n_answered > 0,
    )


def instructions_page(
    protocol: ProtocolSettings, *, n_practice: int, n_main: int, has_started: bool
) -> str:
    """Give the page that tells what happens next."""
    return render_template(
        "instructions.html",
        n_practice=n_practice,
        n_main=n_main,
        layout=protocol.layout,
        display_ms=protocol.display_ms,
        next_url=url_for("pages.trials"),
        has_started=has_started,
    )


@pages.get("/trials")
def trials() -> str | Response:
    """Give the presenter its page; the trials come by the trial API."""
    study_session = participating()
    if (here := place(study_session)) not in _ready_pages():
        return redirect(here)
    places.come_back(db.session(), study_session, datetime.now(UTC))
    return trials_page(
        file_of(study_session.participant.study).protocol,
        n_practice=study_session.n_practice,
        n_main=study_session.n_trials - study_session.n_practice,
        next_trial_url=url_for("trial_api.next_trial"),
        start_url_template=url_for("trial_api.start_trial", trial_key=TRIAL_KEY_PLACE),
        response_url_template=url_for("trial_api.record_response", trial_key=TRIAL_KEY_PLACE),
    )


def trials_page(
    protocol: ProtocolSettings,
    *,
    n_practice: int,
    n_main: int,
    next_trial_url: str,
    start_url_template: str,
    response_url_template: str,
) -> str:
    """Give the presenter's page; ``TRIAL_KEY_PLACE`` stands for a trial's key in two addresses."""
    return render_template(
        "trials.html",
        n_practice=n_practice,
        n_main=n_main,
        layout=protocol.layout,
        image_size_px=protocol.image_size_px,
        break_after=protocol.break_after,
        next_trial_url=next_trial_url,
        start_url_template=start_url_template,
        response_url_template=response_url_template,
    )


def consent_form(study: Study, carried: dict[str, str], error: str | None = None) -> str:
    """Give the page that asks for consent."""
    given = file_of(study).consent
    return render_template(
        "consent.html",
        consent_version=given.version,
        stored=collected.sentences(file_of(study)),
        consent_required=given.required,
        action_url=url_for("pages.give_consent", study_id=study.code),
        hidden_fields=carried,
        error=error,
    )


def _ready_pages() -> tuple[str, str]:
    """Give the pages of who has all checks behind them and pairs before them."""
    return url_for("pages.instructions"), url_for("pages.trials")


def _obstacle(study: Study, carried: dict[str, str]) -> Obstacle | None:
    if recruiting.simulated_seed(study, carried) is not None:
        return None
    if study.state not in ENROLLING:
        return "closed" if study.state == "closed" else "not-open"
    kind = recruiting.kind_of(study)
    if recruiters.is_preview(kind, carried):
        return "preview"
    return None if recruiters.comes_from_recruiter(kind, carried) else "recruiter"


def _next_person_url(study: Study) -> str | None:
    is_kiosk = recruiting.kind_of(study) == "kiosk"
    return url_for("pages.next_person", study_id=study.code) if is_kiosk else None


def _numbers(study: Study) -> dict[str, int]:
    protocol = file_of(study).protocol
    return {"n_practice": protocol.n_practice, "n_main": protocol.n_main}
