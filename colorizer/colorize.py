"""Colour a photograph: lightness through the network, ab decoded, joined with full lightness."""

import math
from pathlib import Path
from typing import Any, Self

import keras
import numpy as np
import numpy.typing as npt
import scipy.ndimage
from PIL import Image

from colorizer.ab_bins import decode_logits
from colorizer.errors import ColorizerError, RunError
from colorizer.lab import join_lightness_ab, rgb_to_lab
from colorizer.network import SIZE_MULTIPLE, STRIDE
from colorizer.weights_files import file_digest, find_weights, load_card, load_weights

Float32 = npt.NDArray[np.float32]
UInt8 = npt.NDArray[np.uint8]

MAX_AREA_RATIO = 16  # a long panorama is shown smaller than this many squares of the input size


class Colorizer:
    """A network ready to colour.

    Args:
        network: (N, H, W, 1) L* to logits (N, H/4, W/4, Q) or ab (N, H/4, W/4, 2).
        input_px: short side of what the network is shown, a multiple of 8.
        temperature: T of the annealed mean, in (0, 1].
        sha256: digest of the weights, for provenance.

    Raises:
        ColorizerError: the temperature or the input size is not allowed.
    """

    def __init__(
        self, network: keras.Model, input_px: int, temperature: float, sha256: str = ""
    ) -> None:
        if not 0 < temperature <= 1:
            raise ColorizerError(f"temperature {temperature} is not allowed; choose one in (0, 1]")
        if input_px < SIZE_MULTIPLE or input_px % SIZE_MULTIPLE:
            raise ColorizerError(
                f"input size {input_px} is not allowed; choose a multiple of {SIZE_MULTIPLE}"
            )
        self.network = network
        self.input_px = input_px
        self.temperature = temperature
        self.sha256 = sha256

    @classmethod
    def load(
        cls,
        weights: str | Path = "default",
        *,
        temperature: float | None = None,
        input_px: int | None = None,
    ) -> Self:
        """Load a network.

        Args:
            weights: ``default``, a run directory or a ``.keras`` file.
            temperature: T of the annealed mean; None takes the network's own.
            input_px: short side of what the network is shown; None takes the network's own.

        Raises:
            RunError: no network there, or a damaged one.
            ColorizerError: the temperature or the input size is not allowed.
        """
        path = find_weights(weights)
        card = load_card(path)
        return cls(
            load_weights(path),
            card.input_px if input_px is None else input_px,
            card.temperature if temperature is None else temperature,
            file_digest(path),
        )

    def colorize(self, rgb: UInt8) -> UInt8:
        """Colour a photograph from its lightness alone.

        Args:
            rgb: (H, W, 3), uint8 sRGB, grey or coloured; its own colours are not looked at.

        Returns:
            (H, W, 3), uint8 sRGB of the same lightness.
        """
        lightness = rgb_to_lab(rgb)[..., :1]
        return join_lightness_ab(lightness, self.predict_ab(lightness))

    def predict_ab(self, lightness: npt.NDArray[Any]) -> Float32:
        """Predict a* and b* at full resolution.

        Args:
            lightness: (H, W, 1), L* in [0, 100].

        Returns:
            (H, W, 2), float32, CIE units.
        """
        output = self._run(lightness)
        small = output if output.shape[-1] == 2 else decode_logits(output, self.temperature)
        return upsample_ab(small, lightness.shape[0], lightness.shape[1])

    def predict_logits(self, rgb: UInt8) -> Float32:
        """Give the logits of a photograph at a quarter of the size the network is shown.

        Args:
            rgb: (H, W, 3), uint8 sRGB.

        Returns:
            (h, w, Q), float32.

        Raises:
            RunError: the network predicts ab, not bins.
        """
        output = self._run(rgb_to_lab(rgb)[..., :1])
        if output.shape[-1] == 2:
            raise RunError("a network trained with the l2 loss predicts ab and has no logits")
        return output

    def _run(self, lightness: npt.NDArray[Any]) -> Float32:
        height, width = input_shape(lightness.shape[0], lightness.shape[1], self.input_px)
        shown = resize_lightness(lightness, height, width)
        output = self.network(shown[np.newaxis], training=False)
        result: Float32 = np.asarray(keras.ops.convert_to_numpy(output))[0]
        return result


def input_shape(height: int, width: int, input_px: int) -> tuple[int, int]:
    """Give the size at which the network is shown a photograph: short side ``input_px``.

    The aspect is kept up to rounding to multiples of 8; very long photographs are shown smaller.
    """
    scale = input_px / min(height, width)
    area = height * width * scale**2
    scale *= min(1.0, math.sqrt(MAX_AREA_RATIO * input_px**2 / area))
    sides = (
        max(SIZE_MULTIPLE, round(side * scale / SIZE_MULTIPLE) * SIZE_MULTIPLE)
        for side in (height, width)
    )
    rows, columns = sides
    return rows, columns


def resize_lightness(lightness: npt.NDArray[Any], height: int, width: int) -> Float32:
    """Resize an L* plane with Lanczos' filter: (H, W, 1) to (height, width, 1), in [0, 100]."""
    plane = Image.fromarray(np.ascontiguousarray(lightness[..., 0], np.float32))
    resized = np.asarray(plane.resize((width, height), Image.Resampling.LANCZOS))
    return np.asarray(np.clip(resized, 0.0, 100.0)[..., np.newaxis], np.float32)


def upsample_ab(ab: npt.NDArray[Any], height: int, width: int) -> Float32:
    """Upsample predicted ab bilinearly to the photo's size.

    Output pixel i of the network stands for input pixel 4 i, the one its label was taken from, not
    for the middle of its cell; the grid is laid accordingly.

    Args:
        ab: (h, w, 2), of a network shown 4 h by 4 w pixels.
        height: of the photo.
        width: of the photo.

    Returns:
        (height, width, 2), float32.
    """
    rows, columns = (
        ((np.arange(n_full) + 0.5) * (n_small * STRIDE / n_full) - 0.5) / STRIDE
        for n_full, n_small in ((height, ab.shape[0]), (width, ab.shape[1]))
    )
    grid = np.meshgrid(rows, columns, indexing="ij")
    planes = [
        scipy.ndimage.map_coordinates(
            ab[..., axis].astype(np.float32), grid, order=1, mode="nearest"
        )
        for axis in range(2)
    ]
    return np.stack(planes, axis=-1)
