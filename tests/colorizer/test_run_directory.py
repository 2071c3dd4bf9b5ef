import keras
import numpy as np
import pytest

from colorizer.errors import RunError
from colorizer.network import build_network
from colorizer.run_directory import BEST_NAME, LAST_NAME, RunDirectory, load_network_file


@pytest.fixture
def directory(tmp_path):
    directory = RunDirectory(tmp_path / "run")
    directory.create()
    return directory


def build_optimizer(network):
    optimizer = keras.optimizers.AdamW(1e-3, use_ema=True)
    optimizer.build(network.trainable_variables)
    return optimizer


def test_progress_comes_back_with_the_optimisers_memory(directory):
    network = build_network(0.0625)
    optimizer = build_optimizer(network)
    gradients = [keras.ops.ones_like(variable) for variable in network.trainable_variables]
    optimizer.apply(gradients, network.trainable_variables)
    directory.save_progress(network, optimizer, 17)

    fresh = build_optimizer(directory.load_network(LAST_NAME))

    assert directory.load_progress(fresh) == 17
    for one, other in zip(fresh.variables, optimizer.variables, strict=True):
        np.testing.assert_array_equal(
            keras.ops.convert_to_numpy(one), keras.ops.convert_to_numpy(other)
        )


def test_metrics_are_appended_and_read_back(directory):
    assert directory.load_metrics() == []

    directory.append_metrics({"step": 1, "loss": 3.25})
    directory.append_metrics({"step": 2, "loss": 3.125})

    assert directory.load_metrics() == [{"step": 1, "loss": 3.25}, {"step": 2, "loss": 3.125}]
    directory.save_metrics(directory.load_metrics()[:1])
    assert len(directory.load_metrics()) == 1


def test_a_taken_directory_is_refused_and_emptied_when_asked(directory):
    (directory.path / "config.json").write_text("{}")
    directory.append_metrics({"step": 1})

    with pytest.raises(RunError, match="--overwrite"):
        directory.create()
    directory.create(overwrite=True)

    assert directory.load_metrics() == []


def test_without_progress_nothing_is_resumed(directory):
    with pytest.raises(RunError, match="no progress"):
        directory.load_progress(build_optimizer(build_network(0.0625)))


def test_progress_of_another_network_is_refused(directory):
    network = build_network(0.0625)
    directory.save_progress(network, build_optimizer(network), 1)

    with pytest.raises(RunError, match="no progress"):
        directory.load_progress(build_optimizer(build_network(0.125)))


def test_a_missing_network_is_named(directory):
    with pytest.raises(RunError, match=r"best\.keras: no network there"):
        directory.load_network(BEST_NAME)


def test_a_file_that_is_no_network_is_named(tmp_path):
    (tmp_path / "x.keras").write_bytes(b"hello")

    with pytest.raises(RunError, match=r"x\.keras: the network cannot be read"):
        load_network_file(tmp_path / "x.keras")
