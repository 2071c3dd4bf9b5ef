"""The five nearest points of a square lattice, without a search.

``ab_bins.py`` encodes with it the colours whose neighbours are all bins, nearly all there are. In a
cell of side s let M ≥ m ≥ 0 be how far a colour lies from the middle along the two axes. Nearest
are the middle, the neighbour on the colour's side along the axis of M, that along the axis of m,
and two of three: the one on the other side along the axis of m, that along the axis of M, and the
diagonal one. Squared distances less that of the middle are s² - 2sM, s² - 2sm, s² + 2sm, s² + 2sM
and 2s² - 2sM - 2sm, so that two exponentials give all Gaussians. Which points they are, and in
which order, is one of 24 patterns: eight for the side and the axis of M, three for the last two.
"""

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

N_NEAREST = 5
N_PATTERNS = 24
# of a side: so close to a tie the rule for ties has to decide; more than float32 rounds away
TIE = 1e-5


class Placed(NamedTuple):
    """Where colours lie in the lattice, as arrays (N,) of the module that was asked for.

    Attributes:
        cell: number of the cell, row times columns plus column, int32.
        pattern: which of the 24, int32.
        weights: (N, 5), float32, Gaussians of the distances, nearest first, which sum to 1.
        more: M, in sides of a cell.
        less: m, in sides of a cell.
    """

    cell: Any
    pattern: Any
    weights: Any
    more: Any
    less: Any


def place(
    ab: Any, step: float, origin: float, n_columns: int, sigma: float, xp: ModuleType
) -> Placed:
    """Find the cell of each colour, the pattern of its five nearest points, and their weights.

    Args:
        ab: (N, 2), float64 or float32, within the lattice.
        step: s, distance of neighbours.
        origin: coordinate of the first point on both axes.
        n_columns: points per axis; point (i, j) has the number ``i * n_columns + j``.
        sigma: of the Gaussian of the distance.
        xp: ``numpy`` or ``keras.ops``.
    """
    places = (ab - origin) * (1 / step)
    cells = xp.round(places)
    offsets = _single(places - cells, xp)
    along_a, along_b = offsets[:, 0], offsets[:, 1]
    size_a, size_b = xp.abs(along_a), xp.abs(along_b)
    more, less = xp.maximum(size_a, size_b), xp.minimum(size_a, size_b)
    weights, last_two = _gaussians(more, less, step**2 / sigma**2, xp)
    octant = _whole(along_a > 0, xp) + 2 * _whole(along_b > 0, xp) + 4 * _whole(size_a > size_b, xp)
    cell = _whole(cells[:, 0], xp) * n_columns + _whole(cells[:, 1], xp)
    return Placed(cell, octant * 3 + last_two, weights, more, less)


def _gaussians(more: Any, less: Any, scale: float, xp: ModuleType) -> tuple[Any, Any]:
    """Give the weights, nearest first, and which of three patterns the last two points have."""
    near_more, near_less = (xp.exp(scale * size - scale / 2) for size in (more, less))
    both_sides = float(np.exp(-scale))
    far_less, far_more = both_sides / near_less, both_sides / near_more
    diagonal = near_more * near_less
    last_two = xp.where(diagonal > far_more, _whole(diagonal <= far_less, xp), 2)
    last = xp.maximum(diagonal, far_more)
    fourth, fifth = xp.maximum(last, far_less), xp.minimum(last, far_less)
    share = 1 / (1 + near_more + near_less + fourth + fifth)
    parts = (share, near_more * share, near_less * share, fourth * share, fifth * share)
    return xp.stack(parts, axis=1), last_two


def neighbours_of_patterns(n_columns: int) -> npt.NDArray[np.int32]:
    """Give what is added to a point's number for the five nearest of each pattern; (24, 5)."""
    rows = []
    for octant in range(8):
        to_a = n_columns if octant & 1 else -n_columns
        to_b = 1 if octant & 2 else -1
        to_more, to_less = (to_a, to_b) if octant & 4 else (to_b, to_a)
        diagonal = to_more + to_less
        for last_two in ((diagonal, -to_less), (-to_less, diagonal), (-to_less, -to_more)):
            rows.append((0, to_more, to_less, *last_two))
    return np.array(rows, np.int32)


def is_order_open(placed: Placed, xp: ModuleType) -> Any:
    """Tell where two of the points that matter are as far, so that a rule decides; (N,), bool."""
    more, less = placed.more, placed.less
    nearest_tie = xp.minimum(xp.minimum(more - less, less), 0.5 - more)
    for first, second in ((more, less), (less, more)):
        nearest_tie = xp.minimum(nearest_tie, xp.abs(2 * first + second - 0.5))
    return nearest_tie < TIE


def is_choice_open(placed: Placed, xp: ModuleType) -> Any:
    """Tell where a rule decides which points are the five, not only in which order; (N,), bool.

    So on the border of a cell, where the fifth and the sixth are as far, and where the diagonal
    point is one of the five and has a mirror image.
    """
    more, less = placed.more, placed.less
    beyond = 2 * more + less - 0.5  # positive: the diagonal point is one of the five
    mirrored = xp.minimum(less, more - less) < TIE
    on_border = 0.5 - more < TIE
    return on_border | (xp.abs(beyond) < TIE) | (mirrored & (beyond > 0))


def _whole(values: Any, xp: ModuleType) -> Any:
    return values.astype(np.int32) if xp is np else xp.cast(values, "int32")


def _single(values: Any, xp: ModuleType) -> Any:
    return values.astype(np.float32) if xp is np else xp.cast(values, "float32")
