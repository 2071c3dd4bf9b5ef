"""A short training on each of Keras' backends, where it is installed."""

import importlib.util

import numpy as np
import pytest

from colorizer.run_directory import RunDirectory, load_network_file
from tests.colorizer.training_runs import TINY, end_of, start_training, write_shards

pytestmark = pytest.mark.slow  # make trainings; each starts a backend of its own

SHORT = (*TINY, "--steps", 2, "--steps-per-epoch", 1, "--ema-momentum", 0.9, "--device", "cpu")


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_a_training_on_it_leaves_a_network_for_any_other(backend, tmp_path):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    shards, run = write_shards(tmp_path / "shards"), tmp_path / "run"

    begun = start_training(shards, "--out", run, *SHORT, KERAS_BACKEND=backend)
    assert end_of(begun) == (0, "")

    rows = RunDirectory(run).load_metrics()
    assert [row["step"] for row in rows] == [1, 2]
    assert all(0 < row["loss"] < 10 for row in rows)
    here = load_network_file(run / "best.keras")  # in the backend of the tests
    assert np.isfinite(here(np.full((1, 32, 32, 1), 50, np.float32))).all()
