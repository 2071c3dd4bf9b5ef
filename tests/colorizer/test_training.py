import dataclasses
import json

import numpy as np
import pytest

from colorizer import networks, training
from colorizer.config import PRESETS, load_config
from colorizer.errors import RunError, ShardError
from colorizer.fingerprints import (
    FINGERPRINTS_NAME,
    as_fingerprints,
    load_fingerprints,
    save_fingerprints,
)
from colorizer.near_duplicates import PictureHash
from colorizer.network import build_network
from colorizer.run_directory import BEST_NAME, LAST_NAME, load_network_file
from colorizer.shard_writer import ShardWriter
from colorizer.shards import Photographs
from colorizer.training import TrainingStep, resume, train
from tests.colorizer.factories import colourful_photo

TINY = dataclasses.replace(
    PRESETS["tiny"],
    ema_momentum=0.9,
    seed=1,
    n_steps=80,
    steps_per_epoch=40,
    learning_rate=1e-2,
)


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    with ShardWriter(folder, 40) as writer:
        for number in range(6):
            writer.add("training", colourful_photo(number, 40, 40))
        writer.add("validation", colourful_photo(99, 40, 40))
        writer.save_index()
    save_fingerprints(as_fingerprints([PictureHash(5, 1)]), folder / FINGERPRINTS_NAME)
    return folder


@pytest.fixture(scope="module")
def seen():
    """The figures that the run of the module reported."""
    return []


@pytest.fixture(scope="module")
def run(shards, tmp_path_factory, seen):
    """One training for all tests that only look: compiling takes most of the time."""
    return train(shards, tmp_path_factory.mktemp("runs") / "run", TINY, progress=seen.append)


def weights_of(path):
    return load_network_file(path).get_weights()


def test_a_run_leaves_all_its_files(run, seen):
    files = {path.name for path in run.path.iterdir()}

    assert {"config.json", "metrics.csv", "last.keras", "best.keras", "samples"} <= files
    assert [figures["step"] for figures in seen] == list(range(1, 81))
    assert len(list((run.path / "samples").glob("*.png"))) == 2
    assert [row["step"] for row in run.load_metrics()] == [40, 80]
    assert json.loads((run.path / "config.json").read_text())["input_px"] == 40


def test_a_run_carries_the_fingerprints_of_its_shards(run, shards):
    np.testing.assert_array_equal(
        load_fingerprints(run.path / FINGERPRINTS_NAME),
        load_fingerprints(shards / FINGERPRINTS_NAME),
    )


def test_metrics_show_the_reference_points(run):
    row = run.load_metrics()[-1]

    assert row["val_label_entropy"] < row["val_prior_entropy"]
    assert row["val_label_entropy"] == pytest.approx(1.25, abs=0.15)  # field notes: 1.257 nats
    assert row["chroma_ratio"] > 0


def test_training_learns_what_it_sees(run):
    rows = run.load_metrics()

    assert rows[1]["loss"] < 0.98 * rows[0]["loss"]


def test_an_interrupted_run_ends_where_an_uninterrupted_one_does(shards, run, tmp_path):
    class CutError(Exception):
        pass

    def cut(figures):
        if figures["step"] == 50:
            raise CutError

    with pytest.raises(CutError):
        train(shards, tmp_path / "cut", TINY, progress=cut)
    resumed = resume(shards, tmp_path / "cut")

    for name in (LAST_NAME, BEST_NAME):
        pairs = zip(weights_of(run.path / name), weights_of(resumed.path / name), strict=True)
        for expected, found in pairs:
            np.testing.assert_allclose(found, expected, atol=2e-3)
    losses = [[row["loss"] for row in one.load_metrics()] for one in (run, resumed)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)


