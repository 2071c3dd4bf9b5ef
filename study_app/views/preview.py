"""The preview of a study: the list of its pages, each page, and the pictures in them."""

from typing import Any, Literal

import flask
from flask import Response, render_template, url_for
from werkzeug.exceptions import NotFound

from study_app.catalog import file_of, find_study
from study_app.errors import N_, UnknownImage
from study_app.extensions import db
from study_app.inert_page import make_inert
from study_app.plate_png import padded_plate
from study_app.plates import plan_plates
from study_app.preview_plan import PARTS, preview_seed, read_preview_image
from study_app.steps import checks_of
from study_app.views import preview_player
from study_app.views.desk_access import is_researcher
from study_app.views.participant import find_study_of_page
from study_app.views.preview_access import preview
from study_app.views.preview_addresses import address_in_preview
from study_app.views.preview_pages import WITHDRAWABLE, PreviewPage, pages_of

PNG = "image/png"

__all__ = ["preview"]  # with its pages


@preview.get("/")
def contents(study_id: str) -> str:
    """List the pages."""
    study = find_study(db.session(), study_id)
    groups: dict[str, list[PreviewPage]] = {}
    for page in pages_of(study):
        groups.setdefault(page.group, []).append(page)
    return render_template(
        "desk/preview.html",
        desk_study=study,
        title=file_of(study).study.title,
        groups=groups,
        is_researcher=is_researcher(),
    )


@preview.get("/<name>")
def show(study_id: str, name: str) -> str:
    """Show one page as participants see it, with a bar above it."""
    study = find_study_of_page(study_id)
    found = pages_of(study)
    page = next((page for page in found if page.name == name), None)
    if page is None:
        raise NotFound
    flask.g.preview = _bar(study_id, found, page)
    if name in PARTS:
        preview_player.begin(study_id)
    return make_inert(page.render(study), lambda address: address_in_preview(study_id, address))


@preview.get("/images/<any(real, fake):half>/<pair_id>.png")
def image(study_id: str, half: Literal["real", "fake"], pair_id: str) -> Response:
    """Give one image of a pair."""
    study = find_study(db.session(), study_id)
    data = read_preview_image(db.session(), study, pair_id, half)
    return Response(data, mimetype=PNG)


@preview.get("/plates/<int:number>.png")
def plate(study_id: str, number: int) -> Response:
    """Give a plate."""
    study = find_study(db.session(), study_id)
    study_file = file_of(study)
    plates = plan_plates(preview_seed(study), study_file.screening.n_plates)
    if "colour-vision" not in checks_of(study_file) or number >= len(plates):
        raise UnknownImage(N_("There is no such picture here."))
    return Response(padded_plate(plates[number]), mimetype=PNG)


@preview.context_processor
def add_bar() -> dict[str, Any]:
    """Give the templates of participants the bar, and the link to withdrawing."""
    bar = flask.g.get("preview")
    if bar is None:
        return {}
    can_withdraw = bar["page"].name in WITHDRAWABLE
    withdraw_url = url_for("ending.withdraw") if can_withdraw else None
    return {"preview": bar, "withdraw_url": withdraw_url}


def _bar(study_id: str, found: list[PreviewPage], page: PreviewPage) -> dict[str, Any]:
    place = found.index(page)

    def address(step: int) -> str | None:
        there = place + step
        if not 0 <= there < len(found):
            return None
        return url_for("preview.show", study_id=study_id, name=found[there].name)

    return {
        "page": page,
        "contents_url": url_for("preview.contents", study_id=study_id),
        "previous_url": address(-1),
        "next_url": address(1),
    }
