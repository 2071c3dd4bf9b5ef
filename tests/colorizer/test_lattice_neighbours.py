import numpy as np
import pytest
import scipy.spatial

from colorizer.lattice_neighbours import (
    is_choice_open,
    is_order_open,
    neighbours_of_patterns,
    place,
)

STEP, ORIGIN, N_COLUMNS, SIGMA = 10.0, -110.0, 23, 5.0

# on axes, diagonals, borders of cells, and where 2 M + m or M + 2 m is half a side
TIES = [[0, 0], [3, 0], [0, -2], [2, 2], [-1, 1], [5, 3], [2, 1], [1, 3], [-2.5, 0.0], [2, -1]]


def points():
    side = ORIGIN + STEP * np.arange(N_COLUMNS)
    return np.stack(np.meshgrid(side, side, indexing="ij"), axis=-1).reshape(-1, 2)


def placed(ab):
    return place(np.array(ab, np.float64), STEP, ORIGIN, N_COLUMNS, SIGMA, np)


def numbers_of(found):
    return found.cell[:, np.newaxis] + neighbours_of_patterns(N_COLUMNS)[found.pattern]


def test_points_and_weights_are_those_of_a_k_d_tree(rng):
    ab = rng.uniform(-90, 90, (5000, 2))

    found = placed(ab)

    distances, nearest = scipy.spatial.cKDTree(points()).query(ab, 5)
    expected = np.exp(-(distances**2) / (2 * SIGMA**2))
    is_open = is_order_open(found, np)
    np.testing.assert_array_equal(numbers_of(found)[~is_open], nearest[~is_open])
    np.testing.assert_allclose(
        found.weights, expected / expected.sum(axis=1, keepdims=True), rtol=0, atol=1e-6
    )
    assert is_open.mean() < 0.01


def test_whatever_ties_is_left_open():
    assert is_order_open(placed(TIES), np).all()
    assert not is_order_open(placed([[3.1, 0.7]]), np).any()


@pytest.mark.parametrize("ab", [*TIES, [1.25, 2.5], [2.4, 2.4], [4.9, 0], [0, 2.6], [3.1, 0.7]])
def test_the_choice_is_open_where_the_sixth_is_as_near_as_the_fifth(ab):
    distances = np.sort(np.linalg.norm(points() - ab, axis=1))

    is_open = is_choice_open(placed([ab]), np)[0]

    assert is_open == (distances[5] - distances[4] < 1e-9)
