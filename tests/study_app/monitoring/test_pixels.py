"""Against the colorizer's own formulas, which the study server may not load."""

import io

import numpy as np
import pytest
from PIL import Image

from colorizer.equal_lightness import lightness_difference
from colorizer.greyness import measure_greyness
from study_app.monitoring.pixels import REDUCED_SIDE_PX, UnreadablePictureError, measure_pair


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(file, "PNG")
    return file.getvalue()


# Luminance is the sum of three whole numbers, each at most half a step off: 1.5 steps a picture,
# and two pictures; near black a step is 0.014 of L*.
ROUNDING = 2 * 1.5 * 0.014


def test_the_difference_of_lightness_is_the_colorizers(rng):
    real, fake = rng.integers(0, 256, (2, 48, 48, 3), dtype=np.uint8)

    measured = measure_pair(png(real), png(fake)).lightness_difference

    assert measured == pytest.approx(lightness_difference(real, fake).max(), abs=ROUNDING)


def test_dark_pictures_are_measured_as_well(rng):
    real, fake = rng.integers(0, 12, (2, 32, 32, 3), dtype=np.uint8)

    measured = measure_pair(png(real), png(fake)).lightness_difference

    assert measured == pytest.approx(lightness_difference(real, fake).max(), abs=ROUNDING)


def test_black_and_white_are_a_hundred_apart():
    black, white = np.zeros((4, 4, 3)), np.full((4, 4, 3), 255)

    assert measure_pair(png(black), png(white)).lightness_difference == pytest.approx(100, abs=0.01)


def test_the_mean_chroma_is_the_colorizers(rng):
    photo = rng.integers(0, 256, (REDUCED_SIDE_PX, REDUCED_SIDE_PX, 3), dtype=np.uint8)

    measured = measure_pair(png(photo), png(photo))

    assert measured.mean_chroma == pytest.approx(measure_greyness(photo).mean_chroma, abs=1e-3)
    assert measured.lightness_difference == 0


def test_a_grey_photo_has_no_chroma():
    grey = np.repeat(np.arange(256, dtype=np.uint8).reshape(16, 16, 1), 3, axis=2)

    assert measure_pair(png(grey), png(grey)).mean_chroma == pytest.approx(0, abs=1e-4)


def test_pictures_of_different_size_have_no_difference():
    small, large = np.zeros((4, 6, 3)), np.zeros((8, 8, 3))

    measured = measure_pair(png(small), png(large))

    assert (measured.real_size_px, measured.fake_size_px) == ((6, 4), (8, 8))
    assert measured.lightness_difference is None


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\nbut not for long"])
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(UnreadablePictureError):
        measure_pair(data, data)


def test_a_picture_cut_short_is_refused():
    whole = png(np.zeros((64, 64, 3)))

    with pytest.raises(UnreadablePictureError):
        measure_pair(whole, whole[: len(whole) // 2])
