"""Names the networks there are, builds them, and says what sizes they take."""

import keras

from colorizer import network, residual_network
from colorizer.config import SIZE_MULTIPLES, TrainingConfig


def build(config: TrainingConfig) -> keras.Model:
    """Build the untrained network that a training's settings name."""
    if config.network == "residual":
        return residual_network.build_residual_network(config.width, config.seed)
    return network.build_network(config.width, config.loss, config.seed)


def size_multiple_of(built: keras.Model) -> int:
    """Give what height and width of a network's input must be multiples of, in pixels."""
    return SIZE_MULTIPLES["residual" if built.name == residual_network.NAME else "zhang2016"]


def jit_compile() -> str | bool:
    """Give what Keras' ``compile`` takes: TensorFlow's XLA uses one core of a CPU, oneDNN all."""
    return False if keras.backend.backend() == "tensorflow" else "auto"


def runs_in_threads() -> bool:
    """Tell whether a compiled network may be called from several threads at once.

    TensorFlow's functions may; Keras on JAX moves the weights in and out around each call.
    """
    return bool(keras.backend.backend() == "tensorflow")
