"""The desk's blueprint with all its pages: each module here adds its own."""

from study_app.views import (
    desk_contact,
    desk_data,
    desk_monitor,
    desk_moves,
    desk_pictures,
    desk_studies,
)
from study_app.views.desk_access import desk

PAGES = (desk_studies, desk_moves, desk_contact, desk_monitor, desk_pictures, desk_data)

__all__ = ["desk"]
