"""Who may look at the preview of a study, and what its pages may do.

Researchers may always; while a study is in preview, so may whoever has the link.
"""

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from study_app.catalog import find_study
from study_app.errors import UnknownStudy
from study_app.extensions import db
from study_app.views.desk_access import is_researcher, researchers_only
from study_app.views.desk_paths import DESK_PREFIX
from study_app.views.headers import POLICY_WITHOUT_FORMS

preview = Blueprint("preview", __name__, url_prefix=f"{DESK_PREFIX}/<study_id>/preview")


@preview.before_request
def colleagues_only() -> AnyResponse | None:
    """Let in whoever may look; who may not learns no more than that there is a door."""
    if _is_shown_to_all((request.view_args or {})["study_id"]) or is_researcher():
        return None
    return researchers_only()


@preview.after_request
def forbid_forms(response: Response) -> Response:
    """Let no form of a page be sent, whatever stands in it."""
    response.headers["Content-Security-Policy"] = POLICY_WITHOUT_FORMS
    return response


def _is_shown_to_all(study_id: str) -> bool:
    try:
        return find_study(db.session(), study_id).state == "preview"
    except UnknownStudy:
        return False
