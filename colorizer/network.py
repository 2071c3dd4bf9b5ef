"""The colouring network of Zhang, Isola & Efros (2016), eight blocks, and its loss.

Lightness in, 313 logits per pixel at a quarter of the size out. Layer names, filters, strides and
dilations follow the released ``colorization_deploy_v2`` definition; ``width`` multiplies the
filters. The 2016 release pads on all four sides; Keras' ``same`` with stride 2 pads bottom and
right only, so the three strided layers pad explicitly.
"""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from colorizer.ab_bins import N_NEIGHBOURS, n_bins, soft_encode_in_graph
from colorizer.config import STRIDE
from colorizer.lab import rgb_to_lab

LIGHTNESS_CENTRE = 50.0
LIGHTNESS_SCALE = 100.0
AB_SCALE = 110.0  # the l2 network predicts ab / 110

GREY_LIMIT = 5.0  # a photo without any |a*| or |b*| above it teaches nothing

# block: (filters, number of convolutions, stride of the last, dilation)
BLOCKS = (
    (64, 2, 2, 1),
    (128, 2, 2, 1),
    (256, 3, 2, 1),
    (512, 3, 1, 1),
    (512, 3, 1, 2),
    (512, 3, 1, 2),
    (512, 3, 1, 1),
)
LAST_BLOCK_FILTERS = 256
BATCH_NORMALIZATION = {"center": False, "scale": False, "epsilon": 1e-5}


def build_network(
    width: float = 1.0, loss: str = "classification", seed: int = 0, bn_momentum: float = 0.99
) -> keras.Model:
    """Build the eight blocks, untrained.

    Under Keras' ``mixed_bfloat16`` policy the scaling, block 1 and the last layer stay in float32.

    Args:
        width: multiplies the number of filters (rounded, at least 4); 1 is the paper's network.
        loss: ``classification`` gives 313 logits per pixel, ``l2`` gives a* and b* in CIE units.
        seed: of the initialisation.
        bn_momentum: of the batch normalisation's moving averages.

    Returns:
        Input (N, H, W, 1), float32, L* in [0, 100], H and W multiples of 8; output
        (N, H/4, W/4, 313) logits or (N, H/4, W/4, 2) ab, float32.
    """
    seeds = keras.random.SeedGenerator(seed)
    lightness = keras.Input((None, None, 1), name="lightness", dtype="float32")
    x = keras.layers.Rescaling(
        1 / LIGHTNESS_SCALE, -LIGHTNESS_CENTRE / LIGHTNESS_SCALE, name="scale", dtype="float32"
    )(lightness)
    for number, (filters, n_convolutions, stride, dilation) in enumerate(BLOCKS, start=1):
        dtype = "float32" if number == 1 else None
        for layer in range(1, n_convolutions + 1):
            is_last = layer == n_convolutions
            x = _convolution(
                x,
                f"conv{number}_{layer}",
                _n_filters(filters, width),
                stride if is_last else 1,
                dilation,
                dtype,
                seeds,
            )
        x = keras.layers.BatchNormalization(
            momentum=bn_momentum, name=f"norm{number}", dtype=dtype, **BATCH_NORMALIZATION
        )(x)
    x = _block_8(x, _n_filters(LAST_BLOCK_FILTERS, width), seeds)
    return keras.Model(lightness, _head(x, loss, seeds), name="zhang2016")


def initialise_from_data(network: keras.Model, lightness: npt.NDArray[np.float32]) -> None:
    """Scale each convolution so that its output has unit variance on real photographs.

    Layer-sequential unit variance (Mishkin & Matas 2016), in place of the k-means initialisation of
    the 2016 release, whose absence is the known cause of plateaus.

    Args:
        network: from ``build_network``, untrained; changed in place.
        lightness: (N, H, W, 1), L* in [0, 100] of a batch of training photographs.
    """
    x: Any = keras.ops.convert_to_tensor(lightness)
    for layer in network.layers[1:-1]:
        if isinstance(layer, keras.layers.BatchNormalization):
            x = layer(x, training=True)
            continue
        if isinstance(layer, keras.layers.Conv2D | keras.layers.Conv2DTranspose):
            # before the ReLU, which Keras applies inside the layer
            activation, layer.activation = layer.activation, keras.activations.linear
            spread = number_of(keras.ops.std(keras.ops.cast(layer(x), "float32")))
            layer.activation = activation
            layer.kernel.assign(layer.kernel / max(spread, 1e-6))
        x = layer(x)


def rescale_blocks(network: keras.Model, lightness: npt.NDArray[np.float32]) -> None:
    """Bring the convolutions of blocks 1 to 7 back to unit variance without changing the output.

    Batch normalisation closes each of these blocks and ReLU lets positive factors through, so their
    scale is free; in training it grows, and the steps of an optimiser become small beside it.
    A training that starts from these weights gets its full learning rate again.

    Args:
        network: a trained network; changed in place.
        lightness: (N, H, W, 1), L* in [0, 100] of a batch of training photographs.
    """
    x: Any = keras.ops.convert_to_tensor(lightness)
    factor = 1.0  # of everything since the last normalisation
    for layer in network.layers[1:]:
        if layer.name == "conv8_1":
            return
        if isinstance(layer, keras.layers.Conv2D):
            layer.bias.assign(layer.bias * factor)
            shrink = 1.0 / max(number_of(keras.ops.std(keras.ops.cast(layer(x), "float32"))), 1e-6)
            layer.kernel.assign(layer.kernel * shrink)
            layer.bias.assign(layer.bias * shrink)
            factor *= shrink
        elif isinstance(layer, keras.layers.BatchNormalization):
            layer.moving_mean.assign(layer.moving_mean * factor)
            layer.moving_variance.assign(layer.moving_variance * factor**2)
            factor = 1.0
        x = layer(x)


