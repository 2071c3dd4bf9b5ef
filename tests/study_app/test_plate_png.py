import io

import numpy as np
import pytest
from PIL import Image

from study_app.plate_png import GROUND, PLATE_BYTES, SCALE, draw_plate, padded_plate
from study_app.plates import PLATE_PX, Plate, plan_plates
from tests.study_app.colour_observers import read_digit, read_pixels, see, see_as

DIGITS = [(2, "protan"), (6, "deutan"), (8, "protan"), (9, "deutan")]
PLATES = [Plate(digit, axis, 1, 40 + digit) for digit, axis in DIGITS]


@pytest.fixture(scope="module")
def drawn():
    """The plates as pixels, drawn once."""
    return [(plate, read_pixels(draw_plate(plate))) for plate in PLATES]


def test_an_observer_with_all_cones_reads_every_plate(drawn):
    for plate, pixels in drawn:
        assert read_digit(pixels, see(pixels)) == plate.digit


def test_an_observer_who_lacks_the_cone_reads_hardly_any(drawn):
    """One in ten is guessing; the same reader found all of them with all cones."""
    read = [
        read_digit(pixels, see_as(plate.axis, pixels)) == plate.digit for plate, pixels in drawn
    ]

    assert sum(read) <= 1


def test_the_same_plan_draws_the_same_bytes_and_another_seed_others():
    plate = plan_plates(1, 2)[1]

    assert draw_plate(plate) == draw_plate(plate)
    assert draw_plate(plate) != draw_plate(plan_plates(2, 2)[1])


def test_every_plate_has_the_same_length_size_and_no_metadata():
    for plate in plan_plates(7, 3):
        data = padded_plate(plate)
        image = Image.open(io.BytesIO(data))

        assert len(data) == PLATE_BYTES
        assert len(draw_plate(plate)) < 0.8 * PLATE_BYTES
        assert image.size == (SCALE * PLATE_PX, SCALE * PLATE_PX)
        assert image.info == {}


def test_the_corners_are_the_ground_of_the_page():
    pixels = np.asarray(Image.open(io.BytesIO(draw_plate(PLATES[0]))).convert("RGB"))

    assert {tuple(pixels[y, x]) for x in (0, -1) for y in (0, -1)} == {GROUND}
