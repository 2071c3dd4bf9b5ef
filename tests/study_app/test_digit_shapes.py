import functools
import itertools

import pytest

from study_app.digit_shapes import STROKES, is_on_digit

GRID = [(x / 10, y / 10) for x in range(-10, 11) for y in range(-13, 14)]


@functools.cache
def points_of(digit):
    return {point for point in GRID if is_on_digit(digit, point)}


def test_every_digit_fits_the_height_and_width_it_states():
    for digit in STROKES:
        on_it = points_of(digit)
        assert max(abs(x) for x, _ in on_it) < 0.9
        assert 1.0 <= max(y for _, y in on_it) <= 1.21
        assert -1.21 <= min(y for _, y in on_it) <= -1.0


def test_no_two_digits_have_nearly_the_same_shape():
    """The nearest of all, 6 and 8 say, differ in a sixth of their points at least."""
    shapes = {digit: points_of(digit) for digit in STROKES}
    for one, other in itertools.combinations(range(10), 2):
        differing = shapes[one] ^ shapes[other]
        assert len(differing) > len(shapes[one] | shapes[other]) / 6, (one, other)


def test_a_nine_is_a_six_upside_down():
    assert points_of(9) == {(-x, -y) for x, y in points_of(6)}


@pytest.mark.parametrize(
    ("digit", "on", "off"),
    [
        (0, (0.6, 0.0), (0.0, 0.0)),
        (1, (0.05, 0.0), (0.5, 0.0)),
        (4, (0.0, 0.4), (-0.5, 0.9)),
        (7, (0.0, -1.0), (-0.5, 0.5)),
        (8, (0.0, 0.0), (0.0, 0.5)),
    ],
)
def test_points_are_on_the_strokes_or_not(digit, on, off):
    assert is_on_digit(digit, on)
    assert not is_on_digit(digit, off)
