"""Sizes of fakes that another program made: which will do, and what to do about others. Pure."""

import math

import numpy as np
import numpy.typing as npt

from colorizer.fake_problems import FakeError
from colorizer.photos import resize, square_of_size

UInt8 = npt.NDArray[np.uint8]

# Least side of a fake of another size, as a share of the set's: networks colour at a quarter.
LEAST_SIZE_SHARE = 1 / 4


def fit_size(real: UInt8, fake: UInt8, original: UInt8) -> UInt8:
    """Bring a fake of another size to the crop that is shown.

    Args:
        real: (S, S, 3), uint8 sRGB, the crop.
        fake: (h, w, 3), uint8 sRGB: a square, or of the photograph's shape.
        original: (H, W, 3), uint8 sRGB, the photograph.

    Returns:
        (S, S, 3), uint8 sRGB.

    Raises:
        FakeError: it has neither shape, or is too small.
    """
    size_px = real.shape[0]
    if not _has_fitting_shape(size_px, fake, original):
        raise FakeError("size", size_message(real, fake, original))
    height, width = fake.shape[:2]
    return resize(fake, size_px, size_px) if height == width else square_of_size(fake, size_px)


def size_message(real: UInt8, fake: UInt8, original: UInt8) -> str:
    """Say both sizes, what is allowed, and what to do; arguments as of ``fit_size``."""
    size_px = real.shape[0]
    (height, width), (full_height, full_width) = fake.shape[:2], original.shape[:2]
    crop, whole = f"{size_px} x {size_px}", f"{full_width} x {full_height}"
    allowed = f"allowed are {crop}, the crop, and {whole}, the photograph"
    if crop == whole:
        allowed = f"allowed is {crop}, the photograph"
    found = f"{width} x {height} pixels; {allowed}"
    if (width, height) == (full_height, full_width):
        return (
            f"{found}: it lies on its side, as if the orientation in the photograph's EXIF was lost"
        )
    if _has_fitting_shape(size_px, fake, original):
        return f"{found}; --match-lightness takes this size too, for it takes the colours alone"
    return (
        f"{found}, and with --match-lightness other sizes of these shapes with sides of"
        f" {_least_px(size_px)} or more; cut out the middle square, or keep the whole photograph"
    )


def _has_fitting_shape(size_px: int, fake: UInt8, original: UInt8) -> bool:
    """Tell whether a fake is a square or has the photograph's shape, and is large enough."""
    (height, width), (full_height, full_width) = fake.shape[:2], original.shape[:2]
    # a side was rounded by up to a pixel
    skew = abs(width * full_height - height * full_width)
    is_like_photograph = bool(skew <= max(full_height, full_width))
    return min(height, width) >= _least_px(size_px) and (height == width or is_like_photograph)


def _least_px(size_px: int) -> int:
    return math.ceil(size_px * LEAST_SIZE_SHARE)
