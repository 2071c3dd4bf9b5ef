"""The default network: residual blocks in U shape, for small data and small machines.

Same contract as the 2016 network of ``network.py``: lightness in, 313 logits per pixel at a quarter
of the size out. It works at a quarter, an eighth and a sixteenth of the size, and joins what a
whole photograph shows (the mean over it) to every pixel, so that one photograph gets one light.
Residual blocks: He et al. 2016; U shape: Ronneberger et al. 2015; channel gates from the mean over
the picture: Hu et al. 2018.
"""

from typing import Any

import keras
import numpy as np

from colorizer.ab_bins import n_bins

NAME = "residual_u"
LIGHTNESS_CENTRE = 50.0
LIGHTNESS_SCALE = 25.0

STEM_FILTERS = 32
# blocks at a quarter, an eighth, a sixteenth of the size: (filters, number on the way down)
LEVELS = ((64, 1), (144, 2), (288, 3))
N_BLOCKS_UP = (1, 2)  # at a quarter, an eighth
GATE_SHARE = 4  # the gate's bottleneck has this share of the filters
EPSILON = 1e-5


def build_residual_network(
    width: float = 1.0, seed: int = 0, bn_momentum: float = 0.99
) -> keras.Model:
    """Build the network, untrained.

    Args:
        width: multiplies the number of filters (rounded to multiples of 8, at least 8).
        seed: of the initialisation.
        bn_momentum: of the batch normalisation's moving averages.

    Returns:
        Input (N, H, W, 1), float32, L* in [0, 100], H and W multiples of 16; output
        (N, H/4, W/4, 313) logits, float32.
    """
    build = _Blocks(seed, bn_momentum)
    lightness = keras.Input((None, None, 1), name="lightness", dtype="float32")
    x = keras.layers.Rescaling(
        1 / LIGHTNESS_SCALE, -LIGHTNESS_CENTRE / LIGHTNESS_SCALE, name="scale", dtype="float32"
    )(lightness)
    filters = [_n_filters(level[0], width) for level in LEVELS]
    x = build.convolution(x, "stem1", _n_filters(STEM_FILTERS, width), stride=2)
    x = build.convolution(x, "stem2", filters[0], stride=2)
    skips = []
    for level, (_, n_blocks) in enumerate(LEVELS):
        if level:
            skips.append(x)
            x = build.convolution(x, f"down{level}", filters[level], stride=2)
        for number in range(n_blocks):
            x = build.residual(x, f"level{level}_{number}", filters[level])
    for level in reversed(range(len(LEVELS) - 1)):
        x = build.join(x, skips[level], f"up{level}", filters[level])
        for number in range(N_BLOCKS_UP[level]):
            x = build.residual(x, f"up{level}_{number}", filters[level])
    head = keras.layers.Conv2D(
        n_bins(), 1, kernel_initializer=build.small_normal(), name="conv_bins", dtype="float32"
    )
    return keras.Model(lightness, head(x), name=NAME)


class _Blocks:
    """Builds the pieces; holds the seeds, so that one seed fixes the whole network."""

    def __init__(self, seed: int, bn_momentum: float) -> None:
        self._rng = np.random.default_rng(seed)
        self._bn_momentum = bn_momentum

    def convolution(self, x: Any, name: str, filters: int, stride: int = 1) -> Any:
        """Convolve 3 × 3 (padded alike on all sides), normalise, rectify."""
        if stride > 1:
            x = keras.layers.ZeroPadding2D(1, name=f"{name}_pad")(x)
        x = self._plain_convolution(x, f"{name}_conv", filters, stride)
        x = self._normalise(x, f"{name}_norm")
        return keras.layers.ReLU(name=f"{name}_relu")(x)

    def residual(self, x: Any, name: str, filters: int) -> Any:
        """Add to x what two convolutions and a gate over the whole picture make of it."""
        y = self.convolution(x, f"{name}_a", filters)
        y = self._plain_convolution(y, f"{name}_b_conv", filters, 1)
        y = self._normalise(y, f"{name}_b_norm", gamma="zeros")
        y = self._gate(y, x, name, filters)
        return keras.layers.ReLU(name=f"{name}_relu")(keras.layers.Add(name=f"{name}_add")([x, y]))

    def join(self, x: Any, skip: Any, name: str, filters: int) -> Any:
        """Double the size of x and add the way down's result of that size."""
        x = self._plain_convolution(x, f"{name}_conv", filters, 1, kernel=1)
        x = keras.layers.UpSampling2D(2, interpolation="nearest", name=f"{name}_double")(x)
        x = keras.layers.Add(name=f"{name}_add")([x, skip])
        return self.convolution(x, f"{name}_mix", filters)

    def small_normal(self) -> Any:
        """Give the initialiser of the last layer."""
        return keras.initializers.RandomNormal(stddev=0.01, seed=self._seed())

    def _gate(self, y: Any, x: Any, name: str, filters: int) -> Any:
        """Scale and shift the channels of y by what the whole picture x shows."""
        mean = keras.layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_mean")(x)
        few = keras.layers.Conv2D(
            max(8, filters // GATE_SHARE),
            1,
            activation="relu",
            kernel_initializer=self._he_normal(),
            name=f"{name}_gate_a",
        )(mean)
        scale = keras.layers.Conv2D(
            filters,
            1,
            activation="sigmoid",
            kernel_initializer=self.small_normal(),
            name=f"{name}_gate_b",
        )(few)
        shift = keras.layers.Conv2D(
            filters, 1, kernel_initializer=self.small_normal(), name=f"{name}_shift"
        )(few)
        y = keras.layers.Multiply(name=f"{name}_scaled")([y, scale])
        return keras.layers.Add(name=f"{name}_shifted")([y, shift])

    def _plain_convolution(
        self, x: Any, name: str, filters: int, stride: int, kernel: int = 3
    ) -> Any:
        return keras.layers.Conv2D(
            filters,
            kernel,
            strides=stride,
            padding="valid" if stride > 1 else "same",
            use_bias=False,
            kernel_initializer=self._he_normal(),
            name=name,
        )(x)

    def _normalise(self, x: Any, name: str, gamma: str = "ones") -> Any:
        return keras.layers.BatchNormalization(
            momentum=self._bn_momentum, epsilon=EPSILON, gamma_initializer=gamma, name=name
        )(x)

    def _he_normal(self) -> Any:
        return keras.initializers.HeNormal(seed=self._seed())

    def _seed(self) -> int:
        return int(self._rng.integers(2**31))


def _n_filters(filters: int, width: float) -> int:
    return max(8, round(filters * width / 8) * 8)
