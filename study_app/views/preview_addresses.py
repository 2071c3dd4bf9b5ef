"""Where the links of a participant's page lead in a preview: to its other pages, or nowhere."""

import re
from urllib.parse import urlsplit

from flask import url_for

from study_app.views.desk_paths import HOME

STATIC = "/static/"
IMAGE = re.compile(r"/images/(real|fake)-([^/]+)")


def address_in_preview(study_id: str, address: str) -> str | None:
    """Give the address to be used in place of one that stands in a participant's page.

    Args:
        study_id: of the study that is previewed.
        address: as it stands in the page.

    Returns:
        None where it leads out of the preview.
    """
    if address.startswith(("?", "#", STATIC, HOME)):
        return address
    parts = urlsplit(address)
    path = "" if parts.scheme or parts.netloc else parts.path
    if image := IMAGE.fullmatch(path):
        half, pair_id = image.groups()
        return url_for("preview.image", study_id=study_id, half=half, pair_id=pair_id)
    name = _pages(study_id).get(path)
    return url_for("preview.show", study_id=study_id, name=name) if name else None


def image_token(pair_id: str, half: str) -> str:
    """Name an image of a preview, as a page for participants names one."""
    return f"{half}-{pair_id}"


def _pages(study_id: str) -> dict[str, str]:
    """Give the page of a preview that stands for each address of the study."""
    of_study = {
        "pages.invitation": "invitation",
        "pages.consent": "consent",
        "pages.declined": "declined",
    }
    of_session = {
        "pages.instructions": "instructions",
        "pages.trials": "test",
        "screening.device": "device",
        "screening.colour_vision": "colour-vision",
        "screening.display": "display",
        "ending.questions": "questions",
        "ending.debrief": "debrief",
        "ending.withdraw": "withdraw",
    }
    return {url_for(endpoint, study_id=study_id): name for endpoint, name in of_study.items()} | {
        url_for(endpoint): name for endpoint, name in of_session.items()
    }
