"""How sure the ranking of the conditions is: a square per condition and rank.

Place on the data's path: ``illustrations.py`` hands in the probabilities. Returns a Figure, saves
nothing.
"""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.figure_layout import (
    FONT_PT,
    INK,
    SIDE_IN,
    SMALL_FONT_PT,
    clear_figure,
    inch_axes,
    shorten,
)

ROW_IN = 0.7
HEAD_IN = 0.42
# Share of the width that the names take.
NAME_SHARE = 0.3
LARGEST_SQUARE_IN = 0.36
SMALLEST_SHOWN = 0.005
# From this width of a column on, its head says "rank 1" and not only "1".
WORD_FROM_IN = 0.55


def rank_grid(
    names: Sequence[str], probabilities: Sequence[Sequence[float]], *, width_in: float
) -> Figure:
    """Draw a square per condition and rank whose area is the probability, with its percent.

    Args:
        names: conditions from top to bottom.
        probabilities: one row per condition, one entry per rank, fractions.
        width_in: width of the figure in inches.
    """
    height_in = HEAD_IN + len(names) * ROW_IN
    axes = inch_axes(clear_figure(width_in, height_in))
    name_in = NAME_SHARE * width_in
    step_in = (width_in - 2 * SIDE_IN - name_in) / len(probabilities[0])
    middles = [SIDE_IN + name_in + (k + 0.5) * step_in for k in range(len(probabilities[0]))]
    for rank, middle in enumerate(middles, start=1):
        head = f"rank {rank}" if step_in > WORD_FROM_IN else f"{rank}"
        axes.text(middle, HEAD_IN - 0.12, head, ha="center", fontsize=SMALL_FONT_PT, color=INK)
    for place, (name, row) in enumerate(zip(names, probabilities, strict=True)):
        top = HEAD_IN + place * ROW_IN
        axes.plot([SIDE_IN, width_in - SIDE_IN], [top] * 2, color=INK, linewidth=0.3, alpha=0.35)
        axes.text(
            SIDE_IN,
            top + 0.34,
            shorten(name, "", name_in + SIDE_IN),
            fontsize=FONT_PT,
            fontweight="bold",
            color=INK,
            parse_math=False,
        )
        for middle, probability in zip(middles, row, strict=True):
            _draw_square(axes, middle, top, probability, min(LARGEST_SQUARE_IN, 0.8 * step_in))
    figure = axes.get_figure(root=True)
    assert figure is not None
    return figure


def _draw_square(
    axes: Axes, middle: float, top: float, probability: float, largest_in: float
) -> None:
    """Draw one square with its percent below; the area is the probability."""
    side = largest_in * max(0.0, probability) ** 0.5
    if probability >= SMALLEST_SHOWN:
        corner = (middle - side / 2, top + 0.27 - side / 2)
        axes.add_patch(Rectangle(corner, side, side, color=INK, alpha=0.75, linewidth=0))
    axes.text(
        middle, top + 0.62, _percent(probability), ha="center", fontsize=SMALL_FONT_PT, color=INK
    )


def _percent(probability: float) -> str:
    if 0 < probability < SMALLEST_SHOWN:
        return "< 1 %"
    if 1 > probability > 1 - SMALLEST_SHOWN:
        return "> 99 %"
    return f"{100 * probability:.0f} %"
