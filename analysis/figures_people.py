"""Fool rate of every participant: a stack of dots per condition on one scale.

Place on the data's path: ``illustrations.py`` hands in the rows. Returns a Figure, saves nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figure_layout import (
    CHANCE,
    CHANCE_LABEL,
    DASHES,
    FONT_PT,
    INK,
    RULE_WIDTH_PT,
    SIDE_IN,
    SMALL_FONT_PT,
    clear_figure,
    inch_axes,
    shorten,
)

# Highest stack; with more people in a bin, one dot stands for several.
MOST_DOTS = 12
DOT_IN = 0.085
LABEL_IN = 0.3
BELOW_IN = 0.26
HEAD_IN = 0.26
FOOT_IN = 0.5
TICKS = (0, 25, 50, 75, 100)


@dataclass(frozen=True)
class DotRow:
    """The participants of one condition.

    Attributes:
        label: name of the condition.
        counts: participants in each bin; bins stand evenly from 0 to 100 %, ends included.
        value: fool rate of the condition, percent, or None.
        interval: its limits, percent, or None.
        text: the estimate in words, written at the right.
    """

    label: str
    counts: tuple[int, ...]
    value: float | None
    interval: tuple[float, float] | None
    text: str


def people_per_dot(rows: Sequence[DotRow]) -> int:
    """Give how many people one dot stands for: 1, 2, 5, 10, 20 ..., so that stacks stay low."""
    most = max((max(row.counts, default=0) for row in rows), default=0)
    needed = max(1, math.ceil(most / MOST_DOTS))
    power: int = 10 ** int(math.log10(needed))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= needed)


def dot_plot(rows: Sequence[DotRow], *, width_in: float) -> Figure:
    """Draw one stack of dots per bin, and below it the condition's fool rate with its interval.

    Args:
        rows: conditions from top to bottom.
        width_in: width of the figure in inches.
    """
    per_dot = people_per_dot(rows)
    n_bins = max(len(row.counts) for row in rows)
    dot_in = min(DOT_IN, 0.85 * (width_in - 4 * SIDE_IN) / n_bins)
    heights = [_stack_height(row, per_dot) * dot_in for row in rows]
    height_in = HEAD_IN + FOOT_IN + sum(LABEL_IN + high + BELOW_IN for high in heights)
    figure = clear_figure(width_in, height_in)
    axes = inch_axes(figure)
    top = HEAD_IN
    for row, high in zip(rows, heights, strict=True):
        _draw_row(axes, row, top, top + LABEL_IN + high, dot_in, per_dot)
        top += LABEL_IN + high + BELOW_IN
    _draw_scale(axes, top + 0.04)
    axes.text(_place(axes, CHANCE), HEAD_IN - 0.08, CHANCE_LABEL, **_words("center", small=True))
    return figure


def _draw_row(
    axes: Axes, row: DotRow, top: float, ground: float, dot_in: float, per_dot: int
) -> None:
    width_in = axes.get_xlim()[1]
    axes.plot([SIDE_IN, width_in - SIDE_IN], [top] * 2, color=INK, linewidth=0.3, alpha=0.35)
    label = shorten(row.label, row.text, width_in)
    axes.text(SIDE_IN, top + 0.2, label, **_words("left"), fontweight="bold")
    axes.text(width_in - SIDE_IN, top + 0.2, row.text, **_words("right"))
    axes.plot(
        [_place(axes, CHANCE)] * 2,
        [top + LABEL_IN, ground + BELOW_IN],
        color=INK,
        linewidth=0.9,
        linestyle=DASHES,
    )
    _draw_dots(axes, row, ground, dot_in, per_dot)
    below = ground + 0.12
    if row.interval is not None:
        ends = [_place(axes, limit) for limit in row.interval]
        axes.plot(ends, [below] * 2, color=INK, linewidth=2.2, marker="|", markersize=7)
    if row.value is not None:
        axes.plot([_place(axes, row.value)], [below], "D", color=INK, markersize=4.5)


def _draw_dots(axes: Axes, row: DotRow, ground: float, dot_in: float, per_dot: int) -> None:
    last = max(1, len(row.counts) - 1)
    x, y = [], []
    for place, count in enumerate(row.counts):
        for level in range(math.ceil(count / per_dot)):
            x.append(_place(axes, 100 * place / last))
            y.append(ground - (level + 0.5) * dot_in)
    axes.plot(x, y, "o", color=INK, markersize=0.86 * dot_in * 72, markeredgewidth=0, alpha=0.7)


def _draw_scale(axes: Axes, height: float) -> None:
    ends = [_place(axes, 0), _place(axes, 100)]
    axes.plot(ends, [height] * 2, color=INK, linewidth=RULE_WIDTH_PT)
    for tick in TICKS:
        x = _place(axes, tick)
        axes.plot([x, x], [height, height + 0.04], color=INK, linewidth=RULE_WIDTH_PT)
        axes.text(x, height + 0.18, f"{tick}", **_words("center", small=True))
    axes.text(_place(axes, 50), height + 0.38, "fool rate of a participant, %", **_words("center"))


def _place(axes: Axes, percent: float) -> float:
    """Give where a percentage stands, in inches."""
    inner_in = axes.get_xlim()[1] - 4 * SIDE_IN
    return float(2 * SIDE_IN + inner_in * percent / 100)


def _stack_height(row: DotRow, per_dot: int) -> int:
    return max(1, math.ceil(max(row.counts, default=0) / per_dot))


def _words(side: str, *, small: bool = False) -> dict[str, Any]:
    size = SMALL_FONT_PT if small else FONT_PT
    return {"ha": side, "va": "baseline", "fontsize": size, "color": INK, "parse_math": False}
