import contextlib
import dataclasses
import json
import os
import subprocess

import numpy as np
import pytest
import tensorflow as tf

from colorizer import networks
from colorizer.config import PRESETS, load_config
from colorizer.errors import RunError, ShardError
from colorizer.fingerprints import (
    FINGERPRINTS_NAME,
    as_fingerprints,
    load_fingerprints,
    save_fingerprints,
)
from colorizer.near_duplicates import PictureHash
from colorizer.run_directory import BEST_NAME, LAST_NAME, load_network_file
from colorizer.shard_writer import ShardWriter
from colorizer.shards import Photographs
from colorizer.training import resume, train
from colorizer.training_start import start_network
from colorizer.training_step import TrainingStep
from tests.colorizer.factories import colourful_photo

TINY = dataclasses.replace(
    PRESETS["tiny"],
    ema_momentum=0.9,
    seed=1,
    n_steps=80,
    steps_per_epoch=40,
    checkpoint_steps=15,
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
    path = tmp_path_factory.mktemp("runs") / "run"
    return train(shards, path, TINY, progress=seen.append, tensorboard=True)


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


def test_every_loss_comes_with_its_reference_points_and_the_newest_chroma(run, seen):
    rows = run.load_metrics()

    assert seen[0]["loss_labels"] < seen[0]["loss_prior"] < seen[0]["loss_uniform"]
    assert "chroma_ratio" not in seen[39]
    assert seen[40]["chroma_ratio"] == pytest.approx(rows[0]["chroma_ratio"], rel=1e-5)
    assert seen[0]["loss_prior"] == pytest.approx(rows[0]["loss_prior"], rel=1e-5)


def test_events_for_tensorboard_hold_the_curves(run, seen):
    (path,) = (run.path / "tensorboard").iterdir()
    points = [
        (event.step, value.tag, value.simple_value)
        for event in tf.compat.v1.train.summary_iterator(str(path))
        for value in event.summary.value
    ]

    losses = [(step, value) for step, tag, value in points if tag == "step_loss"]
    assert losses == [
        (figures["step"], pytest.approx(figures["loss"], rel=1e-6)) for figures in seen
    ]
    assert [step for step, tag, _ in points if tag == "chroma_ratio"] == [40, 80]


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


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own, for as long as the test: 12 MB in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_the_last_checkpoint_to_go_on_from(shards, run, small_disk):
    filler = small_disk / "filler"

    def fill(figures):
        if figures["step"] == 50:
            with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
                while file.write(bytes(1 << 16)):
                    pass

    with pytest.raises(
        RunError, match=r"run: cannot be written to: No space left .* the last checkpoint stays"
    ):
        train(shards, small_disk / "run", TINY, progress=fill)
    assert not list((small_disk / "run").rglob("part-*"))
    filler.unlink()
    steps = []
    resumed = resume(shards, small_disk / "run", progress=lambda f: steps.append(f["step"]))

    assert steps[0] == 46  # after the checkpoint of step 45
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

    started = start_network(TINY, photographs, np.ones(313) / 313, run.path / BEST_NAME)

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
    assert not (tmp_path / "next").exists()


def test_crops_larger_than_the_shards_leave_no_run(shards, tmp_path):
    with pytest.raises(ShardError, match="do not fit"):
        train(shards, tmp_path / "run", dataclasses.replace(TINY, crop_px=48))
    assert not (tmp_path / "run").exists()


def test_a_loss_that_is_none_ends_the_run_with_advice(shards, tmp_path, monkeypatch):
    monkeypatch.setattr(TrainingStep, "train_on_batch", lambda *_, **__: float("nan"))

    with pytest.raises(RunError, match="lower learning rate"):
        train(shards, tmp_path / "run", TINY)


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

    started = start_network(config, Photographs(shards, "training"), np.ones(313) / 313, given)

    for one, other in zip(started.get_weights(), weights_of(given), strict=True):
        np.testing.assert_array_equal(one, other)
