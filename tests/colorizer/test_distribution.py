import signal
import socket
import time

import keras
import numpy as np
import pytest

from colorizer.distribution import ALONE, distributed
from colorizer.errors import RunError
from colorizer.run_directory import RunDirectory
from colorizer.workers import GO_ON, Cluster
from tests.colorizer.training_runs import (
    TINY,
    end_of,
    free_addresses,
    start_training,
    write_shards,
)

WORKERS = Cluster(("127.0.0.1:1", "127.0.0.1:2"), 0)
LOSSES = ("loss", "val_loss", "val_cross_entropy")


def test_one_process_with_one_device_reads_whole_batches():
    with distributed(False, 5) as found:
        assert found == ALONE
        assert list(range(5))[found.part] == [0, 1, 2, 3, 4]


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="the JAX backend has devices")
def test_devices_need_the_jax_backend():
    with (
        pytest.raises(RunError, match="with the jax backend, not with"),
        distributed(True, 4),
    ):
        pass


def test_workers_need_the_tensorflow_backend(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")

    with (
        pytest.raises(RunError, match="needs the tensorflow backend, not torch"),
        distributed(False, 4, WORKERS),
    ):
        pass


def test_a_batch_that_cannot_be_divided_is_refused():
    with (
        pytest.raises(RunError, match="a batch of 5 cannot be divided among 2 workers"),
        distributed(False, 5, WORKERS),
    ):
        pass


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    return write_shards(tmp_path_factory.mktemp("prepared") / "shards")


def rows_of(run):
    return RunDirectory(run).load_metrics()


def same_losses(found, expected, rel):
    assert [row["step"] for row in found] == [row["step"] for row in expected]
    for name in LOSSES:
        assert [row[name] for row in found] == pytest.approx(
            [row[name] for row in expected], rel=rel
        )


SHORT = (*TINY, "--steps", 6, "--steps-per-epoch", 3, "--device", "cpu")


@pytest.mark.slow  # make trainings; three processes of TensorFlow
def test_two_workers_have_the_losses_of_one(shards, tmp_path):
    """The same global batches, half of each read by each worker, and batch statistics of all."""
    addresses = ",".join(free_addresses(2))
    together = [
        start_training(
            shards, "--out", tmp_path / out, *SHORT, "--workers", addresses, "--worker-index", index
        )
        for index, out in enumerate(("together", "nothing"))
    ]
    alone = start_training(shards, "--out", tmp_path / "alone", *SHORT)

    ends = [end_of(process) for process in (*together, alone)]

    assert ends == [(0, "")] * 3
    same_losses(rows_of(tmp_path / "together"), rows_of(tmp_path / "alone"), rel=1e-3)
    assert not (tmp_path / "nothing").exists()  # only the chief writes
    assert (tmp_path / "together" / "best.keras").is_file()


@pytest.mark.slow  # make trainings
def test_a_worker_that_dies_ends_the_other_with_a_sentence(shards, tmp_path):
    run, addresses = tmp_path / "run", free_addresses(2)
    endless = (*TINY, "--steps", 100_000, "--steps-per-epoch", 100_000, "--checkpoint-steps", 5)
    chief, other = (
        start_training(
            shards, "--out", run, *endless, "--workers", ",".join(addresses), "--worker-index", i
        )
        for i in range(2)
    )
    try:
        state = run / "last_state.npz"
        while _steps_of(state) < 5 and chief.poll() is None and other.poll() is None:
            time.sleep(0.2)
        other.kill()
        code, stderr = end_of(chief, 90)
    finally:
        chief.kill()
        other.kill()
        other.communicate()  # nothing is left open

    assert code == 5
    assert stderr.count("\n") == 1
    assert "colorizer: " in stderr
    assert GO_ON in stderr
    assert _steps_of(state) >= 5


def _steps_of(state):
    try:
        with np.load(state) as saved:
            return int(saved["n_steps"])
    except FileNotFoundError:
        return -1


@pytest.mark.slow  # make trainings
def test_a_worker_that_waits_in_vain_says_for_whom(shards, tmp_path):
    mine, missing = free_addresses(2)
    run = tmp_path / "run"

    waiting = start_training(
        shards, "--out", run, *SHORT, "--workers", f"{mine},{missing}", "--worker-index", 0,
        "--worker-wait", 2,
    )  # fmt: skip

    assert end_of(waiting) == (5, f"colorizer: worker {missing} has not started within 2 s\n")
    assert not run.exists()


@pytest.mark.slow  # make trainings
def test_a_worker_that_starts_but_never_connects_ends_the_other(shards, tmp_path):
    """Something listens at its address that is no TensorFlow; TensorFlow would wait without end."""
    (mine,) = free_addresses(1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        workers = f"{mine},127.0.0.1:{mute.getsockname()[1]}"
        waiting = start_training(
            shards, "--out", tmp_path / "run", *SHORT, "--workers", workers, "--worker-index", 0,
            "--worker-wait", 2,
        )  # fmt: skip
        code, stderr = end_of(waiting, 120)

    sentence = f"colorizer: the workers did not connect within 2 s; {GO_ON}\n"
    assert (code, stderr) == (-signal.SIGKILL, sentence)
    assert not (tmp_path / "run").exists()


@pytest.mark.slow  # make trainings; compiles with XLA
def test_two_devices_of_jax_have_the_losses_of_one(shards, tmp_path):
    pytest.importorskip("jax")
    two = "--xla_force_host_platform_device_count=2"
    one = start_training(shards, "--out", tmp_path / "one", *SHORT, KERAS_BACKEND="jax")
    both = start_training(
        shards, "--out", tmp_path / "two", *SHORT, "--distribute", "devices",
        KERAS_BACKEND="jax", XLA_FLAGS=two,
    )  # fmt: skip

    ends = [end_of(process) for process in (one, both)]

    assert ends == [(0, "")] * 2
    same_losses(rows_of(tmp_path / "two"), rows_of(tmp_path / "one"), rel=1e-3)


@pytest.mark.slow  # make trainings
def test_one_device_cannot_share_the_work(shards, tmp_path):
    pytest.importorskip("jax")

    process = start_training(
        shards, "--out", tmp_path / "run", *SHORT, "--distribute", "devices", KERAS_BACKEND="jax"
    )

    code, stderr = end_of(process)
    assert (code, stderr.count("\n")) == (5, 1)
    assert "--distribute devices: there is one only" in stderr
