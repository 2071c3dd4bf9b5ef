import itertools

import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.figures_ranks import rank_grid

NAMES = ("full", "l2", "grey")
PROBABILITIES = ((0.64, 0.36, 0.0), (0.36, 0.638, 0.002), (0.0, 0.002, 0.998))


def squares(figure: Figure) -> list[float]:
    patches = (p for p in figure.axes[0].patches if isinstance(p, Rectangle))
    return [patch.get_width() for patch in patches]


def test_the_area_of_a_square_is_the_probability() -> None:
    sides = squares(rank_grid(NAMES, PROBABILITIES, width_in=7.2))

    assert len(sides) == 5
    assert (sides[1] / sides[0]) ** 2 == pytest.approx(0.36 / 0.64)


def test_every_probability_is_written_and_none_rounded_to_certainty() -> None:
    figure = rank_grid(NAMES, PROBABILITIES, width_in=7.2)

    words = [text.get_text() for text in figure.axes[0].texts]
    assert words.count("64 %") == 2
    assert words.count("0 %") == 2
    assert words.count("< 1 %") == 2
    assert words.count("> 99 %") == 1
    assert {"full", "l2", "grey", "rank 1", "rank 3"} <= set(words)


def test_seven_conditions_fit_a_phone() -> None:
    figure = rank_grid([f"c{k}" for k in range(7)], [[1 / 7] * 7] * 7, width_in=3.5)
    figure.draw_without_rendering()

    heads = [t.get_window_extent() for t in figure.axes[0].texts if t.get_text() == "14 %"][:7]
    assert all(a.x1 < b.x0 for a, b in itertools.pairwise(heads))
