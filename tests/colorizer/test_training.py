import dataclasses
import json

import keras
import numpy as np
import pytest

from colorizer import training
from colorizer.config import PRESETS
from colorizer.errors import RunError, ShardError
from colorizer.run_directory import BEST_NAME, LAST_NAME, RunDirectory, load_network_file
from colorizer.shards import ShardWriter
from colorizer.training import TrainingStep, resume, train
from tests.colorizer.factories import colourful_photo

TINY = dataclasses.replace(PRESETS["tiny"], ema_momentum=0.9, seed=1)


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    with ShardWriter(folder, 40) as writer:
        for number in range(6):
            writer.add("training", colourful_photo(number, 40, 40))
        writer.add("validation", colourful_photo(99, 40, 40))
        writer.save_index()
    return folder


def weights_of(path):
    return load_network_file(path).get_weights()


def test_a_run_leaves_all_its_files(shards, tmp_path):
    seen = []

    directory = train(shards, tmp_path / "run", TINY, progress=seen.append)

    files = {path.name for path in directory.path.iterdir()}
    assert {"config.json", "metrics.csv", "last.keras", "best.keras", "samples"} <= files
    assert [figures["step"] for figures in seen] == [1, 2, 3, 4, 5, 6]
    assert len(list((directory.path / "samples").glob("*.png"))) == 2
    rows = directory.load_metrics()
    assert [row["step"] for row in rows] == [3, 6]
    assert json.loads((directory.path / "config.json").read_text())["input_px"] == 40


def test_metrics_show_the_reference_points(shards, tmp_path):
    row = train(shards, tmp_path / "run", TINY).load_metrics()[-1]

    assert row["val_label_entropy"] < row["val_prior_entropy"]
    assert row["val_label_entropy"] == pytest.approx(1.25, abs=0.15)  # field notes: 1.257 nats
    assert row["chroma_ratio"] > 0


def test_training_learns_what_it_sees(shards, tmp_path):
    config = dataclasses.replace(TINY, n_steps=60, steps_per_epoch=20, learning_rate=3e-3)

    rows = train(shards, tmp_path / "run", config).load_metrics()

    assert rows[-1]["loss"] < 0.9 * rows[0]["loss"]


@pytest.mark.parametrize("loss", ["classification", "l2"])
def test_an_interrupted_run_ends_where_an_uninterrupted_one_does(
    shards, tmp_path, loss, monkeypatch
):
    config = dataclasses.replace(TINY, loss=loss)
    train(shards, tmp_path / "whole", config)

    class Cut(Exception):
        pass

    def cut(figures):
        if figures["step"] == 5:
            raise Cut

    with pytest.raises(Cut):
        train(shards, tmp_path / "cut", config, progress=cut)
    resume(shards, tmp_path / "cut")

    for name in (LAST_NAME, BEST_NAME):
        pairs = zip(
            weights_of(tmp_path / "whole" / name), weights_of(tmp_path / "cut" / name), strict=True
        )
        for whole, resumed in pairs:
            np.testing.assert_allclose(resumed, whole, atol=1e-5)
    assert len(RunDirectory(tmp_path / "cut").load_metrics()) == 2


def test_a_complete_run_stays_as_it_is(shards, tmp_path):
    train(shards, tmp_path / "run", TINY)
    before = weights_of(tmp_path / "run" / LAST_NAME)

    resume(shards, tmp_path / "run")

    for one, other in zip(before, weights_of(tmp_path / "run" / LAST_NAME), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_run_is_replaced_only_when_asked(shards, tmp_path):
    train(shards, tmp_path / "run", TINY)

    with pytest.raises(RunError, match="--resume"):
        train(shards, tmp_path / "run", TINY)
    train(shards, tmp_path / "run", TINY, overwrite=True)


def test_initial_weights_are_taken(shards, tmp_path):
    train(shards, tmp_path / "first", TINY)
    config = dataclasses.replace(TINY, learning_rate=1e-12, n_steps=1)

    train(shards, tmp_path / "next", config, initial_weights=tmp_path / "first" / BEST_NAME)

    started = load_network_file(tmp_path / "first" / BEST_NAME).get_layer("conv3_1").kernel
    ended = load_network_file(tmp_path / "next" / LAST_NAME).get_layer("conv3_1").kernel
    np.testing.assert_allclose(np.asarray(started), np.asarray(ended), atol=1e-5)


def test_initial_weights_of_another_width_are_refused(shards, tmp_path):
    train(shards, tmp_path / "first", TINY)

    with pytest.raises(RunError, match="--width"):
        train(
            shards,
            tmp_path / "next",
            dataclasses.replace(TINY, width=0.125),
            initial_weights=tmp_path / "first" / BEST_NAME,
        )


def test_crops_larger_than_the_shards_leave_no_run(shards, tmp_path):
    with pytest.raises(ShardError, match="do not fit"):
        train(shards, tmp_path / "run", dataclasses.replace(TINY, crop_px=48))
    assert not (tmp_path / "run").exists()


def test_a_loss_that_is_none_ends_the_run_with_advice(shards, tmp_path, monkeypatch):
    monkeypatch.setattr(TrainingStep, "train_on_batch", lambda self, batch: float("nan"))

    with pytest.raises(RunError, match="lower learning rate"):
        train(shards, tmp_path / "run", TINY)


def test_bfloat16_is_kept_inside_and_out_of_the_best_weights(shards, tmp_path):
    config = dataclasses.replace(TINY, precision="mixed_bfloat16", n_steps=3)

    try:
        train(shards, tmp_path / "run", config)
    finally:
        keras.config.set_dtype_policy("float32")

    last, best = (load_network_file(tmp_path / "run" / name) for name in (LAST_NAME, BEST_NAME))
    assert last.get_layer("conv4_1").compute_dtype == "bfloat16"
    assert last.get_layer("conv8_313").compute_dtype == "float32"
    assert best.get_layer("conv4_1").compute_dtype == "float32"


def test_the_gradient_of_a_pixel_is_scaled_by_its_bins_weight():
    """Two pixels predicted alike: their gradients differ by the ratio of the class weights."""
    network = training.build_network(0.0625)
    weights = np.ones(313)
    photo = colourful_photo(3, 32, 32)[np.newaxis]
    losses = []
    for factor in (1.0, 3.0):
        step = TrainingStep(network, weights * factor, "classification")
        losses.append(float(step.compute_loss(x=photo, y_pred=step(photo))))

    assert losses[1] == pytest.approx(3 * losses[0], rel=1e-5)
