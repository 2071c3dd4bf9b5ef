import csv

import numpy as np
import pytest
from skimage.color import lab2rgb, rgb2lab

from colorizer.errors import PhotoError
from colorizer.greyness import check_colourful, measure_greyness
from colorizer.photo_files import find_photos
from colorizer.photos import read_photo
from tests.colorizer.factories import colourful_photo, grey_photo
from tests.colorizer.shared_data import shared_folder


def from_lab(lightness: np.ndarray, a: np.ndarray | float, b: np.ndarray | float) -> np.ndarray:
    lab = np.stack(np.broadcast_arrays(lightness, a, b), axis=-1).astype(float)
    return np.rint(lab2rgb(lab) * 255).astype(np.uint8)


def ramp(height: int = 64, width: int = 64) -> np.ndarray:
    return np.tile(np.linspace(30, 80, width), (height, 1))


def test_the_measures_are_those_of_scikit_image():
    photo = colourful_photo()  # below 128 pixels a side, so not reduced
    ab = rgb2lab(photo)[..., 1:]

    measured = measure_greyness(photo)

    chroma = np.hypot(ab[..., 0], ab[..., 1])
    assert measured.mean_chroma == pytest.approx(chroma.mean(), rel=2e-3)
    assert measured.high_chroma == pytest.approx(np.percentile(chroma, 99), rel=2e-3)


def test_two_colours_at_equal_lightness_differ_by_half_their_distance():
    stripes = np.where(np.arange(64) % 2, 12.0, -12.0)

    measured = measure_greyness(from_lab(np.full((64, 64), 62.5), stripes, 0.0))

    assert measured.tint_residual == pytest.approx(12, abs=0.3)


@pytest.mark.parametrize("seed", range(20))
def test_colour_photographs_are_kept(seed):
    check_colourful(colourful_photo(seed))


@pytest.mark.parametrize("seed", range(5))
def test_grey_in_three_channels_is_refused(seed):
    with pytest.raises(PhotoError, match=r"^greyscale: mean chroma 0\.0, at least 4$"):
        check_colourful(grey_photo(seed))


def test_nearly_grey_is_refused():
    with pytest.raises(PhotoError, match="greyscale: mean chroma"):
        check_colourful(from_lab(ramp(), 3.0 * np.sign(ramp() - 55), -1.0))


def test_an_even_cast_is_refused_by_its_most_colourful_pixels():
    with pytest.raises(PhotoError, match="greyscale: 99th percentile of chroma"):
        check_colourful(from_lab(ramp(), 5.0, -4.0))


@pytest.mark.parametrize("tone", ["sepia", "cyanotype", "duotone"])
def test_tinted_monochromes_are_refused(tone):
    lightness = from_photo_lightness()
    ab = {
        "sepia": (8.0, 22.0),
        "cyanotype": (-5.0, -28.0),
        "duotone": ((lightness - 50) * 0.4, (50 - lightness) * 0.6),
    }[tone]

    with pytest.raises(PhotoError, match="tinted monochrome"):
        check_colourful(from_lab(lightness, *ab))


def from_photo_lightness() -> np.ndarray:
    lightness: np.ndarray = rgb2lab(colourful_photo(3))[..., 0]
    return lightness * 0.6 + 20


def test_every_grey_file_is_refused_for_what_it_is():
    folder = shared_folder("grey")
    with (folder / "index.csv").open(newline="", encoding="utf-8") as file:
        kinds = {row["file"]: row["kind"] for row in csv.DictReader(file)}

    for source in find_photos([folder]):
        with pytest.raises(PhotoError) as refusal:
            check_colourful(read_photo(source))
        tinted = str(refusal.value).startswith("tinted monochrome")
        assert tinted == (kinds[source.name] == "tinted-mono"), source.name


def test_every_photograph_of_the_evaluation_folder_is_kept():
    sources = list(find_photos([shared_folder("eval")]))

    for source in sources:
        check_colourful(read_photo(source))

    assert len(sources) == 300