def set_final_bias(network: keras.Model, prior: npt.NDArray[Any]) -> None:
    """Start from the prior: the loss begins near its entropy, not at log 313.

    Args:
        network: a classification network; changed in place.
        prior: (Q,), share of each bin.
    """
    head = network.layers[-1]
    head.bias.assign(np.log(prior).astype(np.float32))


def number_of(tensor: Any) -> float:
    """Give the one number in a tensor, which torch gives up only apart from its gradient."""
    return float(keras.ops.convert_to_numpy(tensor))


def targets_of(
    rgb: Any, loss: str, n_neighbours: int = N_NEIGHBOURS
) -> tuple[Any, tuple[Any, Any] | None, Any]:
    """Compute, inside the training step, what the network sees and what it should say.

    Args:
        rgb: (N, H, W, 3), tensor, 8-bit sRGB values.
        loss: ``classification`` or ``l2``.
        n_neighbours: K, bins that a colour is spread over.

    Returns:
        Lightness (N, H, W, 1); the soft encoding (bin numbers and weights, each (N, H/4, W/4, K)),
        None for ``l2``; and ab (N, H/4, W/4, 2), taken at every fourth pixel without averaging.
    """
    lab = rgb_to_lab(keras.ops.cast(rgb, "float32"), keras.ops)
    ab = lab[:, ::STRIDE, ::STRIDE, 1:]
    if loss != "classification":
        return lab[..., :1], None, ab
    encoded = soft_encode_in_graph(ab, keras.ops, n_neighbours)
    return lab[..., :1], encoded, ab


def cross_entropy(logits: Any, indices: Any, weights: Any) -> Any:
    """Give each pixel's cross-entropy with a sparse soft label: logsumexp(z) - Σ w z, in nats.

    Args:
        logits: (..., Q).
        indices: (..., K), bin numbers.
        weights: (..., K), sum to 1.

    Returns:
        (...), float32; the softmax is never materialised.
    """
    logits = keras.ops.cast(logits, "float32")
    chosen = keras.ops.take_along_axis(logits, keras.ops.cast(indices, "int32"), axis=-1)
    return keras.ops.logsumexp(logits, axis=-1) - keras.ops.sum(weights * chosen, axis=-1)


def squared_error(predicted: Any, ab: Any) -> Any:
    """Give each pixel's loss of the l2 network: |Δab / 110|² / 2, nothing where there is no colour.

    Args:
        predicted: (N, h, w, 2), a* and b* in CIE units.
        ab: (N, h, w, 2), those of the photographs.

    Returns:
        (N, h, w), float32.
    """
    return keras.ops.sum(((predicted - ab) / AB_SCALE) ** 2, axis=-1) / 2 * is_colourful(ab)


def pixel_weights(indices: Any, ab: Any, bin_weights: Any) -> Any:
    """Give each pixel's weight: its nearest bin's, and nothing in photographs without colour.

    Args:
        indices: (N, h, w, K), bin numbers, nearest first.
        ab: (N, h, w, 2), a* and b* in CIE units.
        bin_weights: (Q,), float32.

    Returns:
        (N, h, w), float32.
    """
    weight = keras.ops.take(bin_weights, indices[..., 0], axis=0)
    return weight * is_colourful(ab)


def is_colourful(ab: Any) -> Any:
    """Give 1 for each photo with some |a*| or |b*| above 5, else 0; (N, 1, 1), float32."""
    strongest = keras.ops.max(keras.ops.abs(ab), axis=(1, 2, 3), keepdims=True)
    return keras.ops.cast(strongest[..., 0] > GREY_LIMIT, "float32")


def _n_filters(filters: int, width: float) -> int:
    return max(4, round(filters * width))


def _convolution(
    x: Any, name: str, filters: int, stride: int, dilation: int, dtype: str | None, seeds: Any
) -> Any:
    padding = "same"
    if stride > 1:
        x = keras.layers.ZeroPadding2D(1, name=f"{name}_pad", dtype=dtype)(x)
        padding = "valid"
    return keras.layers.Conv2D(
        filters,
        3,
        strides=stride,
        dilation_rate=dilation,
        padding=padding,
        activation="relu",
        kernel_initializer=_he_normal(seeds),
        name=name,
        dtype=dtype,
    )(x)


def _block_8(x: Any, filters: int, seeds: Any) -> Any:
    x = keras.layers.Conv2DTranspose(
        filters,
        4,
        strides=2,
        padding="same",
        activation="relu",
        kernel_initializer=_he_normal(seeds),
        name="conv8_1",
    )(x)
    for layer in (2, 3):
        x = _convolution(x, f"conv8_{layer}", filters, 1, 1, None, seeds)
    return x


def _head(x: Any, loss: str, seeds: Any) -> Any:
    initializer = keras.initializers.RandomNormal(stddev=0.01, seed=_next_seed(seeds))
    if loss == "classification":
        return keras.layers.Conv2D(
            n_bins(), 1, kernel_initializer=initializer, name="conv8_313", dtype="float32"
        )(x)
    x = keras.layers.Conv2D(2, 1, kernel_initializer=initializer, name="conv8_ab", dtype="float32")(
        x
    )
    return keras.layers.Rescaling(AB_SCALE, name="ab", dtype="float32")(x)


def _he_normal(seeds: Any) -> Any:
    return keras.initializers.HeNormal(seed=_next_seed(seeds))


def _next_seed(seeds: Any) -> int:
    return int(keras.ops.convert_to_numpy(seeds.next())[1])
