"""The network that comes with the package colours as its card says, on photographs at hand."""

import numpy as np
import pytest

from colorizer import metrics, sample_photos
from colorizer.colorize import Colorizer
from colorizer.lab import rgb_to_lab
from colorizer.photo_files import find_photos
from colorizer.photos import read_photo

# colorizer/weights/MODEL_CARD.md, "Figures": on the crops of colorizer sample-photos
AUC, AUC_GREY, COLORFULNESS_RATIO = 0.8441, 0.8275, 0.840
SHA256 = "49c55d4f2a6cfe0ec664c58aeadc0f1d35deb810ad27bf63893c2a598106ea56"


@pytest.fixture(scope="module")
def reals(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples") / "photos"
    sample_photos.write_sample_photos(folder)
    return [read_photo(source) for source in find_photos([folder])]


@pytest.fixture(scope="module")
def default():
    return Colorizer.load("default")


@pytest.fixture(scope="module")
def fakes(reals, default):
    return [default.colorize(real) for real in reals]


def mean_auc(reals, ab_of_fakes):
    pairs = zip(reals, ab_of_fakes, strict=True)
    return np.mean([metrics.auc(rgb_to_lab(real)[..., 1:], ab) for real, ab in pairs])


def test_the_file_is_the_one_on_the_card(default):
    assert default.sha256 == SHA256


def test_the_area_under_the_curve_is_the_cards(reals, fakes):
    ab = [rgb_to_lab(fake)[..., 1:] for fake in fakes]

    assert mean_auc(reals, ab) == pytest.approx(AUC, abs=0.003)
    assert mean_auc(reals, [np.zeros_like(plane) for plane in ab]) == pytest.approx(
        AUC_GREY, abs=1e-3
    )


def test_swapped_or_turned_colours_would_be_noticed(reals, fakes):
    """What a wrong decode does: a* and b* exchanged, or the hue turned round."""
    ab = [rgb_to_lab(fake)[..., 1:] for fake in fakes]

    assert mean_auc(reals, [plane[..., ::-1] for plane in ab]) < AUC - 0.01
    assert mean_auc(reals, [-plane for plane in ab]) < AUC - 0.05


def test_fakes_are_about_as_colourful_as_the_card_says(reals, fakes):
    fake, real = (np.mean([metrics.colorfulness(rgb) for rgb in rgbs]) for rgbs in (fakes, reals))

    assert fake / real == pytest.approx(COLORFULNESS_RATIO, abs=0.03)
