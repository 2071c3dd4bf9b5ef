import dataclasses

import numpy as np
import pytest
import scipy.spatial
import scipy.special
from PIL import Image

from colorizer.ab_bins import bin_centres
from colorizer.config import PRESETS
from colorizer.lab import rgb_to_lab
from colorizer.network import build_network, set_final_bias
from colorizer.preparing import count_prior
from colorizer.shard_writer import ShardWriter
from colorizer.shards import Photographs
from colorizer.validation import predict_ab, reference_losses, save_samples, validate
from tests.colorizer.factories import colourful_photo

CONFIG = dataclasses.replace(PRESETS["tiny"], n_validation=5)


@pytest.fixture
def held_out(tmp_path):
    with ShardWriter(tmp_path, 40) as writer:
        for number in range(5):
            writer.add("validation", colourful_photo(number, 40, 40))
        writer.save_index()
    return Photographs(tmp_path, "validation")


@pytest.fixture
def prior(held_out):
    return count_prior(held_out)


def test_a_network_that_says_the_prior_has_the_priors_loss(held_out, prior):
    network = build_network(0.0625)
    head = network.get_layer("conv8_313")
    head.kernel.assign(np.zeros(head.kernel.shape, np.float32))
    set_final_bias(network, prior)

    figures = validate(network, held_out, CONFIG, prior)

    assert figures["val_cross_entropy"] == pytest.approx(figures["val_prior_entropy"], rel=1e-5)
    assert figures["val_label_entropy"] < figures["val_prior_entropy"]


def test_a_network_that_says_grey_has_no_chroma(held_out, prior):
    network = build_network(0.0625)
    head = network.get_layer("conv8_313")
    head.kernel.assign(np.zeros(head.kernel.shape, np.float32))
    set_final_bias(network, np.where(np.arange(313) == 120, 1.0, 1e-30))

    assert validate(network, held_out, CONFIG, prior)["chroma_ratio"] < 1e-3


def test_an_l2_network_has_a_loss_and_a_chroma(held_out, prior):
    config = dataclasses.replace(CONFIG, loss="l2")

    figures = validate(build_network(0.0625, loss="l2"), held_out, config, prior)

    assert set(figures) == {"val_loss", "loss_grey", "chroma_ratio"}
    assert np.isfinite(list(figures.values())).all()


def test_reference_losses_are_those_of_networks_that_say_so(held_out, prior):
    """Each is also the loss of a network: uniform, and the prior; weighted as in training."""
    network = build_network(0.0625)
    head = network.get_layer("conv8_313")
    head.kernel.assign(np.zeros(head.kernel.shape, np.float32))

    references = reference_losses(held_out, CONFIG, prior)

    for name, said in (("uniform", np.full(313, 1 / 313)), ("prior", prior)):
        set_final_bias(network, said)
        figures = validate(network, held_out, CONFIG, prior)
        assert figures["val_loss"] == pytest.approx(references[f"loss_{name}"], rel=1e-4)
        assert figures["val_cross_entropy"] == pytest.approx(
            references[f"val_{name}_entropy"], rel=1e-4
        )
    assert references["val_uniform_entropy"] == pytest.approx(np.log(313))
    assert references["loss_labels"] < references["loss_prior"]


def test_label_entropy_is_that_of_an_independent_encoding(held_out, prior):
    """The five nearest bins by a k-d tree, a Gaussian of 5 units, the entropy of its shares."""
    crops = np.stack([held_out[number][4:36:4, 4:36:4] for number in range(5)])
    distance, _ = scipy.spatial.cKDTree(bin_centres()).query(rgb_to_lab(crops)[..., 1:], 5)
    shares = scipy.special.softmax(-(distance**2) / 50, axis=-1)

    expected = scipy.special.entr(shares).sum(axis=-1).mean()

    found = reference_losses(held_out, CONFIG, prior)["val_label_entropy"]
    assert found == pytest.approx(expected, rel=1e-3)


def test_without_photographs_there_are_no_figures(tmp_path, prior):
    with ShardWriter(tmp_path, 40) as writer:
        writer.save_index()

    nothing = Photographs(tmp_path, "validation")

    assert validate(build_network(0.0625), nothing, CONFIG, prior) == {}


def test_samples_show_grey_fake_and_real_side_by_side(held_out, tmp_path):
    (tmp_path / "samples").mkdir()

    save_samples(build_network(0.0625), held_out, CONFIG, tmp_path, 7)

    sheet = np.asarray(Image.open(tmp_path / "samples" / "step_0000007.png"))
    assert sheet.shape == (5 * 32, 3 * 32, 3)
    assert np.ptp(sheet[:, :32].astype(int), axis=-1).max() == 0
    np.testing.assert_array_equal(sheet[:32, 64:], held_out[0][4:36, 4:36])


def test_ab_comes_at_a_quarter_of_the_size():
    lightness = np.full((2, 16, 24, 1), 50, np.float32)

    assert predict_ab(build_network(0.0625), lightness).shape == (2, 4, 6, 2)
