"""A photograph as the rest of the path knows it: pixels, id, split, and the square crop.

Puts together what ``photo_files.py`` finds and ``photo_decoding.py`` decodes. Whether a photograph
has colours is decided in ``greyness.py``, whether it is a copy in ``near_duplicates.py``.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from colorizer.errors import PhotoError
from colorizer.photo_decoding import MIN_SIDE_PX, PIXEL_LIMIT, decode_photo
from colorizer.photo_sources import PhotoSource

UInt8 = npt.NDArray[np.uint8]
Split = Literal["training", "validation", "study"]

PHOTO_ID_LENGTH = 16
N_ID_VALUES = 16**PHOTO_ID_LENGTH


@dataclass(frozen=True)
class SplitFractions:
    """Shares of the photographs that are kept from training.

    Attributes:
        validation: share looked at while training.
        study: share no training may see, so that fakes of it can be shown to people.
    """

    validation: float = 0.02
    study: float = 0.0

    def __post_init__(self) -> None:
        """Refuse shares that leave nothing to train on, or that are none."""
        if min(self.validation, self.study) < 0 or self.validation + self.study >= 1:
            raise PhotoError(
                f"validation {self.validation} and study {self.study} are no shares; each must be"
                " 0 or more and their sum below 1"
            )


def read_photo(
    source: PhotoSource,
    *,
    pixel_limit: int = PIXEL_LIMIT,
    min_side_px: int = MIN_SIDE_PX,
    enough_px: int | None = None,
) -> UInt8:
    """Read and decode one photograph; the settings are those of ``decode_photo``.

    Returns:
        (H, W, 3), uint8 sRGB, upright.

    Raises:
        PhotoError: the reason why it is no usable photograph, without the file's name.
    """
    return decode_photo(
        source.read(), pixel_limit=pixel_limit, min_side_px=min_side_px, enough_px=enough_px
    )


def photo_id(rgb: UInt8) -> str:
    """Give the id of a photograph: 16 hex digits of the SHA-256 over its size and pixels.

    Args:
        rgb: (H, W, 3), uint8; the decoded photograph at full size, before any crop. In
            ``prepare`` a large JPEG is not decoded at full size; its id is another one there.
    """
    height, width, _ = rgb.shape
    digest = hashlib.sha256(f"{height}x{width}:".encode() + np.ascontiguousarray(rgb).tobytes())
    return digest.hexdigest()[:PHOTO_ID_LENGTH]


def split_by_id(identifier: str, fractions: SplitFractions = SplitFractions()) -> Split:
    """Give the split of a photograph; the same pixels always fall into the same one.

    Args:
        identifier: of ``photo_id``; its digits are as good as random.
        fractions: shares of validation and study.
    """
    place = int(identifier, 16) / N_ID_VALUES
    if place < fractions.study:
        return "study"
    if place < fractions.study + fractions.validation:
        return "validation"
    return "training"


def crop_square(rgb: UInt8) -> UInt8:
    """Cut the largest square from the middle, (H, W, ...) to (min(H, W), min(H, W), ...)."""
    height, width = rgb.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return rgb[top : top + side, left : left + side]


def resize(
    rgb: UInt8,
    height_px: int,
    width_px: int,
    resampling: Image.Resampling = Image.Resampling.LANCZOS,
) -> UInt8:
    """Resize with a filter that is widened when shrinking, so that nothing aliases.

    Args:
        rgb: (H, W, 3), uint8.
        height_px: new height.
        width_px: new width.
        resampling: the filter.
    """
    if rgb.shape[:2] == (height_px, width_px):
        return rgb
    image = Image.fromarray(np.ascontiguousarray(rgb))
    return np.array(image.resize((width_px, height_px), resampling))


def square_of_size(rgb: UInt8, size_px: int) -> UInt8:
    """Cut the middle square and resize it to (size_px, size_px, 3)."""
    return resize(crop_square(rgb), size_px, size_px)


def training_square(rgb: UInt8, size_px: int) -> UInt8:
    """Do what ``square_of_size`` does in half of its time, a little softer."""
    square = crop_square(rgb)
    is_smaller = size_px < len(square)
    quick = Image.Resampling.HAMMING if is_smaller else Image.Resampling.BICUBIC
    return resize(square, size_px, size_px, quick)
