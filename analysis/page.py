"""A report's document as one self-contained page: tables, inline figures, no outside resource.

Place on the data's path: ``report.py`` hands in the document; nothing is computed here but words
and pictures. The layout is in ``templates/report.html``.
"""

import io
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import markupsafe
import matplotlib
from matplotlib.figure import Figure

from analysis.figures import ForestLine, difference_limits, forest_plot, percent_limits

TEMPLATES = Path(__file__).parent / "templates"
# Two drawings of each figure; the page shows the one that fits.
WIDTHS_IN = {"wide": 7.2, "narrow": 3.5}
HASH_SALT = "colorization-turing-test"
NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
MINUS = "−"
NO_BREAK_SPACE = "\u00a0"
NOTHING = "–"

Document = Mapping[str, Any]


def render_page(document: Document) -> str:
    """Render a report's document as HTML; equal documents give equal pages."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        percent=percent, limits=limits, points=points, point_limits=point_limits, p_value=p_value
    )
    return environment.get_template("report.html").render(
        document=document,
        level=percent(document["level"], digits=None),
        warnings=_warnings(document),
        fool_rate_figure=_embed("fool-rates", lambda width: _fool_rate_figure(document, width))
        if document["conditions"]
        else None,
        difference_figure=_embed("differences", lambda width: _difference_figure(document, width))
        if document["differences"]
        else None,
        fool_rate_alt=_fool_rate_alt(document),
        difference_alt=_difference_alt(document),
    )


def percent(share: float | None, digits: int | None = 1) -> str:
    """Write a fraction in percent, ``0.305`` as ``30.5 %``; a dash for None."""
    if share is None:
        return NOTHING
    number = f"{100 * share:.6g}" if digits is None else f"{100 * share:.{digits}f}"
    return f"{number}{NO_BREAK_SPACE}%"


def limits(interval: Document) -> str:
    """Write the limits of a share in percent, ``26.6–34.7 %``; a dash where there are none."""
    if interval["low"] is None:
        return NOTHING
    return f"{100 * interval['low']:.1f}–{100 * interval['high']:.1f}{NO_BREAK_SPACE}%"


def points(difference: float | None) -> str:
    """Write a difference of fractions in percentage points with its sign."""
    if difference is None:
        return NOTHING
    number = f"{100 * difference:+.1f}"
    return ("0.0" if float(number) == 0 else number).replace("-", MINUS)


def point_limits(difference: Document) -> str:
    """Write the limits of a difference in percentage points; a dash where there are none."""
    if difference["low"] is None:
        return NOTHING
    return f"{points(difference['low'])} to {points(difference['high'])}"


def p_value(value: float | None) -> str:
    """Write a p-value with three decimals, or that it is below 0.001."""
    if value is None:
        return NOTHING
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _fool_rate_lines(document: Document) -> list[ForestLine]:
    return [
        ForestLine(
            label=entry["condition"],
            value=None if entry["fool_rate"] is None else 100 * entry["fool_rate"],
            interval=_in_percent(entry["people_and_photos"]),
            second=_in_percent(entry["these_photos"]),
            text=_rate_in_words(entry),
        )
        for entry in document["conditions"]
    ]


def _difference_lines(document: Document) -> list[ForestLine]:
    return [
        ForestLine(
            label=f"{entry['a']} {MINUS} {entry['b']}",
            value=None if entry["difference"] is None else 100 * entry["difference"],
            interval=_in_percent(entry),
            second=None,
            text=_difference_in_words(entry),
        )
        for entry in document["differences"]
    ]


def _fool_rate_figure(document: Document, width_in: float) -> Figure:
    lines = _fool_rate_lines(document)
    return forest_plot(
        lines,
        reference=50.0,
        reference_label="50 %: cannot be told apart",
        axis_label="fool rate, %",
        limits=percent_limits(lines),
        width_in=width_in,
    )


def _difference_figure(document: Document, width_in: float) -> Figure:
    lines = _difference_lines(document)
    return forest_plot(
        lines,
        reference=0.0,
        reference_label="no difference",
        axis_label="difference of fool rates, percentage points",
        limits=difference_limits(lines),
        width_in=width_in,
    )


def _rate_in_words(entry: Document) -> str:
    if entry["fool_rate"] is None:
        return "no trials"
    interval = entry["people_and_photos"]
    if interval["low"] is None:
        return percent(entry["fool_rate"])
    return (
        f"{percent(entry['fool_rate'])} ({100 * interval['low']:.1f}–{100 * interval['high']:.1f})"
    )


def _difference_in_words(entry: Document) -> str:
    if entry["difference"] is None:
        return "no trials"
    if entry["low"] is None:
        return points(entry["difference"])
    return f"{points(entry['difference'])} ({point_limits(entry)})"


def _fool_rate_alt(document: Document) -> str:
    lines = (f"{e['condition']}: {_rate_in_words(e)}" for e in document["conditions"])
    return "Forest plot of fool rates with a line at 50 %. " + "; ".join(lines) + "."


def _difference_alt(document: Document) -> str:
    lines = (f"{e['a']} minus {e['b']}: {_difference_in_words(e)}" for e in document["differences"])
    return "Forest plot of differences with a line at no difference. " + "; ".join(lines) + "."


def _in_percent(interval: Document) -> tuple[float, float] | None:
    if interval["low"] is None:
        return None
    return 100 * interval["low"], 100 * interval["high"]


def _warnings(document: Document) -> list[str]:
    """Collect the warnings of all intervals, each with what it is about, none twice."""
    found: Sequence[tuple[str, str | None]] = [
        (f"Fool rate of {entry['condition']}", entry[target].get("warning"))
        for entry in document["conditions"]
        for target in ("people_and_photos", "these_photos")
    ] + [(f"{e['a']} minus {e['b']}", e.get("warning")) for e in document["differences"]]
    return list(dict.fromkeys(f"{about}: {warning}." for about, warning in found if warning))


def _embed(name: str, draw: Callable[[float], Figure]) -> dict[str, markupsafe.Markup]:
    """Draw a figure in both widths, as SVG elements whose ids are theirs alone."""
    drawings = {}
    # The user's matplotlibrc has no say in how a report looks, or its bytes would differ by person.
    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        matplotlib.rcParams["svg.hashsalt"] = HASH_SALT
        matplotlib.rcParams["svg.fonttype"] = "none"
        matplotlib.rcParams["text.parse_math"] = False
        # The reader's browser has the font; matplotlib only measures the text.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        for kind, width_in in WIDTHS_IN.items():
            svg = _svg(draw(width_in), prefix=f"{name}-{kind}-")
            # Safe: matplotlib escapes text, and nothing else of the user's enters a figure.
            drawings[kind] = markupsafe.Markup(svg)  # noqa: S704
    return drawings


def _svg(figure: Figure, prefix: str) -> str:
    """Give a figure as an SVG element in the colour of the text around it, without metadata."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata=NO_METADATA)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{prefix}", svg)
    svg = svg.replace("#000000", "currentColor")
    return svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
