"""The five nearest points of a square lattice, without a search.

``ab_bins.py`` encodes with it the colours whose neighbours are all bins, nearly all there are. In a
cell of side s let M ≥ m ≥ 0 be how far a colour lies from the middle along the two axes. Nearest
are the middle, the neighbour on the colour's side along the axis of M, that along the axis of m,
and two of three: the one on the other side along the axis of m, that along the axis of M, and the
diagonal one. Squared distances less that of the middle are s² - 2sM, s² - 2sm, s² + 2sm, s² + 2sM
and 2s² - 2sM - 2sm, so that two exponentials give all Gaussians.
"""

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]

N_NEAREST = 5
TIE = 1e-6  # of a side: so close to a tie the rule for ties has to decide


def five_nearest(
    ab: Float, step: float, origin: float, n_columns: int, sigma: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Find the five nearest points and their Gaussian weights.

    Args:
        ab: (N, 2), within the lattice.
        step: s, distance of neighbours.
        origin: coordinate of the first point on both axes.
        n_columns: points per axis; point (i, j) has the number ``i * n_columns + j``.
        sigma: of the Gaussian of the distance.

    Returns:
        Numbers of the points (N, 5), nearest first; exp(-d² / 2σ²) normalised to sum 1, (N, 5);
        and (N,), true where two points are so nearly as far that the order is left open. Numbers
        of points beyond the lattice's edge are none: ask for colours away from it.
    """
    places = (ab - origin) / step
    cells = np.rint(places)
    middle = cells[:, 0].astype(np.int64) * n_columns + cells[:, 1].astype(np.int64)
    offsets = places - cells
    sizes = np.abs(offsets)
    more, less = sizes.max(axis=1), sizes.min(axis=1)
    along_a, along_b = np.where(offsets > 0, (n_columns, 1), (-n_columns, -1)).T
    is_a_more = sizes[:, 0] > sizes[:, 1]
    to_more, to_less = (
        np.where(is_a_more, along_a, along_b),
        np.where(is_a_more, along_b, along_a),
    )
    scale = np.float32(step**2 / sigma**2)
    side, both_sides = np.exp(-scale / 2), np.exp(-scale)
    near_more, near_less = (np.exp(scale * x.astype(np.float32)) * side for x in (more, less))
    far_less, far_more, diagonal = (
        both_sides / near_less,
        both_sides / near_more,
        near_more * near_less,
    )
    is_diagonal = diagonal > far_more
    last = np.where(is_diagonal, diagonal, far_more)
    to_last = np.where(is_diagonal, to_more + to_less, -to_more)
    is_swapped = last > far_less
    numbers = np.empty((len(ab), N_NEAREST), np.int64)
    weights = np.empty((len(ab), N_NEAREST), np.float32)
    numbers[:, 0], weights[:, 0] = middle, 1
    numbers[:, 1], weights[:, 1] = middle + to_more, near_more
    numbers[:, 2], weights[:, 2] = middle + to_less, near_less
    numbers[:, 3] = middle + np.where(is_swapped, to_last, -to_less)
    numbers[:, 4] = middle + np.where(is_swapped, -to_less, to_last)
    weights[:, 3], weights[:, 4] = np.maximum(last, far_less), np.minimum(last, far_less)
    weights /= weights.sum(axis=1, keepdims=True)
    return numbers, weights, _is_open(more, less)


def _is_open(more: Float, less: Float) -> npt.NDArray[np.bool_]:
    """Tell where two of the points that matter are as far, in sides of a cell."""
    nearest_tie = np.minimum(np.minimum(more - less, less), 0.5 - more)
    for first, second in ((more, less), (less, more)):
        nearest_tie = np.minimum(nearest_tie, np.abs(2 * first + second - 0.5))
    return np.asarray(nearest_tie < TIE)
