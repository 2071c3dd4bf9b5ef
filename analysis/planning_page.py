"""A plan as files: one self-contained page, and the curve as a picture; equal plans, equal bytes.

Place on the data's path: ``planning_commands.py`` writes what this module gives. Nothing is
computed here but words and pictures. The layout is in ``templates/plan.html``.
"""

import io
import re
from pathlib import Path
from typing import Literal

import jinja2
import markupsafe
import matplotlib
from matplotlib.figure import Figure

from analysis.intervals import Target
from analysis.plan_table import (
    CHECK_HEADER,
    TARGET_NAMES,
    Plan,
    cells,
    check_cells,
    describe,
    header,
)
from analysis.planning_figures import MOST_PEOPLE, WIDTH_IN, plan_curve

PictureFormat = Literal["svg", "pdf", "png"]
TEMPLATES = Path(__file__).parent / "templates"
HASH_SALT = "colorization-turing-test"
# What would make two equal pictures differ: when and by what they were written.
NO_METADATA: dict[PictureFormat, dict[str, None]] = {
    "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}
PICTURE_FORMATS: dict[str, PictureFormat] = {".svg": "svg", ".pdf": "pdf", ".png": "png"}
PNG_DPI = 200
# Two drawings of the curve; the page shows the one that fits.
WIDTHS_IN = {"wide": WIDTH_IN, "narrow": 3.5}


def draw_plan(plan: Plan, target: Target, width_in: float = WIDTH_IN) -> Figure:
    """Draw a plan's curve, far enough to the right that its people are on it."""
    photos = list(dict.fromkeys(row.n_photos for row in plan.rows))
    most = max([MOST_PEOPLE, *(row.n_participants or 0 for row in plan.rows)])
    return plan_curve(plan.goal, photos, target, most_people=most, width_in=width_in)


def picture_bytes(figure: Figure, picture_format: PictureFormat) -> bytes:
    """Save a figure to bytes that depend on nothing but what is drawn."""
    buffer = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": HASH_SALT, "svg.fonttype": "path"}):
        figure.savefig(
            buffer, format=picture_format, metadata=NO_METADATA[picture_format], dpi=PNG_DPI
        )
    return buffer.getvalue()


def render_plan(plan: Plan, target: Target) -> str:
    """Render a plan as HTML; equal plans give equal pages."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("plan.html").render(
        sentences=describe(plan).splitlines(),
        advice=plan.advice,
        header=header(plan),
        rows=cells(plan),
        check_header=CHECK_HEADER,
        checks=check_cells(plan),
        n_studies=plan.checks[0].n_studies if plan.checks else 0,
        curves={
            name: _inline_svg(draw_plan(plan, target, width_in), name)
            for name, width_in in WIDTHS_IN.items()
        },
        target=TARGET_NAMES[target],
    )


def _inline_svg(figure: Figure, name: str) -> markupsafe.Markup:
    """An SVG to put into a page: no prologue, ids of its own, ink in the page's own colour."""
    figure.patch.set_alpha(0)
    for axes in figure.axes:
        axes.patch.set_alpha(0)
    text = picture_bytes(figure, "svg").decode()
    text = text[text.index("<svg") :].replace("#000000", "currentColor")
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", text)
    # Our own drawing: labels are drawn as paths, so no text of a user is in it.
    return markupsafe.Markup(text)  # noqa: S704