def test_a_complete_run_stays_as_it_is(shards, run):
    before = weights_of(run.path / LAST_NAME)

    resume(shards, run.path)

    for one, other in zip(before, weights_of(run.path / LAST_NAME), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_run_is_not_replaced_unasked(shards, run):
    with pytest.raises(RunError, match="--resume"):
        train(shards, run.path, TINY)

    assert (run.path / BEST_NAME).exists()


def test_the_l2_loss_trains_a_network_that_gives_ab(shards, tmp_path):
    config = dataclasses.replace(TINY, loss="l2", n_steps=4, steps_per_epoch=4)

    directory = train(shards, tmp_path / "run", config)

    network = load_network_file(directory.path / BEST_NAME)
    assert network.output_shape[-1] == 2
    assert set(directory.load_metrics()[0]) >= {"val_loss", "chroma_ratio"}


def test_initial_weights_are_taken_up_to_the_scale_of_their_blocks(shards, run):
    photographs = Photographs(shards, "training")

    started = training._start_network(TINY, photographs, np.ones(313) / 313, run.path / BEST_NAME)

    given = run.load_network(BEST_NAME)
    ratio = np.asarray(started.get_layer("conv3_1").kernel / given.get_layer("conv3_1").kernel)
    np.testing.assert_allclose(ratio, ratio.flat[0], rtol=1e-4)
    np.testing.assert_array_equal(
        np.asarray(started.get_layer("conv8_313").kernel),
        np.asarray(given.get_layer("conv8_313").kernel),
    )


def test_initial_weights_of_another_width_are_refused(shards, run, tmp_path):
    with pytest.raises(RunError, match="--width"):
        train(
            shards,
            tmp_path / "next",
            dataclasses.replace(TINY, width=0.125),
            initial_weights=run.path / BEST_NAME,
        )


def test_crops_larger_than_the_shards_leave_no_run(shards, tmp_path):
    with pytest.raises(ShardError, match="do not fit"):
        train(shards, tmp_path / "run", dataclasses.replace(TINY, crop_px=48))
    assert not (tmp_path / "run").exists()


def test_a_loss_that_is_none_ends_the_run_with_advice(shards, tmp_path, monkeypatch):
    monkeypatch.setattr(TrainingStep, "train_on_batch", lambda *_, **__: float("nan"))

    with pytest.raises(RunError, match="lower learning rate"):
        train(shards, tmp_path / "run", TINY)


def test_the_gradient_of_a_pixel_is_scaled_by_its_bins_weight():
    """Two pixels predicted alike: their gradients differ by the ratio of the class weights."""
    network = build_network(0.0625)
    weights = np.ones(313)
    photo = colourful_photo(3, 32, 32)[np.newaxis]
    losses = []
    for factor in (1.0, 3.0):
        step = TrainingStep(network, weights * factor, "classification")
        inputs = photo, np.ones(1, np.float32)
        losses.append(float(step.compute_loss(x=inputs, y_pred=step(inputs))))

    assert losses[1] == pytest.approx(3 * losses[0], rel=1e-5)


@pytest.fixture(scope="module")
def residual_run(shards, tmp_path_factory):
    config = dataclasses.replace(
        TINY,
        network="residual",
        width=0.125,
        n_steps=2,
        steps_per_epoch=1,
        learning_rate=1e-3,
        lightness_jitter=0.1,
    )
    return train(shards, tmp_path_factory.mktemp("runs") / "residual", config)


def test_the_residual_network_trains_with_jitter(residual_run):
    assert json.loads((residual_run.path / "config.json").read_text())["input_px"] == 32
    start = networks.build(load_config(residual_run.path / "config.json")).get_weights()
    moved = [
        not np.array_equal(before, after)
        for before, after in zip(start, weights_of(residual_run.path / LAST_NAME), strict=True)
    ]
    assert np.mean(moved) > 0.9


def test_a_residual_network_starts_from_the_weights_given(shards, residual_run):
    config = load_config(residual_run.path / "config.json")
    given = residual_run.path / BEST_NAME

    started = training._start_network(
        config, Photographs(shards, "training"), np.ones(313) / 313, given
    )

    for one, other in zip(started.get_weights(), weights_of(given), strict=True):
        np.testing.assert_array_equal(one, other)
