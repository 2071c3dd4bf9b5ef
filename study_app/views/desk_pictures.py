"""The desk's contact sheet: real and fake of every pair beside each other."""

from pathlib import Path
from typing import cast

import flask
from flask import Response, request

from study_app.catalog import find_study
from study_app.extensions import db
from study_app.monitoring.contact_sheet import Half, read_half, read_sheet
from study_app.monitoring.pair_marks import LIGHTNESS_TOLERANCE
from study_app.views.desk_access import desk
from study_app.views.desk_study_page import page_number, study_page

ONLY_PROBLEMS = "problems"


@desk.get("/<study_id>/pictures")
def pictures(study_id: str) -> str:
    """Show the pairs of one condition, with what is wrong with them."""
    found = find_study(db.session(), study_id)
    instance = Path(flask.current_app.instance_path)
    sheet = read_sheet(
        db.session(),
        found,
        request.args.get("condition", ""),
        page_number(),
        instance,
        only_marked=request.args.get("only") == ONLY_PROBLEMS,
    )
    only = ONLY_PROBLEMS if sheet.only_marked else None
    return study_page(
        "desk/pictures.html", found, sheet=sheet, only=only, tolerance=LIGHTNESS_TOLERANCE
    )


@desk.get("/<study_id>/pictures/<int:row_id>/<any(real, fake):half>.png")
def picture(study_id: str, row_id: int, half: str) -> Response:
    """Give one picture of a pair, as it is in the set."""
    found = find_study(db.session(), study_id)
    data = read_half(db.session(), found, row_id, cast("Half", half))
    return Response(data, mimetype="image/png")
