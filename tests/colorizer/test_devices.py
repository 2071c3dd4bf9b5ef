import pytest

from colorizer import devices
from colorizer.errors import RunError


@pytest.fixture
def environment(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    monkeypatch.setenv("JAX_PLATFORMS", "cuda")
    return devices.os.environ


def test_a_cpu_hides_the_gpus(environment):
    devices.choose_device("cpu")

    assert environment["CUDA_VISIBLE_DEVICES"] == "-1"
    assert environment["JAX_PLATFORMS"] == "cpu"


@pytest.mark.parametrize("name", ["auto", "gpu"])
def test_other_choices_leave_the_gpus_in_sight(environment, name):
    devices.choose_device(name)

    assert environment["CUDA_VISIBLE_DEVICES"] == "0"


def test_a_gpu_is_insisted_on(monkeypatch):
    monkeypatch.setattr(devices, "count_gpus", lambda: 0)

    devices.check_device("auto")
    with pytest.raises(RunError, match="--device gpu: the tensorflow backend sees no GPU"):
        devices.check_device("gpu")


def test_a_gpu_that_is_there_is_taken(monkeypatch):
    monkeypatch.setattr(devices, "count_gpus", lambda: 1)

    devices.check_device("gpu")


def test_gpus_are_counted():
    assert devices.count_gpus() >= 0
