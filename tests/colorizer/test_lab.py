import keras
import numpy as np
import pytest
import skimage.color
from hypothesis import given
from hypothesis import strategies as st

from colorizer.lab import (
    is_in_gamut,
    join_lightness_ab,
    lab_planes,
    lab_to_linear_rgb,
    lab_to_rgb,
    lightness_of,
    reduce_chroma_into_gamut,
    rgb_to_lab,
)

channel = st.integers(0, 255)
L_TOLERANCE = 0.3  # of 8-bit rounding along the gamut's border


def test_white_is_100_and_black_is_0_without_chroma():
    lab = rgb_to_lab(np.array([[255, 255, 255], [0, 0, 0]], np.uint8))

    np.testing.assert_allclose(lab, [[100, 0, 0], [0, 0, 0]], atol=1e-9)


def test_values_are_those_of_scikit_image(rng):
    rgb = rng.integers(0, 256, (200, 3), dtype=np.uint8)

    # scikit-image rounds matrix and white to four or five digits
    np.testing.assert_allclose(rgb_to_lab(rgb), skimage.color.rgb2lab(rgb), atol=0.02)


def test_a_published_colour_has_its_published_lab():
    """Red of sRGB under D65: L* 53.24, a* 80.09, b* 67.20 (Lindbloom's calculator)."""
    np.testing.assert_allclose(
        rgb_to_lab(np.array([255, 0, 0], np.uint8)), [53.24, 80.09, 67.20], atol=0.01
    )


@given(channel, channel, channel)
def test_there_and_back_changes_no_8_bit_colour(red, green, blue):
    rgb = np.array([red, green, blue], np.uint8)

    np.testing.assert_array_equal(lab_to_rgb(rgb_to_lab(rgb)), rgb)


def test_lightness_alone_is_that_of_lab(rng):
    rgb = rng.integers(0, 256, (30, 20, 3), dtype=np.uint8)

    np.testing.assert_allclose(lightness_of(rgb), rgb_to_lab(rgb)[..., :1], rtol=0, atol=1e-12)


def test_the_planes_are_those_of_the_whole_colours_in_float32(rng):
    rgb = rng.integers(0, 256, (30, 20, 3), dtype=np.uint8)

    planes = lab_planes(rgb)

    assert {plane.dtype for plane in planes} == {np.dtype(np.float32)}
    np.testing.assert_allclose(
        np.stack(planes, axis=-1), rgb_to_lab(rgb).reshape(-1, 3), rtol=0, atol=1e-4
    )


def test_the_compiled_formula_is_the_same(rng):
    rgb = rng.integers(0, 256, (100, 3), dtype=np.uint8)
    tensor = keras.ops.convert_to_tensor(rgb.astype(np.float32))

    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(rgb_to_lab(tensor, keras.ops)), rgb_to_lab(rgb), atol=1e-3
    )


@given(st.floats(0, 100), st.floats(-150, 150), st.floats(-150, 150))
def test_any_colour_comes_into_gamut_at_its_lightness_and_hue(lightness, a, b):
    lab = np.array([lightness, a, b])

    inside = reduce_chroma_into_gamut(lab)

    assert is_in_gamut(inside)
    assert inside[0] == lightness
    assert inside[1] * b == pytest.approx(inside[2] * a, abs=1e-6)
    assert np.hypot(*inside[1:]) <= np.hypot(a, b) + 1e-9


def test_colours_in_gamut_are_left_alone(rng):
    lab = rgb_to_lab(rng.integers(0, 256, (500, 3), dtype=np.uint8))

    np.testing.assert_array_equal(reduce_chroma_into_gamut(lab), lab)


def test_chroma_is_reduced_no_further_than_the_border():
    inside = reduce_chroma_into_gamut(np.array([60.0, 200.0, 0.0]))

    assert not is_in_gamut(inside * [1, 1.001, 1.001])


def test_an_8_bit_colour_is_the_nearest_to_the_colour_in_gamut(rng):
    lab = rng.uniform([0, -128, -128], [100, 128, 128], (40, 30, 3))

    linear = lab_to_linear_rgb(reduce_chroma_into_gamut(lab))

    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 0)
    above = linear > 0.0031308
    encoded[above] = 1.055 * linear[above] ** (1 / 2.4) - 0.055
    assert np.abs(lab_to_rgb(lab) - 255 * encoded).max() <= 0.5 + 1e-3
    assert 0 < is_in_gamut(lab).mean() < 1


def test_joined_colours_keep_the_lightness_whatever_the_ab(rng):
    lightness = rng.uniform(0, 100, (64, 64, 1))
    ab = rng.uniform(-128, 128, (64, 64, 2))

    joined = rgb_to_lab(join_lightness_ab(lightness, ab))

    assert np.abs(joined[..., :1] - lightness).max() < L_TOLERANCE
