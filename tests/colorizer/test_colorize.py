import numpy as np
import pytest

from colorizer.ab_bins import nearest_bin
from colorizer.colorize import Colorizer, input_shape, resize_lightness
from colorizer.errors import ColorizerError, RunError
from colorizer.lab import rgb_to_lab
from colorizer.network import build_network
from tests.colorizer.factories import colourful_photo


@pytest.fixture(scope="module")
def colorizer():
    network = build_network(0.0625, seed=2)
    head = network.get_layer("conv8_313")
    head.kernel.assign(head.kernel * 100)
    return Colorizer(network, input_px=32, temperature=0.38)


def constant_colorizer(ab):
    """A network that answers one colour whatever it sees."""
    network = build_network(0.0625)
    head = network.get_layer("conv8_313")
    head.kernel.assign(np.zeros(head.kernel.shape, np.float32))
    bias = np.zeros(313, np.float32)
    bias[nearest_bin(np.array(ab))] = 100
    head.bias.assign(bias)
    return Colorizer(network, input_px=32, temperature=1.0)


def test_size_and_lightness_stay(colorizer):
    photo = colourful_photo(1, 61, 47)

    fake = colorizer.colorize(photo)

    assert fake.shape == photo.shape
    assert fake.dtype == np.uint8
    gap = rgb_to_lab(fake)[..., 0] - rgb_to_lab(photo)[..., 0]
    assert np.abs(gap).max() < 0.3


def test_only_the_lightness_is_seen(colorizer):
    photo = colourful_photo(1)
    grey = np.repeat(rgb_to_lab(photo)[..., :1], 3, axis=-1) * [1, 0, 0]

    seen = colorizer.predict_ab(rgb_to_lab(photo)[..., :1])

    np.testing.assert_array_equal(colorizer.predict_ab(grey[..., :1]), seen)


def test_the_predicted_colour_arrives():
    photo = np.full((40, 40, 3), 128, np.uint8)

    fake = constant_colorizer([20.0, -30.0]).colorize(photo)

    assert rgb_to_lab(fake)[..., 1:].reshape(-1, 2).mean(axis=0) == pytest.approx([20, -30], abs=1)


def test_the_temperature_decides_between_mean_and_mode():
    """Two thirds red and one third grey: the mean is in between, the mode is red."""
    colorizer = constant_colorizer([60.0, 40.0])
    bias = np.full(313, -100, np.float32)
    bias[nearest_bin(np.array([[60.0, 40.0], [0.0, 0.0]]))] = np.log([2 / 3, 1 / 3])
    colorizer.network.get_layer("conv8_313").bias.assign(bias)
    lightness = np.full((32, 32, 1), 50.0)

    seen = [
        Colorizer(colorizer.network, 32, t).predict_ab(lightness)[0, 0].tolist() for t in (1, 0.05)
    ]

    assert seen[0] == pytest.approx([40, 80 / 3], abs=0.01)
    assert seen[1] == pytest.approx([60, 40], abs=0.01)


def test_logits_come_at_a_quarter_of_what_the_network_is_shown(colorizer):
    assert colorizer.predict_logits(colourful_photo(1, 64, 128)).shape == (8, 16, 313)


def test_an_l2_network_colours_but_has_no_logits():
    colorizer = Colorizer(build_network(0.0625, loss="l2"), 32, 0.38)
    photo = colourful_photo(1)

    assert colorizer.colorize(photo).shape == photo.shape
    with pytest.raises(RunError, match="l2"):
        colorizer.predict_logits(photo)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((256, 256), (96, 96)),
        ((300, 400), (96, 128)),
        ((400, 300), (128, 96)),
        ((20, 20), (96, 96)),
    ],
)
def test_the_short_side_is_what_the_network_wants(size, expected):
    assert input_shape(*size, 96, 8) == expected


def test_a_long_panorama_is_shown_smaller():
    rows, columns = input_shape(100, 20_000, 96, 8)

    assert rows * columns <= 17 * 96**2
    assert rows >= 8


def test_lightness_stays_in_range_when_resized(rng):
    plane = (rng.integers(0, 2, (64, 64, 1)) * 100).astype(float)

    resized = resize_lightness(plane, 24, 40)

    assert resized.shape == (24, 40, 1)
    assert 0 <= resized.min() <= resized.max() <= 100


@pytest.mark.parametrize("temperature", [0, 1.5, -1])
def test_other_temperatures_are_refused(colorizer, temperature):
    with pytest.raises(ColorizerError, match=r"\(0, 1\]"):
        Colorizer(colorizer.network, 32, temperature)


@pytest.mark.parametrize("input_px", [0, 33])
def test_other_input_sizes_are_refused(colorizer, input_px):
    with pytest.raises(ColorizerError, match="multiple of 8"):
        Colorizer(colorizer.network, input_px, 0.38)


def test_the_default_network_loads_with_its_own_settings_or_given_ones():
    default = Colorizer.load("default", temperature=0.5)

    assert default.temperature == 0.5
    assert default.input_px % 8 == 0
    assert default.colorize(colourful_photo(1)).shape == colourful_photo(1).shape


def test_the_mirrored_mean_of_a_mirror_image_is_the_mirrored_prediction(colorizer):
    """Predicting for both and averaging makes left and right alike, up to the labels' columns."""
    both = Colorizer(colorizer.network, 32, 0.38, average_mirrored=True)
    half = colourful_photo(3, 32, 16)
    # columns 0 ... 28 mirror onto themselves, as the labels' columns 0, 4 ... 28 do
    symmetric = np.concatenate([half[:, :15], half[:, 13::-1], *[half[:, :1]] * 3], axis=1)

    logits = both.predict_logits(symmetric)

    np.testing.assert_allclose(logits, logits[:, ::-1], atol=1e-3)
