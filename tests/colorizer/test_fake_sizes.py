import re

import numpy as np
import pytest

from colorizer.fake_problems import FakeError
from colorizer.fake_sizes import fit_size, size_message

REAL = np.zeros((64, 64, 3), np.uint8)
PHOTOGRAPH = np.zeros((80, 120, 3), np.uint8)


def picture(width, height):
    return np.zeros((height, width, 3), np.uint8)


@pytest.mark.parametrize(
    ("width", "height"),
    [(16, 16), (512, 512), (24, 16), (60, 40), (67, 45), (240, 160)],
)
def test_other_sizes_of_the_same_shapes_are_brought_to_the_crop(width, height):
    assert fit_size(REAL, picture(width, height), PHOTOGRAPH).shape == REAL.shape
    assert "--match-lightness takes this size too" in size_message(
        REAL, picture(width, height), PHOTOGRAPH
    )


def test_a_fake_of_the_photographs_shape_is_cropped_before_it_is_resized():
    fake = picture(60, 40)
    fake[:, 10:50] = 200  # its middle square

    assert (fit_size(REAL, fake, PHOTOGRAPH) == 200).all()


@pytest.mark.parametrize(("width", "height"), [(15, 15), (100, 80), (300, 64), (64, 63)])
def test_other_shapes_and_small_sizes_are_refused(width, height):
    wanted = f"{width} x {height} pixels; allowed are 64 x 64, the crop, and 120 x 80, the photo"

    with pytest.raises(FakeError, match=re.escape(wanted)) as refused:
        fit_size(REAL, picture(width, height), PHOTOGRAPH)

    assert refused.value.kind == "size"
    assert "sides of 16 or more; cut out the middle square" in str(refused.value)


def test_a_fake_that_lies_on_its_side_is_told_why():
    message = size_message(REAL, picture(80, 120), PHOTOGRAPH)

    assert "it lies on its side, as if the orientation in the photograph's EXIF was lost" in message


def test_a_photograph_that_is_as_large_as_the_crop_is_named_once():
    assert "allowed is 64 x 64, the photograph" in size_message(REAL, picture(9, 9), REAL)
