import numpy as np
import pytest

from colorizer.fake_alignment import correlation, find_alignment, small_lightness
from colorizer.photos import resize, square_of_size
from tests.colorizer.factories import colourful_photo

SIZE_PX = 96


@pytest.fixture(scope="module")
def real():
    return square_of_size(colourful_photo(1, 200, 200), SIZE_PX)


def otherwise_coloured(rgb):
    """Colours of another program, which lighten some and darken others."""
    return np.clip(rgb * np.array([1.15, 0.95, 0.7]), 0, 255).astype(np.uint8)


def test_a_fake_of_the_same_part_fits_whatever_its_colours(real):
    assert find_alignment(real, real).problem == ""
    assert find_alignment(real, otherwise_coloured(real)).problem == ""
    darker = (255 * (real / 255) ** 2).astype(np.uint8)
    assert find_alignment(real, darker).problem == ""


@pytest.mark.parametrize(
    ("turned", "words"),
    [
        (np.fliplr, "looks mirrored"),
        (np.flipud, "looks upside down"),
        (np.rot90, "looks turned by a quarter to the left"),
        (lambda rgb: np.rot90(rgb, 3), "looks turned by a quarter to the right"),
        (lambda rgb: np.rot90(rgb, 2), "looks turned by a half"),
    ],
)
def test_a_fake_that_was_turned_is_recognised(real, turned, words):
    assert find_alignment(real, otherwise_coloured(turned(real))).problem == words


@pytest.mark.parametrize(
    ("down", "right", "words"),
    [(0, 12, "12 px to the right"), (0, -12, "12 px to the left"), (6, 12, "6 px down")],
)
def test_another_crop_is_recognised_with_its_shift(down, right, words):
    photo = colourful_photo(2, SIZE_PX + 40, SIZE_PX + 40)
    real = photo[20:-20, 20:-20]
    # things are further down and right in a crop that was cut further up and left
    fake = photo[20 - down : 20 - down + SIZE_PX, 20 - right : 20 - right + SIZE_PX]

    problem = find_alignment(real, otherwise_coloured(fake)).problem

    assert problem.startswith("looks like another crop of the photograph, moved by about ")
    assert words in problem


def test_a_smaller_or_larger_part_is_recognised(real):
    part = resize(np.ascontiguousarray(real[10:-10, 10:-10]), SIZE_PX, SIZE_PX)

    assert "looks like a smaller part" in find_alignment(real, part).problem
    assert "looks like a larger part" in find_alignment(part, real).problem


def test_the_whole_photograph_squeezed_into_a_square_is_recognised():
    photo = colourful_photo(3, 120, 200)
    squeezed = otherwise_coloured(resize(photo, SIZE_PX, SIZE_PX))

    problem = find_alignment(square_of_size(photo, SIZE_PX), squeezed, lambda: photo).problem

    assert problem.startswith("looks like the whole photograph squeezed into a square; cut out")


def test_another_photograph_is_recognised(real):
    alignment = find_alignment(real, square_of_size(colourful_photo(9, 200, 200), SIZE_PX))

    assert alignment.likeness < 0.75
    assert alignment.problem.startswith("looks like another photograph, or quite another part")


def test_a_plain_surface_has_nothing_to_compare(real):
    plain = np.full_like(real, 90)

    assert find_alignment(plain, plain).problem == ""
    assert correlation(small_lightness(plain), small_lightness(real)) == 0
