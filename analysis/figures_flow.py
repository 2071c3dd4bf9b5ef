"""The participant flow as a diagram: what everybody went through, and who left where.

Place on the data's path: ``illustrations.py`` hands in the steps. Returns a Figure, saves nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.figure_layout import FONT_PT, INK, SIDE_IN, SMALL_FONT_PT, clear_figure, inch_axes

LINE_IN = 0.19
PAD_IN = 0.1
GAP_IN = 0.3
# Share of the width that the main column takes; those who left stand at its right.
MAIN_SHARE = 0.5
BETWEEN_IN = 0.22
LETTERS_PER_INCH = 12.5
FEWEST_LETTERS = 12


@dataclass(frozen=True)
class FlowStep:
    """One box of the main column.

    Attributes:
        words: what these people did.
        n: how many they are.
        details: lines below, such as counts by condition.
        left: words and number of each group that left after this step.
    """

    words: str
    n: int
    details: tuple[str, ...] = ()
    left: tuple[tuple[str, int], ...] = ()


def flow_diagram(steps: Sequence[FlowStep], *, width_in: float) -> Figure:
    """Draw the steps from top to bottom, joined by arrows, with those who left at the right."""
    boxes = [_Boxes.of(step, width_in) for step in steps]
    height_in = 2 * SIDE_IN + sum(box.main_in for box in boxes)
    height_in += sum(box.gap_in for box in boxes[:-1])
    figure = clear_figure(width_in, height_in)
    axes = inch_axes(figure)
    top = SIDE_IN
    for place, box in enumerate(boxes):
        box.draw(axes, top, is_last=place == len(boxes) - 1)
        top += box.main_in + box.gap_in
    return figure


@dataclass(frozen=True)
class _Boxes:
    """The boxes of one step, measured in inches."""

    head: tuple[str, ...]
    details: tuple[str, ...]
    left_lines: tuple[str, ...]
    width_in: float

    @classmethod
    def of(cls, step: FlowStep, width_in: float) -> "_Boxes":
        main_in = MAIN_SHARE * (width_in - 2 * SIDE_IN)
        side_in = width_in - 2 * SIDE_IN - main_in - BETWEEN_IN
        head = _wrap([_counted(step.words, step.n)], main_in)
        details = _wrap(step.details, main_in)
        left = _wrap([_counted(words, n) for words, n in step.left], side_in)
        return cls(head, details, left, width_in)

    @property
    def main_in(self) -> float:
        return (len(self.head) + len(self.details)) * LINE_IN + 2 * PAD_IN

    @property
    def gap_in(self) -> float:
        if not self.left_lines:
            return GAP_IN
        return max(GAP_IN, len(self.left_lines) * LINE_IN + 2 * PAD_IN + 0.2)

    def draw(self, axes: Axes, top: float, *, is_last: bool) -> None:
        inner_in = self.width_in - 2 * SIDE_IN
        main_width = MAIN_SHARE * inner_in
        lines = (*self.head, *self.details)
        _draw_box(axes, SIDE_IN, top, main_width, lines, n_bold=len(self.head))
        if is_last:
            return
        middle = SIDE_IN + main_width / 2
        below = top + self.main_in
        _draw_arrow(axes, (middle, below), (middle, below + self.gap_in))
        if self.left_lines:
            start = SIDE_IN + main_width + BETWEEN_IN
            height = below + self.gap_in / 2
            _draw_arrow(axes, (middle, height), (start, height))
            box_top = height - (len(self.left_lines) * LINE_IN + 2 * PAD_IN) / 2
            _draw_box(axes, start, box_top, inner_in - main_width - BETWEEN_IN, self.left_lines)


def _draw_box(
    axes: Axes,
    left: float,
    top: float,
    width: float,
    lines: Sequence[str],
    *,
    n_bold: int = 0,
) -> None:
    height = len(lines) * LINE_IN + 2 * PAD_IN
    axes.add_patch(Rectangle((left, top), width, height, fill=False, ec=INK, linewidth=0.9))
    for place, line in enumerate(lines):
        is_bold = place < n_bold
        axes.text(
            left + PAD_IN,
            top + PAD_IN + (place + 0.74) * LINE_IN,
            line,
            fontsize=FONT_PT if is_bold else SMALL_FONT_PT,
            fontweight="bold" if is_bold else "normal",
            color=INK,
            parse_math=False,
        )


def _draw_arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "",
        xy=end,
        xytext=start,
        arrowprops={
            "arrowstyle": "-|>",
            "color": INK,
            "linewidth": 0.9,
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )


def _counted(words: str, n: int) -> str:
    """Keep the number on the line of the last word."""
    return f"{words}:\u00a0{n:,}"


def _wrap(lines: Sequence[str], width_in: float) -> tuple[str, ...]:
    """Break lines between words where they are longer than the box; cut longer words."""
    most = max(FEWEST_LETTERS, int((width_in - 2 * PAD_IN) * LETTERS_PER_INCH))
    wrapped: list[str] = []
    for line in lines:
        current = ""
        for word in line.split(" "):
            piece = word if len(word) <= most else word[: most - 1] + "…"
            if current and len(current) + 1 + len(piece) > most:
                wrapped.append(current)
                current = piece
            else:
                current = f"{current} {piece}" if current else piece
        wrapped.append(current)
    return tuple(wrapped)
