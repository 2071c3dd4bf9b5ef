"""A page on which researchers measure the presenter on their own machine; stores nothing."""

from flask import Blueprint, render_template

presenter_check = Blueprint("presenter_check", __name__)

DURATIONS_MS = (50, 100, 200, 500, 1000, 1500)
PLANNED_MS = 1000
N_EXPOSURES = (20, 50, 100)


@presenter_check.get("/presenter-check")
def check() -> str:
    """Give the page; everything happens in the browser."""
    return render_template(
        "presenter_check.html",
        durations_ms=DURATIONS_MS,
        planned_ms=PLANNED_MS,
        exposure_counts=N_EXPOSURES,
    )
