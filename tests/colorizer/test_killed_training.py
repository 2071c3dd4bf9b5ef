"""Trainings that are killed, in processes of their own, and what comes of going on with them."""

import shutil
import signal

import numpy as np
import pytest

from tests.colorizer.training_runs import (
    TINY,
    end_of,
    start_python,
    start_training,
    write_shards,
)

pytestmark = pytest.mark.slow  # make trainings; each process starts TensorFlow

EXACT = (
    *TINY, "--steps", 18, "--steps-per-epoch", 6, "--checkpoint-steps", 4, "--deterministic",
    "--ema-momentum", 0.9, "--device", "cpu",
)  # fmt: skip
KILLED_AT = 11  # in the second epoch; the checkpoint before it is of step 8

KILLED = f"""
import os, signal, sys
from colorizer import training
from colorizer.__main__ import main

def kill(figures):
    if figures["step"] == {KILLED_AT}:
        os.kill(os.getpid(), signal.SIGKILL)

train = training.train
training.train = lambda *arguments, **named: train(*arguments, **{{**named, "progress": kill}})
main(["train", *sys.argv[1:]])
"""


def untimed(metrics):
    """Give the lines without the speed, which no two runs have in common."""
    rows = [line.split(",") for line in metrics.read_text().splitlines()]
    return [[cell for name, cell in zip(rows[0], row, strict=True) if "second" not in name]
            for row in rows]  # fmt: skip


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """One run that nothing happened to, and one killed and resumed; both as files."""
    folder = tmp_path_factory.mktemp("runs")
    shards = write_shards(folder / "shards")
    whole = start_training(shards, "--out", folder / "whole", *EXACT)
    killed = start_python("-c", KILLED, shards, "--out", folder / "killed", *EXACT)
    assert end_of(whole) == (0, "")
    assert end_of(killed)[0] == -signal.SIGKILL
    shutil.copytree(folder / "killed", folder / "as_killed")
    assert end_of(start_training(shards, "--out", folder / "killed", "--resume")) == (0, "")
    return folder


def test_a_killed_and_resumed_run_has_the_uninterrupted_runs_curve(runs):
    found = untimed(runs / "killed" / "metrics.csv")

    assert len(untimed(runs / "as_killed" / "metrics.csv")) == 2  # it was killed in an epoch
    assert found == untimed(runs / "whole" / "metrics.csv")
    assert len(found) == 4


def test_weights_and_optimiser_are_the_same_to_the_last_bit(runs):
    with (
        np.load(runs / "killed" / "last_state.npz") as found,
        np.load(runs / "whole" / "last_state.npz") as expected,
    ):
        assert found.files == expected.files
        assert int(found["n_steps"]) == 18
        for name in found.files:
            if name != "seconds":
                np.testing.assert_array_equal(found[name], expected[name], err_msg=name)


def test_nothing_half_written_is_left(runs):
    for run in ("as_killed", "killed"):
        assert not list((runs / run).rglob("part-*"))


def test_other_shards_are_refused(runs, tmp_path):
    others = write_shards(tmp_path / "others", 7)
    before = (runs / "as_killed" / "metrics.csv").read_bytes()

    code, stderr = end_of(start_training(others, "--out", runs / "as_killed", "--resume"))

    assert (code, stderr.count("\n")) == (5, 1)
    assert "not the shards that" in stderr
    assert (runs / "as_killed" / "metrics.csv").read_bytes() == before
