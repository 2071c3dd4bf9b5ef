import numpy as np
import pytest

from colorizer.edge_aware_upsampling import upsample_along_edges


def upsample(plane, lightness, shown=None):
    height, width = lightness.shape
    shown = np.zeros((height // 4 * 4, width // 4 * 4)) if shown is None else shown
    return upsample_along_edges(plane, shown, lightness, 4)


def test_a_label_lands_on_the_pixel_it_was_taken_from():
    """Label i comes from input pixel 4 i, so a linear ramp must come back unshifted."""
    ramp = np.arange(64.0)
    plane = np.stack(np.meshgrid(ramp, ramp, indexing="ij"), axis=-1)

    upsampled = upsample(plane[::4, ::4], np.zeros((64, 64)))

    np.testing.assert_allclose(upsampled[:61, :61], plane[:61, :61], atol=1e-4)


def test_colour_changes_where_lightness_does():
    """Two surfaces that meet between two points of the grid: bilinear colours would run over."""
    lightness = np.full((32, 32), 20.0)
    lightness[:, 18:] = 80.0
    plane = np.zeros((8, 8, 2))
    plane[:, 5:] = 50.0

    red = upsample(plane, lightness, lightness)[16, :, 0]

    assert red[17] < 1
    assert red[18] > 49


@pytest.mark.parametrize("size", [(32, 32), (97, 61), (16, 200)])
def test_colours_stay_between_those_around_them_at_any_size(rng, size):
    plane = rng.uniform(-80, 80, (8, 8, 2))

    full = upsample_along_edges(plane, rng.uniform(0, 100, (32, 32)), rng.uniform(0, 100, size), 4)

    assert full.shape == (*size, 2)
    assert full.dtype == np.float32
    assert plane.min() - 1e-4 <= full.min() <= full.max() <= plane.max() + 1e-4


def test_one_colour_stays_one_colour(rng):
    plane = np.broadcast_to(np.array([12.0, -7.0]), (8, 8, 2))

    full = upsample_along_edges(
        plane, rng.uniform(0, 100, (32, 32)), rng.uniform(0, 100, (50, 50)), 4
    )

    np.testing.assert_allclose(full, np.broadcast_to(np.array([12.0, -7.0]), full.shape), atol=1e-4)
