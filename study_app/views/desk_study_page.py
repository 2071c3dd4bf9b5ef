"""What the pages of one study on the desk have in common: title, ways to each other, words."""

from dataclasses import dataclass

import flask
from flask import render_template, request, url_for

from study_app.catalog import file_of
from study_app.models import Study
from study_app.monitoring import figures_in_words
from study_app.views.desk_access import desk

# Endpoint and name, in the order in which they stand.
TABS = (
    ("desk.study", "Overview"),
    ("desk.participants", "Participants"),
    ("desk.quality", "Quality"),
    ("desk.pictures", "Pictures"),
    ("desk.links", "Links"),
    ("desk.data", "Data and report"),
)


@dataclass(frozen=True)
class Tab:
    """A way to another page of the study."""

    name: str
    url: str
    is_current: bool


def study_page(template: str, study: Study, **values: object) -> str:
    """Render a page about a study."""
    return render_template(template, **page_values(study), **values)


def page_values(study: Study) -> dict[str, object]:
    """Give what every page about a study needs."""
    return {
        "desk_study": study,
        "title": file_of(study).study.title,
        "tabs": [
            Tab(name, url_for(endpoint, study_id=study.code), endpoint == request.endpoint)
            for endpoint, name in TABS
        ],
    }


def page_number() -> int:
    """Give the page of a long list that is asked for; the first unless it is a number."""
    return flask.request.args.get("page", 1, type=int)


for _name in ("thin", "counted", "percent", "milliseconds", "moment"):
    desk.add_app_template_filter(getattr(figures_in_words, _name), _name)
