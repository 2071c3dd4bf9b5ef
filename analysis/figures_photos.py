"""Fool rate of every photo, from the least to the most fooling: one panel per condition.

Place on the data's path: ``illustrations.py`` hands in the panels. Returns a Figure, saves nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from analysis.figure_layout import INK, dress_panel, panels


@dataclass(frozen=True)
class PhotoPanel:
    """The photos of one condition in the order of their fool rates, in percent.

    Attributes:
        label: name of the condition.
        text: a note at the right of the name.
        ranks: place of each drawn photo among all of them, from 1.
        rates: shrunken rate of each.
        lows: lower limit of each.
        highs: upper limit of each.
        n_photos: photos of the condition, drawn or not.
    """

    label: str
    text: str
    ranks: tuple[int, ...]
    rates: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    n_photos: int


def caterpillar_plot(chosen: Sequence[PhotoPanel], *, width_in: float) -> Figure:
    """Draw a dot and an interval per photo, ordered, with the 50 % line."""
    figure, all_axes = panels(len(chosen), width_in=width_in)
    for axes, panel in zip(all_axes, chosen, strict=True):
        axes.vlines(panel.ranks, panel.lows, panel.highs, color=INK, linewidth=0.9, alpha=0.45)
        size = 2.6 if len(panel.ranks) > 40 else 3.6
        axes.plot(panel.ranks, panel.rates, "o", color=INK, markersize=size, markeredgewidth=0)
        axes.set_xlim(0, panel.n_photos + 1)
        axes.set_xticks(sorted({1, panel.n_photos}))
        dress_panel(
            axes,
            title=panel.label,
            text=panel.text,
            x_label="photos, from least to most fooling",
        )
    return figure
