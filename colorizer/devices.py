"""Which device computes: said by the user before the backend is loaded, checked after it."""

import os
from typing import Literal

from colorizer.errors import RunError

DeviceName = Literal["auto", "cpu", "gpu"]
DEVICE_NAMES: tuple[DeviceName, ...] = ("auto", "cpu", "gpu")


def choose_device(name: DeviceName) -> None:
    """Hide accelerators from the backend, which must not be loaded yet, where a CPU is wanted."""
    if name == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
        os.environ["JAX_PLATFORMS"] = "cpu"


def check_device(name: DeviceName) -> None:
    """Refuse to compute on a CPU where a GPU is wanted; loads the backend.

    Raises:
        RunError: the backend sees no GPU.
    """
    if name == "gpu" and count_gpus() == 0:
        import keras  # takes seconds: only where somebody asks for a GPU

        raise RunError(
            f"--device gpu: the {keras.backend.backend()} backend sees no GPU; install its build"
            " for GPUs with the driver, or take --device cpu"
        )


def compute_deterministically() -> None:
    """Make every operation give the same bits for the same input, on one machine; slower.

    JAX does so on CPUs; on GPUs it takes XLA_FLAGS=--xla_gpu_deterministic_ops=true.
    """
    import keras  # takes seconds: only where somebody asks for it

    backend = keras.backend.backend()
    if backend == "torch":
        import torch  # the backend that was chosen

        torch.use_deterministic_algorithms(mode=True)
    elif backend == "tensorflow":
        import tensorflow as tf  # the backend that was chosen

        tf.config.experimental.enable_op_determinism()


def count_gpus() -> int:
    """Give the number of GPUs that Keras' backend sees."""
    import keras  # takes seconds: only where somebody asks for a GPU

    backend = keras.backend.backend()
    if backend == "torch":
        import torch  # the backend that was chosen

        return int(torch.cuda.device_count())
    if backend == "jax":
        import jax  # the backend that was chosen

        return sum(device.platform != "cpu" for device in jax.devices())
    import tensorflow as tf  # the backend that was chosen

    return len(tf.config.list_physical_devices("GPU"))
