"""Fool rates over the course of the main block, and response times.

Place on the data's path: ``illustrations.py`` hands in numbers. Every function returns a Figure and
saves nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from analysis.figure_layout import (
    FONT_PT,
    INK,
    SIDE_IN,
    SMALL_FONT_PT,
    clear_figure,
    dress_panel,
    dress_scales,
    panels,
    shorten,
)

ROW_IN = 0.62
HEAD_IN = 0.1
FOOT_IN = 0.56
TIME_TICKS_MS = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)


@dataclass(frozen=True)
class CoursePanel:
    """Fool rates of one condition by place in the main block, in percent.

    Attributes:
        label: name of the condition.
        text: a note at the right of the name.
        places: middle of each group of trials, counted from 1.
        rates: fool rate of each group, None without trials.
        lows: lower limits, None where there is none.
        highs: upper limits, None where there is none.
    """

    label: str
    text: str
    places: tuple[float, ...]
    rates: tuple[float | None, ...]
    lows: tuple[float | None, ...]
    highs: tuple[float | None, ...]


@dataclass(frozen=True)
class TimeRow:
    """Quantiles of response times, in ms.

    Attributes:
        label: what was answered.
        quantiles: 5, 25, 50, 75 and 95 %; empty without any.
        text: a note at the right.
        filled: whether the median is a filled dot.
    """

    label: str
    quantiles: tuple[float, ...]
    text: str
    filled: bool = True


def course_plot(chosen: Sequence[CoursePanel], *, width_in: float) -> Figure:
    """Draw the fool rate with its interval over the trials, one panel per condition."""
    figure, all_axes = panels(len(chosen), width_in=width_in)
    for axes, panel in zip(all_axes, chosen, strict=True):
        _draw_course(axes, panel)
        dress_panel(axes, title=panel.label, text=panel.text, x_label="stretch of the session")
    return figure


def response_time_plot(rows: Sequence[TimeRow], *, width_in: float) -> Figure:
    """Draw median, middle half and middle nine tenths of response times on a logarithmic scale."""
    height_in = HEAD_IN + len(rows) * ROW_IN + FOOT_IN
    figure = clear_figure(width_in, height_in)
    axes = figure.add_axes(
        (
            SIDE_IN / width_in,
            FOOT_IN / height_in,
            1 - 2 * SIDE_IN / width_in,
            len(rows) * ROW_IN / height_in,
        )
    )
    axes.set_xscale("log")
    axes.set_xlim(*_time_limits(rows))
    axes.set_ylim(-0.4, len(rows) - 0.4)
    for place, row in enumerate(reversed(rows)):
        _draw_times(axes, row, place, width_in)
    axes.set_yticks([])
    ticks = [tick for tick in TIME_TICKS_MS if _inside(tick, axes.get_xlim())]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([f"{tick:,}" for tick in ticks])
    axes.set_xlabel("response time, ms (logarithmic)", fontsize=FONT_PT)
    dress_scales(axes, ("bottom",))
    return figure


def _draw_course(axes: Axes, panel: CoursePanel) -> None:
    known = [
        (place, rate, low, high)
        for place, rate, low, high in zip(
            panel.places, panel.rates, panel.lows, panel.highs, strict=True
        )
        if rate is not None
    ]
    for place, _, low, high in known:
        if low is not None and high is not None:
            axes.plot([place] * 2, [low, high], color=INK, linewidth=1.6, alpha=0.5)
    places, rates = [k[0] for k in known], [k[1] for k in known]
    axes.plot(places, rates, "o-", color=INK, markersize=4, linewidth=0.8)
    if panel.places:
        step = panel.places[1] - panel.places[0] if len(panel.places) > 1 else 1.0
        axes.set_xlim(panel.places[0] - step / 2, panel.places[-1] + step / 2)


def _draw_times(axes: Axes, row: TimeRow, place: int, width_in: float) -> None:
    axes.axhline(place + 0.6, color=INK, linewidth=0.3, alpha=0.35)
    label = shorten(row.label, row.text, width_in)
    for words, x, side, weight in (
        (label, 0.0, "left", "bold"),
        (row.text, 1.0, "right", "normal"),
    ):
        axes.annotate(
            words,
            (x, place + 0.38),
            xycoords=("axes fraction", "data"),
            ha=side,
            va="center",
            fontsize=FONT_PT if weight == "bold" else SMALL_FONT_PT,
            fontweight=weight,
            color=INK,
            parse_math=False,
        )
    if not row.quantiles:
        return
    lowest, low, median, high, highest = row.quantiles
    axes.plot([lowest, highest], [place] * 2, color=INK, linewidth=1.0)
    axes.plot([low, high], [place] * 2, color=INK, linewidth=5.0, alpha=0.4, solid_capstyle="butt")
    axes.plot(
        [median],
        [place],
        "o",
        markersize=8,
        markeredgecolor=INK,
        markerfacecolor=INK if row.filled else "none",
        markeredgewidth=1.2,
    )


def _time_limits(rows: Sequence[TimeRow]) -> tuple[float, float]:
    values = [value for row in rows for value in row.quantiles if value > 0]
    if not values:
        return 200.0, 5000.0
    return min(values) / 1.25, max(values) * 1.25


def _inside(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]
