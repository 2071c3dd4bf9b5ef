"""What a training begins with: a network scaled on photographs, or the weights that were given."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from colorizer import networks
from colorizer.config import TrainingConfig
from colorizer.crops import random_crops
from colorizer.errors import RunError
from colorizer.network import initialise_from_data, rescale_blocks, set_final_bias, targets_of
from colorizer.quiet_backend import quiet_native_stderr
from colorizer.run_directory import load_network_file
from colorizer.shards import Photographs

N_INITIALISATION = 32  # photographs that scale the first weights


def build_untrained(config: TrainingConfig) -> keras.Model:
    """Build the network of these settings, with random weights, in the settings' precision."""
    with quiet_native_stderr():  # Keras seeds TensorFlow too, where it is installed
        keras.utils.set_random_seed(config.seed)
    keras.config.set_dtype_policy(config.precision)
    return networks.build(config)


def start_network(
    config: TrainingConfig,
    photographs: Photographs,
    prior: npt.NDArray[Any],
    initial_weights: Path | None = None,
) -> keras.Model:
    """Build the network that the first step of a training sees.

    Args:
        config: all settings.
        photographs: the training split; scales the first weights.
        prior: (Q,), share of each bin; becomes the last bias.
        initial_weights: a ``.keras`` file to start from instead.

    Raises:
        RunError: the initial weights are missing, damaged or of another network.
    """
    network = build_untrained(config)
    crops = random_crops(photographs, config.crop_px, N_INITIALISATION, config.seed)
    seen, _, _ = targets_of(keras.ops.convert_to_tensor(next(crops)), "l2")
    lightness = np.asarray(keras.ops.convert_to_numpy(seen))
    if initial_weights is not None:
        _copy_weights(load_network_file(initial_weights), network, initial_weights)
        if config.network == "zhang2016":
            rescale_blocks(network, lightness)
        return network
    if config.network == "zhang2016":
        initialise_from_data(network, lightness)
    if config.loss == "classification":
        set_final_bias(network, prior)
    return network


def _copy_weights(source: keras.Model, target: keras.Model, path: Path) -> None:
    try:
        target.set_weights(source.get_weights())
    except ValueError:
        raise RunError(f"{path}: not of this --network, --width and --loss") from None
