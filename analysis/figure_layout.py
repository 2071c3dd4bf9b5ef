"""What all figures share: sizes, ink, panels, the labelled 50 % line.

Place on the data's path: the ``figures`` modules draw with it. Black only, shades by opacity, and
shapes, so that a copy on paper, a dark page and a colour-blind reader show the same.
"""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK = "#000000"
FONT_PT = 9.5
SMALL_FONT_PT = 8.5
SIDE_IN = 0.12
RULE_WIDTH_PT = 0.8
DASHES = (0, (4, 3))
# From this width on, panels stand two in a row.
TWO_COLUMNS_FROM_IN = 6.0
PANEL_HEIGHT_IN = 1.35
PANEL_HEAD_IN = 0.46
PANEL_FOOT_IN = 0.5
PANEL_LEFT_IN = 0.52
POINTS_PER_INCH = 72
# Mean width of a letter of the fonts above: wide enough for most readers' own sans serif.
LETTER_PT = 5.8
BOLD_LETTER_PT = 6.6
FEWEST_LETTERS = 8
CHANCE = 50.0
CHANCE_LABEL = "50 %: cannot be told apart"


def clear_figure(width_in: float, height_in: float) -> Figure:
    """Give an empty figure without a ground of its own."""
    figure = Figure(figsize=(width_in, height_in))
    figure.patch.set_alpha(0)
    return figure


def inch_axes(figure: Figure) -> Axes:
    """Give axes over the whole figure, without scales, measured in inches from the top left."""
    width_in, height_in = figure.get_size_inches()
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width_in)
    axes.set_ylim(height_in, 0)
    axes.set_axis_off()
    return axes


def panels(n: int, *, width_in: float) -> tuple[Figure, list[Axes]]:
    """Give n small axes of the same size, two in a row where there is room."""
    n_columns = 2 if width_in >= TWO_COLUMNS_FROM_IN and n > 1 else 1
    n_rows = -(-n // n_columns)
    row_in = PANEL_HEAD_IN + PANEL_HEIGHT_IN + PANEL_FOOT_IN
    height_in, column_in = n_rows * row_in, width_in / n_columns
    figure = clear_figure(width_in, height_in)
    axes = []
    for place in range(n):
        row, column = divmod(place, n_columns)
        axes.append(
            figure.add_axes(
                (
                    (column * column_in + PANEL_LEFT_IN) / width_in,
                    1 - (row * row_in + PANEL_HEAD_IN + PANEL_HEIGHT_IN) / height_in,
                    (column_in - PANEL_LEFT_IN - SIDE_IN) / width_in,
                    PANEL_HEIGHT_IN / height_in,
                )
            )
        )
    return figure, axes


def dress_panel(axes: Axes, *, title: str, text: str, x_label: str) -> None:
    """Give a panel of fool rates its name, a note at the right, its scales and the 50 % line."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    width_in = axes.get_position().width * float(figure.get_size_inches()[0])
    for words, x, side, weight, size in (
        (shorten(title, text, width_in), 0.0, "left", "bold", FONT_PT),
        (text, 1.0, "right", "normal", SMALL_FONT_PT),
    ):
        axes.annotate(
            words,
            (x, 1.0),
            xycoords="axes fraction",
            xytext=(0, 6),
            textcoords="offset points",
            ha=side,
            va="bottom",
            fontsize=size,
            fontweight=weight,
            color=INK,
            parse_math=False,
        )
    axes.patch.set_alpha(0)
    axes.set_ylim(0, 100)
    axes.set_yticks([0, 25, 50, 75, 100], ["0 %", "", "50 %", "", "100 %"])
    axes.axhline(CHANCE, color=INK, linewidth=0.9, linestyle=DASHES, zorder=1)
    axes.set_xlabel(x_label, fontsize=SMALL_FONT_PT, labelpad=2)
    dress_scales(axes, ("left", "bottom"))


def dress_scales(axes: Axes, kept: Sequence[str]) -> None:
    """Leave the scales that are read, thin."""
    axes.patch.set_alpha(0)
    for side in ("left", "right", "top", "bottom"):
        axes.spines[side].set_visible(side in kept)
        axes.spines[side].set_linewidth(RULE_WIDTH_PT)
        axes.spines[side].set_color(INK)
    axes.tick_params(labelsize=SMALL_FONT_PT, length=3, width=RULE_WIDTH_PT, colors=INK)


def shorten(label: str, text: str, width_in: float) -> str:
    """Cut a label so that it leaves room for the text on its right; the table has it whole."""
    room_pt = (width_in - 2 * SIDE_IN) * POINTS_PER_INCH - len(text) * LETTER_PT
    most = max(FEWEST_LETTERS, int(room_pt / BOLD_LETTER_PT) - 1)
    return label if len(label) <= most else label[: most - 1] + "…"
