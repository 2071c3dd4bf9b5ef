"""The curve of a plan: what more people buy, for each number of photos.

Place on the data's path: ``planning_page.py`` and ``planning_commands.py`` save what this module
draws. It returns a Figure and saves nothing; none touches pyplot's global state. Black lines told
apart by their pattern and by a label at their end.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter
from numpy.typing import NDArray

from analysis.intervals import Target
from analysis.planning import DifferenceTest, Goal, Precision

WIDTH_IN = 7.2
# So high, as a share of its width, and never lower.
HEIGHT_SHARE = 0.6
LEAST_HEIGHT_IN = 3.2
FONT_PT = 9.5
INK = "#000000"
PATTERNS = ("solid", (0, (6, 2)), (0, (1, 1.2)), (0, (6, 2, 1, 2)))
MOST_CURVES = len(PATTERNS)
FEWEST_PEOPLE = 5
MOST_PEOPLE = 320
N_POINTS = 40
TICKS = (5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10240)
# Labels at the right stand at least so far apart, as a share of the scale.
LABEL_APART = 0.055
LARGEST_HALF_WIDTH = 15.0


def plan_curve(
    goal: Goal,
    photos: Sequence[int],
    target: Target,
    *,
    most_people: int = MOST_PEOPLE,
    width_in: float = WIDTH_IN,
) -> Figure:
    """Draw half-width or power over the number of people, one line per number of photos.

    Args:
        goal: what is wanted; drawn as a dashed line with its label.
        photos: sizes of the pool; the first four are drawn.
        target: what the interval generalises to.
        most_people: right end of the scale, per condition where between.
        width_in: width of the figure in inches; the letters keep their size.
    """
    height_in = max(LEAST_HEIGHT_IN, HEIGHT_SHARE * width_in)
    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    axes = figure.add_subplot()
    people = np.unique(np.geomspace(FEWEST_PEOPLE, most_people, N_POINTS).round().astype(np.intp))
    drawn = list(photos)[:MOST_CURVES]
    curves = [_curve(goal, people, n_photos, target) for n_photos in drawn]
    for values, pattern in zip(curves, PATTERNS, strict=False):
        axes.plot(people, values, color=INK, linewidth=1.6, linestyle=pattern)
    _draw_wanted(axes, goal)
    _dress(axes, goal, most_people)
    _label_ends(axes, [f"{n} photos" for n in drawn], [float(values[-1]) for values in curves])
    return figure


def _curve(
    goal: Goal, people: NDArray[np.intp], n_photos: int, target: Target
) -> NDArray[np.float64]:
    """Values in points or percent, (people,)."""
    return np.array([100 * goal.achieved(int(n), n_photos, target) for n in people])


def _draw_wanted(axes: Axes, goal: Goal) -> None:
    is_width = isinstance(goal, Precision)
    wanted = 100 * (goal.half_width if isinstance(goal, Precision) else goal.power)
    unit = "points" if is_width else "%"
    axes.axhline(wanted, color=INK, linewidth=0.9, linestyle=(0, (2, 3)))
    axes.annotate(
        f"wanted: {wanted:g} {unit}",
        (0.0, wanted),
        xycoords=("axes fraction", "data"),
        # On the side of the line where few people leave it free.
        xytext=(4, -3 if is_width else 3),
        va="top" if is_width else "bottom",
        textcoords="offset points",
        fontsize=FONT_PT,
        color=INK,
        parse_math=False,
    )


def _dress(axes: Axes, goal: Goal, most_people: int) -> None:
    axes.set_xscale("log")
    axes.set_xlim(FEWEST_PEOPLE, most_people)
    ticks = [tick for tick in TICKS if tick <= most_people]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    if isinstance(goal, Precision):
        axes.set_ylim(0, LARGEST_HALF_WIDTH)
        axes.set_ylabel("half of the interval's mean width, points", fontsize=FONT_PT)
    else:
        axes.set_ylim(0, 100)
        axes.set_ylabel("power, %", fontsize=FONT_PT)
    between = isinstance(goal, DifferenceTest) and goal.study.design == "between"
    axes.set_xlabel("people per condition" if between else "people", fontsize=FONT_PT)
    axes.tick_params(labelsize=FONT_PT)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _label_ends(axes: Axes, labels: list[str], ends: list[float]) -> None:
    """Write each line's label beside its end, moved apart where ends are close."""
    low, high = axes.get_ylim()
    heights = spread_apart([min(max(end, low), high) for end in ends], LABEL_APART * (high - low))
    for label, height in zip(labels, heights, strict=True):
        axes.annotate(
            label,
            (1.0, height),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=FONT_PT,
            color=INK,
            annotation_clip=False,
        )


def spread_apart(heights: Sequence[float], apart: float) -> list[float]:
    """Move heights up, from the lowest on, until each is so far above the one below."""
    moved = list(heights)
    below = -np.inf
    for place in np.argsort(heights, kind="stable"):
        moved[place] = below = max(moved[place], below + apart)
    return moved
