"""Forest plots: a point and its interval per line, the reference line drawn and labelled.

Place on the data's path: ``report.py`` hands in the lines and embeds the figures. Every function
returns a Figure and saves nothing; none touches pyplot's global state.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figure_layout import (
    DASHES,
    FONT_PT,
    INK,
    SIDE_IN,
    SMALL_FONT_PT,
    clear_figure,
    dress_scales,
    shorten,
)

LINE_HEIGHT_IN = 0.62
HEAD_IN = 0.34
FOOT_IN = 0.62
HEADLINE_WIDTH_PT = 2.6
SECOND_WIDTH_PT = 1.0
# Where a line's parts stand, in units of its height above its own zero.
LABEL_AT = 0.42
HEADLINE_AT = 0.08
SECOND_AT = -0.16
# Just above the caps of the headline limits; readers' own letters may be taller than matplotlib's.
REFERENCE_UP_TO = 0.18


@dataclass(frozen=True)
class ForestLine:
    """One line of a forest plot, in percent or percentage points.

    Attributes:
        label: what is estimated.
        value: the estimate, or None; then the line says so.
        interval: headline limits, drawn thick, or None.
        second: limits drawn thin below, or None.
        text: the estimate in words, written at the right.
        second_value: drawn hollow on the second limits, or None.
    """

    label: str
    value: float | None
    interval: tuple[float, float] | None
    second: tuple[float, float] | None
    text: str
    second_value: float | None = None


def forest_plot(
    lines: Sequence[ForestLine],
    *,
    reference: float,
    reference_label: str,
    axis_label: str,
    limits: tuple[float, float],
    width_in: float,
    band: tuple[float, float] | None = None,
) -> Figure:
    """Draw lines of point and interval on one scale with a labelled reference line.

    Args:
        lines: from top to bottom.
        reference: where the reference line stands, in the unit of the lines.
        reference_label: what it means; written above it.
        axis_label: name and unit of the scale.
        limits: left and right end of the scale.
        width_in: width of the figure in inches; labels stand above their lines, so that a phone's
            width is enough.
        band: ends of a shaded band around the reference, such as a margin of equivalence.
    """
    height_in = HEAD_IN + len(lines) * LINE_HEIGHT_IN + FOOT_IN
    figure = clear_figure(width_in, height_in)
    axes = figure.add_axes(
        (
            SIDE_IN / width_in,
            FOOT_IN / height_in,
            1 - 2 * SIDE_IN / width_in,
            len(lines) * LINE_HEIGHT_IN / height_in,
        )
    )
    axes.set_xlim(*limits)
    axes.set_ylim(-0.4, len(lines) - 0.4)
    _label_reference(axes, reference, reference_label, limits)
    if band is not None:
        axes.axvspan(*band, color=INK, alpha=0.1, linewidth=0)
    for place, line in enumerate(reversed(lines)):
        _draw_reference(axes, reference, place)
        _draw_line(axes, line, place, width_in)
    _dress_scale(axes, axis_label)
    return figure


def percent_limits(lines: Sequence[ForestLine]) -> tuple[float, float]:
    """Give a scale for fool rates: from 0, past the 50 % line and every limit, at most to 100."""
    return 0.0, min(100.0, max(60.0, _tens_above(_largest(lines))))


def difference_limits(lines: Sequence[ForestLine]) -> tuple[float, float]:
    """Give a scale for differences: symmetric about 0, past every limit, at most 100 points."""
    reach = min(100.0, max(10.0, _tens_above(_largest(lines))))
    return -reach, reach


def _largest(lines: Sequence[ForestLine]) -> float:
    values = [0.0]
    for line in lines:
        values += [abs(v) for limits in (line.interval, line.second) for v in limits or ()]
        values += [abs(v) for v in (line.value, line.second_value) if v is not None]
    return max(values)


def _tens_above(value: float) -> float:
    return 10.0 * (int(value // 10) + 1)


def _draw_reference(axes: Axes, reference: float, place: int) -> None:
    """Draw the part of the reference line that belongs to one line, below that line's words."""
    ends = [place - 0.4, place + REFERENCE_UP_TO]
    axes.plot([reference] * 2, ends, color=INK, linewidth=0.9, linestyle=DASHES, zorder=1)


def _label_reference(axes: Axes, reference: float, label: str, limits: tuple[float, float]) -> None:
    place = (reference - limits[0]) / (limits[1] - limits[0])
    side = "right" if place > 0.6 else "left" if place < 0.4 else "center"
    axes.annotate(
        label,
        (reference, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=({"right": 4, "left": -4, "center": 0}[side], 5),
        textcoords="offset points",
        ha=side,
        va="bottom",
        fontsize=SMALL_FONT_PT,
        color=INK,
        parse_math=False,
    )


def _draw_line(axes: Axes, line: ForestLine, place: int, width_in: float) -> None:
    axes.axhline(place + 0.6, color=INK, linewidth=0.3, alpha=0.35, zorder=0)
    _write(axes, shorten(line.label, line.text, width_in), 0.0, place, "left", "bold")
    _write(axes, line.text, 1.0, place, "right", "normal")
    if line.interval is not None:
        _draw_interval(axes, line.interval, place + HEADLINE_AT, HEADLINE_WIDTH_PT)
    if line.second is not None:
        _draw_interval(axes, line.second, place + SECOND_AT, SECOND_WIDTH_PT)
    if line.second_value is not None:
        place_at = place + SECOND_AT
        axes.plot([line.second_value], [place_at], "o", markersize=5, color=INK, mfc="none")
    if line.value is not None:
        axes.plot([line.value], [place + HEADLINE_AT], "o", markersize=7.5, color=INK, zorder=3)


def _draw_interval(
    axes: Axes, interval: tuple[float, float], height: float, width_pt: float
) -> None:
    axes.plot(interval, [height, height], color=INK, linewidth=width_pt, zorder=2)
    axes.plot(
        interval,
        [height, height],
        "|",
        color=INK,
        markersize=3 + 2 * width_pt,
        markeredgewidth=width_pt / 2,
        zorder=2,
    )


def _write(axes: Axes, text: str, x: float, place: int, side: str, weight: str) -> None:
    axes.annotate(
        text,
        (x, place + LABEL_AT),
        xycoords=("axes fraction", "data"),
        ha="left" if side == "left" else "right",
        va="center",
        fontsize=FONT_PT,
        fontweight=weight,
        color=INK,
        parse_math=False,
    )


def _dress_scale(axes: Axes, label: str) -> None:
    axes.set_yticks([])
    dress_scales(axes, ("bottom",))
    axes.set_xlabel(label, fontsize=FONT_PT)
