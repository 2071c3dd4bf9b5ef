"""The pages of the checks between consent and instructions."""

from datetime import UTC, datetime

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from study_app import screening
from study_app.catalog import file_of
from study_app.device_report import NEEDED_FEATURES, parse_device_report, window_sizes
from study_app.extensions import db
from study_app.models import CheckName
from study_app.protocol import ProtocolSettings
from study_app.views.participant import elsewhere, own_study_session, place

screening_pages = Blueprint("screening", __name__, url_prefix="/screening")

UNPROCESSABLE = 422


@screening_pages.get("/device")
def device() -> AnyResponse | str:
    """Measure the device in the browser and say what to change."""
    return _open("device") or device_page(_own_protocol())


@screening_pages.post("/device")
def check_device() -> AnyResponse | tuple[str, int]:
    """Go on with a device that is fit; let go who cannot change theirs."""
    study_session = own_study_session()
    if leaving := elsewhere(study_session):
        return leaving
    code, now = study_session.code, datetime.now(UTC)
    measures = request.form.get("measures", "")
    if request.form.get("outcome") == "cannot":
        report = parse_device_report(measures) if measures else None
        screening.give_up_device(db.session(), code, report, now)
    elif screening.record_device(db.session(), code, parse_device_report(measures), now):
        return device_page(_own_protocol()), UNPROCESSABLE
    return redirect(place(own_study_session()))


@screening_pages.get("/colour-vision")
def colour_vision() -> AnyResponse | str:
    """Show one plate and ask for its digit."""
    if leaving := _open("colour-vision"):
        return leaving
    asked = screening.asked_plate(db.session(), own_study_session())
    return plate_page(asked, url_for("screening.plate", number=asked.number))


def plate_page(asked: screening.AskedPlate, plate_url: str) -> str:
    """Give the page that shows one plate."""
    return render_template(
        "screening_colour_vision.html",
        number=asked.number,
        n_plates=asked.n_plates,
        answers=screening.PLATE_ANSWERS,
        plate_url=plate_url,
    )


@screening_pages.post("/colour-vision")
def read_plate() -> AnyResponse:
    """Take what was read on a plate; what is right stays on the server."""
    screening.answer_plate(
        db.session(),
        own_study_session().code,
        request.form.get("plate", -1, type=int),
        request.form.get("answer", ""),
        datetime.now(UTC),
    )
    return redirect(place(own_study_session()))


@screening_pages.get("/plates/<int:number>.png")
def plate(number: int) -> Response:
    """Give the plate that is asked now; all plates have the same length."""
    data = screening.plate_image(db.session(), own_study_session(), number)
    return Response(data, mimetype="image/png")


@screening_pages.get("/display")
def display() -> AnyResponse | str:
    """Ask how many steps of grey can be seen."""
    return _open("display") or display_page({}, "")


@screening_pages.post("/display")
def check_display() -> AnyResponse | tuple[str, int]:
    """Take what the display shows."""
    study_session = own_study_session()
    if leaving := elsewhere(study_session):
        return leaving
    report = screening.parse_display_report(request.form)
    if report is None:
        problem = gettext("Please answer all three questions.")
        return display_page(request.form.to_dict(), problem), UNPROCESSABLE
    screening.record_display(db.session(), study_session.code, report, datetime.now(UTC))
    return redirect(place(own_study_session()))


def device_page(protocol: ProtocolSettings) -> str:
    """Give the page of the device check."""
    return render_template(
        "screening_device.html",
        window_sizes=[
            f"{width}x{height}" for width, height in window_sizes(protocol.image_size_px)
        ],
        needed_features=NEEDED_FEATURES,
    )


def display_page(chosen: dict[str, str], problem: str) -> str:
    """Give the page of the display check."""
    return render_template(
        "screening_display.html",
        dark_levels=screening.DARK_LEVELS,
        light_levels=screening.LIGHT_LEVELS,
        chosen=chosen,
        problem=problem,
    )


def _open(name: CheckName) -> AnyResponse | None:
    """Give the way to the participant's own page if it is another; else note that this is shown."""
    study_session = own_study_session()
    if leaving := elsewhere(study_session):
        return leaving
    screening.begin_check(db.session(), study_session.code, name, datetime.now(UTC))
    return None


def _own_protocol() -> ProtocolSettings:
    return file_of(own_study_session().participant.study).protocol
