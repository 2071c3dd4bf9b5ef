import numpy as np
import pytest

from colorizer.ab_bins import nearest_bin
from colorizer.baselines import one_colour_fake
from colorizer.colorize import Colorizer
from colorizer.colourists import FolderColourist, NetworkColourist, open_colourists
from colorizer.condition_specs import parse_conditions
from colorizer.errors import ColorizerError
from colorizer.lab import rgb_to_lab
from colorizer.network import build_network
from colorizer.photo_files import find_photos
from colorizer.study_photos import StudyPhoto
from tests.colorizer.factories import colourful_photo, write_photo, write_photos

PHOTO = colourful_photo(3, 64, 64)


LIKELY, LESS_LIKELY = 0.6, 0.4  # shares of two bins far from each other


@pytest.fixture(scope="module")
def colorizer():
    """A network that wavers between two colours everywhere, so that mean and mode differ."""
    network = build_network(0.0625, seed=2)
    shares = np.full(313, 1e-9)
    shares[nearest_bin(np.array([[40, 30], [-40, -20]]))] = LIKELY, LESS_LIKELY
    head = network.get_layer("conv8_313")
    head.kernel.assign(np.zeros(head.kernel.shape, np.float32))
    head.bias.assign(np.log(shares).astype(np.float32))
    return Colorizer(network, 64, 0.38)


@pytest.fixture
def n_passes(colorizer, monkeypatch):
    """Counts the passes through the network."""
    passes = []
    run = colorizer.network.predict_on_batch
    monkeypatch.setattr(
        colorizer.network, "predict_on_batch", lambda x: passes.append(len(x)) or run(x)
    )
    return passes


def test_one_pass_gives_the_fake_and_the_logits(colorizer, n_passes):
    coloured = NetworkColourist(colorizer).colour(None, PHOTO)

    assert n_passes == [1]
    np.testing.assert_array_equal(coloured.fake, colorizer.colorize(PHOTO))
    np.testing.assert_array_equal(coloured.logits, colorizer.predict_logits(PHOTO))


def test_the_mean_is_the_fake_at_temperature_one(colorizer):
    coloured = NetworkColourist(colorizer).colour(None, PHOTO)

    at_one = Colorizer(colorizer.network, 64, 1.0).colorize(PHOTO)
    np.testing.assert_array_equal(coloured.mean, at_one)


def test_the_mode_is_the_fake_towards_temperature_zero(colorizer):
    coloured = NetworkColourist(colorizer).colour(None, PHOTO)

    at_zero = Colorizer(colorizer.network, 64, 1e-4).colorize(PHOTO)
    assert np.abs(coloured.mode.astype(int) - at_zero).max() <= 1
    assert np.abs(coloured.mode.astype(int) - coloured.mean).max() > 5


def test_of_further_conditions_mean_and_mode_are_not_computed(colorizer):
    coloured = NetworkColourist(colorizer, with_limits=False).colour(None, PHOTO)

    assert coloured.mean is None
    assert coloured.mode is None


def test_an_l2_network_has_neither_logits_nor_mode():
    l2 = Colorizer(build_network(0.0625, "l2"), 64, 0.38)

    coloured = NetworkColourist(l2).colour(None, PHOTO)

    np.testing.assert_array_equal(coloured.fake, l2.colorize(PHOTO))
    assert (coloured.logits, coloured.mean, coloured.mode) == (None, None, None)


@pytest.fixture
def photos(tmp_path):
    sources = find_photos([write_photos(tmp_path / "photos", 2, 64, 64)])
    return [StudyPhoto(number, "", source) for number, source in enumerate(sources)]


def test_fakes_of_a_folder_keep_their_colours_and_get_the_lightness(photos, tmp_path):
    for number in range(2):
        greenish = one_colour_fake(colourful_photo(number, 64, 64), (-20, 10))
        write_photo(tmp_path / "fakes" / f"photo_{number:03d}.png", greenish)
    folder = FolderColourist("green", tmp_path / "fakes", photos)

    fake = folder.colour(photos[0], colourful_photo(0, 64, 64)).fake

    lab, real = rgb_to_lab(fake), rgb_to_lab(colourful_photo(0, 64, 64))
    np.testing.assert_allclose(lab[..., 0], real[..., 0], atol=1)
    assert lab[..., 1].mean() < -5


def test_a_photograph_without_a_fake_is_named(photos, tmp_path):
    write_photo(tmp_path / "fakes" / "photo_000.png", PHOTO)
    folder = FolderColourist("few", tmp_path / "fakes", photos)

    with pytest.raises(ColorizerError, match=r"holds no fake of .*photo_001\.png"):
        folder.colour(photos[1], PHOTO)


def test_only_networks_and_folders_are_opened(photos):
    with pytest.raises(ColorizerError, match="only weights: and folder: are compared"):
        open_colourists(parse_conditions(["x=grey"]), [photo.source for photo in photos])
