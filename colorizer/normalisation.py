"""Measure batch normalisation anew for weights that were averaged.

A moving average of the weights does not come with the means and variances of its own layers: those
that training gathered belong to other weights. Measured again on training crops, they fit
(Izmailov et al. 2018, section 3.2; Wu & Johnson 2021).
"""

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from colorizer.network import targets_of


def recalibrate(network: keras.Model, crops: Iterable[npt.NDArray[np.uint8]]) -> None:
    """Set every batch normalisation's moving mean and variance to their means over these batches.

    Args:
        network: changed in place; the trainable weights stay.
        crops: batches (N, H, W, 3), uint8 sRGB; none leaves the network as it is.
    """
    layers = [
        layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)
    ]
    momenta = [layer.momentum for layer in layers]
    for n_before, batch in enumerate(crops):
        for layer in layers:
            layer.momentum = n_before / (n_before + 1)  # a running mean over the batches
        lightness, _, _ = targets_of(keras.ops.convert_to_tensor(batch), "l2")
        _run_in_training_mode(network, lightness)
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum


def _run_in_training_mode(network: keras.Model, lightness: Any) -> None:
    network(lightness, training=True)
