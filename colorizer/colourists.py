"""What ``evaluate`` compares: a network, or fakes that any other program made.

A network is run once for each photograph; fakes at other temperatures come from the same logits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from colorizer.ab_bins import bin_centres, decode_logits
from colorizer.condition_specs import ConditionSpec
from colorizer.config import STRIDE
from colorizer.edge_aware_upsampling import upsample_along_edges
from colorizer.errors import ColorizerError, RunError
from colorizer.fakes_folder import FakesFolder
from colorizer.fakes_matching import match_fakes
from colorizer.lab import join_lightness_ab, rgb_to_lab
from colorizer.photo_sources import PhotoSource
from colorizer.study_photos import StudyPhoto

if TYPE_CHECKING:
    from colorizer.colorize import Colorizer

UInt8 = npt.NDArray[np.uint8]
Float = npt.NDArray[np.floating]

MEAN_TEMPERATURE = 1.0


@dataclass(frozen=True)
class Coloured:
    """What became of one photograph.

    Attributes:
        fake: (H, W, 3), uint8 sRGB.
        logits: (h, w, Q) of the pixels (4 i, 4 j) of the network's input; None without bins.
        mean: the fake of the predicted distributions' means (T = 1); None without bins.
        mode: the fake of their most likely bins (T towards 0); None without bins.
    """

    fake: UInt8
    logits: Float | None = None
    mean: UInt8 | None = None
    mode: UInt8 | None = None


class Colourist(Protocol):
    """What is evaluated."""

    def colour(self, photo: StudyPhoto, rgb: UInt8) -> Coloured:
        """Give the fake of a photograph, whose square (H, W, 3), uint8 sRGB, is shown."""


class NetworkColourist:
    """Colours with a network.

    Args:
        colorizer: the network.
        with_limits: give mean and mode too.
    """

    def __init__(self, colorizer: "Colorizer", with_limits: bool = True) -> None:
        self._colorizer = colorizer
        self._with_limits = with_limits
        self._has_bins = True

    def colour(self, photo: StudyPhoto, rgb: UInt8) -> Coloured:
        """Give fake and logits of one pass through the network."""
        del photo
        logits = self._predict_logits(rgb)
        if logits is None:
            return Coloured(self._colorizer.colorize(rgb))
        lightness = rgb_to_lab(rgb)[..., :1]
        colours = [decode_logits(logits, self._colorizer.temperature)]
        if self._with_limits:
            colours.append(decode_logits(logits, MEAN_TEMPERATURE))
            colours.append(bin_centres()[logits.argmax(axis=-1)].astype(np.float32))
        fakes = [self._join(lightness, small) for small in colours]
        return Coloured(fakes[0], logits, *fakes[1:])

    def _predict_logits(self, rgb: UInt8) -> Float | None:
        if not self._has_bins:
            return None
        try:
            return self._colorizer.predict_logits(rgb)
        except RunError:  # an l2 network, which is found out once
            self._has_bins = False
            return None

    def _join(self, lightness: Float, small: Float) -> UInt8:
        """Join a* and b* at a quarter of the size shown with the lightness, as ``colorize``."""
        from colorizer.colorize import resize_lightness  # loads Keras with a network only

        height, width = (STRIDE * side for side in small.shape[:2])
        shown = resize_lightness(lightness, height, width)
        ab = upsample_along_edges(small, shown[..., 0], lightness[..., 0], STRIDE)
        return join_lightness_ab(lightness, ab)


class FolderColourist:
    """Takes fakes from a folder, found by the names of their photographs, and gives them the L*.

    Args:
        name: of the condition.
        folder: holds the fakes.
        photos: all that may be asked for.

    Raises:
        ColorizerError: there are no pictures in the folder.
    """

    def __init__(self, name: str, folder: Path, photos: Sequence[StudyPhoto]) -> None:
        self._name, self._folder = name, folder
        self._known = match_fakes(name, folder, photos).fakes
        self._fakes = FakesFolder(name, folder, photos, match_lightness=True)

    def colour(self, photo: StudyPhoto, rgb: UInt8) -> Coloured:
        """Give the photograph's fake from the folder.

        Raises:
            ColorizerError: there is none, or it cannot be used.
        """
        if photo.number not in self._known:
            raise ColorizerError(
                f"condition {self._name}: {self._folder} holds no fake of {photo.source.origin}"
            )
        return Coloured(self._fakes.make(photo, rgb))


def open_colourists(
    specs: Sequence[ConditionSpec], sources: Sequence[PhotoSource]
) -> dict[str, Colourist]:
    """Open the networks and folders of all conditions, before any photograph is read.

    Args:
        specs: the conditions; the first is the one whose mean and mode are given.
        sources: all photographs that may be asked for, in order.

    Raises:
        ColorizerError: a condition is no network and no folder, or nothing is there.
    """
    photos = [StudyPhoto(number, "", source) for number, source in enumerate(sources)]
    return {spec.name: _open(spec, photos, is_first=spec is specs[0]) for spec in specs}


def _open(spec: ConditionSpec, photos: Sequence[StudyPhoto], is_first: bool) -> Colourist:
    if spec.kind == "folder":
        return FolderColourist(spec.name, Path(spec.argument), photos)
    if spec.kind != "weights":
        raise ColorizerError(
            f"condition {spec.name}: only weights: and folder: are compared; grey, random, mean and"
            " mode come along as baselines"
        )
    from colorizer.colorize import Colorizer  # loads Keras: only where a network colours

    colorizer = Colorizer.load(spec.argument, temperature=spec.temperature, input_px=spec.input_px)
    return NetworkColourist(colorizer, with_limits=is_first)
