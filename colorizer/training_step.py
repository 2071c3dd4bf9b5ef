"""The network with its loss on uint8 RGB: what one step of a training computes.

Place on the data's path: between crops and the optimiser. Targets are computed inside the compiled
step; the same code runs on Keras' TensorFlow, JAX and torch backends.
"""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from colorizer.ab_bins import N_NEIGHBOURS
from colorizer.network import cross_entropy, pixel_weights, squared_error, targets_of


class TrainingStep(keras.Model):
    """The network with its loss on uint8 RGB batches, for Keras' compiled training step.

    Args:
        network: from ``build_network``.
        weights: (Q,), class weights of mean 1 under the prior; unused by ``l2``.
        loss: ``classification`` or ``l2``.
        n_neighbours: K, bins that a colour is spread over.
    """

    def __init__(
        self,
        network: keras.Model,
        weights: npt.NDArray[Any],
        loss: str,
        n_neighbours: int = N_NEIGHBOURS,
    ):
        super().__init__()
        self.network = network
        self.bin_weights = weights.astype(np.float32)
        self.loss_name = loss
        self.n_neighbours = n_neighbours

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Give the network's output for (N, H, W, 3) 8-bit sRGB and (N,) exponents of lightness."""
        rgb, exponents = inputs
        lightness, _, _ = targets_of(rgb, "l2")
        exponents = keras.ops.cast(keras.ops.reshape(exponents, (-1, 1, 1, 1)), "float32")
        shown = 100.0 * (lightness / 100.0) ** exponents
        return self.network(shown, training=training)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Give the mean weighted loss of the batch ``x``; the other arguments are Keras'."""
        del y, sample_weight, training
        _, encoded, ab = targets_of(x[0], self.loss_name, self.n_neighbours)
        if encoded is None:
            return keras.ops.mean(squared_error(y_pred, ab))
        weights = pixel_weights(encoded[0], ab, keras.ops.convert_to_tensor(self.bin_weights))
        return keras.ops.mean(weights * cross_entropy(y_pred, *encoded))
