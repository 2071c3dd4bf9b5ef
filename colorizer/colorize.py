"""Colour a photograph: lightness through the network, ab decoded, joined with full lightness."""

import math
import threading
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
from PIL import Image

from colorizer.ab_bins import decode_logits
from colorizer.config import STRIDE
from colorizer.edge_aware_upsampling import upsample_along_edges
from colorizer.errors import ColorizerError, RunError
from colorizer.export_formats import is_exported
from colorizer.exported_network import ExportedNetwork, load_exported
from colorizer.fingerprints import file_sha256
from colorizer.lab import join_lightness_ab, lightness_of
from colorizer.weights_files import find_weights, load_card, load_weights

if TYPE_CHECKING:
    import keras  # takes seconds: an exported network colours without it

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
        average_mirrored: predict for the photo and its mirror image, and take the mean logits.
        precision: what the network computes in, for provenance.

    It may colour several photographs at once, in threads.

    Raises:
        ColorizerError: the temperature or the input size is not allowed.
    """

    def __init__(
        self,
        network: "keras.Model | ExportedNetwork",
        input_px: int,
        temperature: float,
        sha256: str = "",
        average_mirrored: bool = False,
        precision: str = "float32",
    ) -> None:
        if not 0 < temperature <= 1:
            raise ColorizerError(f"temperature {temperature} is not allowed; choose one in (0, 1]")
        is_keras = not isinstance(network, ExportedNetwork)
        multiple = _compiled_multiple(network) if is_keras else network.size_multiple
        if input_px < multiple or input_px % multiple:
            raise ColorizerError(
                f"input size {input_px} is not allowed; choose a multiple of {multiple}"
            )
        self.network = network
        self.size_multiple = multiple
        self.input_px = input_px
        self.temperature = temperature
        self.sha256 = sha256
        self.average_mirrored = average_mirrored
        self.precision = precision
        self._turn = _turns(is_keras)

    @classmethod
    def load(
        cls,
        weights: str | Path = "default",
        *,
        temperature: float | None = None,
        input_px: int | None = None,
        fast: bool = False,
    ) -> Self:
        """Load a network.

        Args:
            weights: ``default``, a run directory, a ``.keras`` file, or an ``.onnx`` file that
                ``colorizer export`` wrote.
            temperature: T of the annealed mean; None takes the network's own.
            input_px: short side of what the network is shown; None takes the network's own.
            fast: compute in bfloat16, as ``bfloat16.py`` says; not for study stimuli, and not for
                an ``.onnx`` file.

        Raises:
            RunError: no network there, or a damaged one.
            ColorizerError: the temperature or the input size is not allowed.
        """
        path = find_weights(weights)
        card = load_card(path)
        return cls(
            _load_network(path, fast),
            card.input_px if input_px is None else input_px,
            card.temperature if temperature is None else temperature,
            file_sha256(path),
            card.average_mirrored,
            "bfloat16" if fast else "float32",
        )

    def colorize(self, rgb: UInt8) -> UInt8:
        """Colour a photograph from its lightness alone.

        Args:
            rgb: (H, W, 3), uint8 sRGB, grey or coloured; its own colours are not looked at.

        Returns:
            (H, W, 3), uint8 sRGB of the same lightness.
        """
        lightness = lightness_of(rgb)
        return join_lightness_ab(lightness, self.predict_ab(lightness))

    def predict_ab(self, lightness: npt.NDArray[Any]) -> Float32:
        """Predict a* and b* at full resolution.

        Args:
            lightness: (H, W, 1), L* in [0, 100].

        Returns:
            (H, W, 2), float32, CIE units.
        """
        shown = self._shown(lightness)
        output = self._run(shown)
        small = output if output.shape[-1] == 2 else decode_logits(output, self.temperature)
        return upsample_along_edges(small, shown[..., 0], lightness[..., 0], STRIDE)

    def predict_logits(self, rgb: UInt8) -> Float32:
        """Give the logits of a photograph at a quarter of the size the network is shown.

        Args:
            rgb: (H, W, 3), uint8 sRGB.

        Returns:
            (h, w, Q), float32.

        Raises:
            RunError: the network predicts ab, not bins.
        """
        output = self._run(self._shown(lightness_of(rgb)))
        if output.shape[-1] == 2:
            raise RunError("a network trained with the l2 loss predicts ab and has no logits")
        return output

    def _shown(self, lightness: npt.NDArray[Any]) -> Float32:
        height, width = input_shape(
            lightness.shape[0], lightness.shape[1], self.input_px, self.size_multiple
        )
        return resize_lightness(lightness, height, width)

    def _run(self, shown: Float32) -> Float32:
        batch = np.stack([shown, _mirror(shown)]) if self.average_mirrored else shown[np.newaxis]
        with self._turn:
            output = np.asarray(self.network.predict_on_batch(batch))
        result: Float32 = (output[0] + output[1][:, ::-1]) / 2 if len(output) == 2 else output[0]
        return result


def _compiled_multiple(network: "keras.Model") -> int:
    """Compile a Keras network and give what height and width must be multiples of."""
    from colorizer import networks  # loads Keras, which an exported network does without

    network.compile(jit_compile=networks.jit_compile())  # compiled calls take a quarter
    network.make_predict_function()  # not twice, should the first calls come at once
    return networks.size_multiple_of(network)


def _load_network(path: Path, fast: bool) -> "keras.Model | ExportedNetwork":
    if is_exported(path):
        return load_exported(path)
    network = load_weights(path)
    if fast:
        from colorizer.bfloat16 import in_bfloat16  # loads Keras

        return in_bfloat16(network)
    return network


def _turns(is_keras: bool) -> AbstractContextManager[object]:
    """Let threads take turns at a network that cannot run in several at once."""
    if is_keras:
        from colorizer import networks  # loads Keras, which an exported network does without

        if not networks.runs_in_threads():
            return threading.Lock()
    return nullcontext()


def _mirror(shown: Float32) -> Float32:
    """Mirror (H, W, 1) so that the pixels that labels stand for come to lie on each other.

    Labels stand for columns 0, 4, 8 ...; a plain mirror image would put them at 3, 7, 11 ...
    """
    columns = np.maximum(shown.shape[1] - STRIDE - np.arange(shown.shape[1]), 0)
    return shown[:, columns]


def input_shape(height: int, width: int, input_px: int, multiple: int) -> tuple[int, int]:
    """Give the size at which the network is shown a photograph: short side ``input_px``.

    The aspect is kept up to rounding to the network's multiple; very long photographs are shown
    smaller.
    """
    scale = input_px / min(height, width)
    area = height * width * scale**2
    scale *= min(1.0, math.sqrt(MAX_AREA_RATIO * input_px**2 / area))
    sides = (max(multiple, round(side * scale / multiple) * multiple) for side in (height, width))
    rows, columns = sides
    return rows, columns


def resize_lightness(lightness: npt.NDArray[Any], height: int, width: int) -> Float32:
    """Resize an L* plane with Lanczos' filter: (H, W, 1) to (height, width, 1), in [0, 100]."""
    plane = Image.fromarray(np.ascontiguousarray(lightness[..., 0], np.float32))
    resized = np.asarray(plane.resize((width, height), Image.Resampling.LANCZOS))
    return np.asarray(np.clip(resized, 0.0, 100.0)[..., np.newaxis], np.float32)
