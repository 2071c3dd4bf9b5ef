import numpy as np
import pytest
from skimage.color import rgb2lab

from colorizer.equal_lightness import (
    check_equal_lightness,
    lightness_difference,
)
from colorizer.errors import PhotoError
from colorizer.lab import join_lightness_ab, rgb_to_lab
from tests.colorizer.factories import colourful_photo

PHOTO = colourful_photo()


def test_the_difference_is_that_of_scikit_image():
    other = colourful_photo(1)

    expected = np.abs(rgb2lab(PHOTO) - rgb2lab(other))[..., 0]

    np.testing.assert_allclose(lightness_difference(PHOTO, other), expected, atol=0.01)


def test_whatever_our_own_pipeline_joins_is_within_the_tolerance():
    rng = np.random.default_rng(0)
    real = rng.integers(0, 256, (200, 200, 3), dtype=np.uint8)
    ab = rng.uniform(-110, 110, (200, 200, 2))

    fake = join_lightness_ab(rgb_to_lab(real)[..., :1], ab)

    check_equal_lightness(real, fake)
    assert lightness_difference(real, fake).max() < 0.3


def test_a_lighter_fake_is_refused_with_the_numbers():
    fake = np.full((10, 10, 3), 100, np.uint8)
    fake[:5] = 110
    real = np.full((10, 10, 3), 100, np.uint8)

    # L* of grey 100 and 110 by skimage: 42.37 and 46.43
    with pytest.raises(PhotoError, match=r"by up to 4\.06 \(mean 2\.03, 50\.0% of the pixels"):
        check_equal_lightness(real, fake)


def test_one_pixel_is_enough():
    fake = PHOTO.copy()
    fake[3, 3] = 255 - fake[3, 3]

    with pytest.raises(PhotoError, match="differs from the real photo's"):
        check_equal_lightness(PHOTO, fake)
