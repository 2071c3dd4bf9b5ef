import numpy as np
import scipy.spatial

from colorizer.lattice_neighbours import five_nearest

STEP, ORIGIN, N_COLUMNS, SIGMA = 10.0, -110.0, 23, 5.0


def points():
    side = ORIGIN + STEP * np.arange(N_COLUMNS)
    return np.stack(np.meshgrid(side, side, indexing="ij"), axis=-1).reshape(-1, 2)


def test_points_and_weights_are_those_of_a_k_d_tree(rng):
    ab = rng.uniform(-90, 90, (5000, 2))

    numbers, weights, is_open = five_nearest(ab, STEP, ORIGIN, N_COLUMNS, SIGMA)

    distances, nearest = scipy.spatial.cKDTree(points()).query(ab, 5)
    expected = np.exp(-(distances**2) / (2 * SIGMA**2))
    np.testing.assert_array_equal(numbers[~is_open], nearest[~is_open])
    np.testing.assert_allclose(
        weights, expected / expected.sum(axis=1, keepdims=True), rtol=0, atol=1e-6
    )
    assert is_open.mean() < 0.01


def test_whatever_ties_is_left_open():
    """So on axes, diagonals, borders of cells, and where 2 M + m or M + 2 m is half a side."""
    ties = [[0, 0], [3, 0], [0, -2], [2, 2], [-1, 1], [5, 3], [2, 1], [1, 3], [-2.5, 0.0], [2, -1]]

    *_, is_open = five_nearest(np.array(ties, float), STEP, ORIGIN, N_COLUMNS, SIGMA)

    assert is_open.all()
    assert not five_nearest(np.array([[3.1, 0.7]]), STEP, ORIGIN, N_COLUMNS, SIGMA)[2].any()
