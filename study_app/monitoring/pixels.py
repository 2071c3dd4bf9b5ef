"""Measure a pair of pictures without the numeric stack: the difference of L*, and how grey. Pure.

Place on the data's path: ``pair_measures.py`` hands in the bytes of two image files. The colorizer
measures the same with NumPy when it builds a set (``equal_lightness.py``, ``greyness.py``); the
study server has neither, so the same formulas stand here in whole numbers and plain floats.
"""

import functools
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import PIL
from PIL import Image

# IEC 61966-2-1: sRGB to linear RGB, and to XYZ under D65.
LINEAR_BELOW = 0.04045
TO_XYZ = (
    (0.4123907993, 0.3575843394, 0.1804807884),
    (0.2126390059, 0.7151686788, 0.0721923154),
    (0.0193308187, 0.1191947798, 0.9505321522),
)
# CIE 15: L* = 116 f(Y) - 16, with a straight line below this.
CUBE_ROOT_ABOVE = (6 / 29) ** 3
# Luminance in whole numbers up to this: near black, one step is 0.014 of L*.
LUMINANCE_STEPS = 2**16
REDUCED_SIDE_PX = 64
LARGEST_CHANNEL = 255


class UnreadablePictureError(ValueError):
    """The bytes are no picture."""


@dataclass(frozen=True)
class PairMeasures:
    """What is seen of a pair by its pixels.

    Attributes:
        real_size_px: width and height.
        fake_size_px: width and height.
        lightness_difference: largest |L* of real - L* of fake| of any pixel; None if sizes differ.
        mean_chroma: of the real photo, reduced; CIE units.
    """

    real_size_px: tuple[int, int]
    fake_size_px: tuple[int, int]
    lightness_difference: float | None
    mean_chroma: float


def measure_pair(real: bytes, fake: bytes) -> PairMeasures:
    """Measure real photo and fake.

    Args:
        real: bytes of an image file.
        fake: bytes of an image file.

    Raises:
        UnreadablePictureError: one of them is no picture.
    """
    real_image, fake_image = _decode(real), _decode(fake)
    same_size = real_image.size == fake_image.size
    return PairMeasures(
        real_size_px=real_image.size,
        fake_size_px=fake_image.size,
        lightness_difference=_lightness_difference(real_image, fake_image) if same_size else None,
        mean_chroma=_mean_chroma(real_image),
    )


def _decode(data: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.convert("RGB")
    except (PIL.UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise UnreadablePictureError(str(error)) from None


def _lightness_difference(real: Image.Image, fake: Image.Image) -> float:
    """Give the largest difference of L* of two pictures of the same size."""
    lightness = _lightness_table()
    pairs = set(zip(_luminances(real), _luminances(fake), strict=True))
    return max(abs(lightness[ours] - lightness[theirs]) for ours, theirs in pairs)


def _luminances(image: Image.Image) -> list[int]:
    """Give the luminance of every pixel, 0 to ``LUMINANCE_STEPS``."""
    red, green, blue = _luminance_tables()
    data = image.tobytes()
    pixels = zip(data[0::3], data[1::3], data[2::3], strict=True)
    return [red[r] + green[g] + blue[b] for r, g, b in pixels]


def _mean_chroma(image: Image.Image) -> float:
    """Give the mean of √(a*² + b*²) over a picture reduced by box averages."""
    reduced = image.copy()
    reduced.thumbnail((REDUCED_SIDE_PX, REDUCED_SIDE_PX), Image.Resampling.BOX)
    data = reduced.tobytes()
    pixels = list(zip(data[0::3], data[1::3], data[2::3], strict=True))
    return sum(_chroma(pixel) for pixel in pixels) / len(pixels)


def _chroma(pixel: tuple[int, int, int]) -> float:
    linear = [_linear_values()[channel] for channel in pixel]
    x, y, z = (
        _curve(sum(part * value for part, value in zip(row, linear, strict=True)) / sum(row))
        for row in TO_XYZ
    )
    return math.hypot(500 * (x - y), 200 * (y - z))


@functools.cache
def _linear_values() -> Sequence[float]:
    """Give linear light of each of the 256 values of a channel, 0 to 1."""
    values = [level / LARGEST_CHANNEL for level in range(LARGEST_CHANNEL + 1)]
    return [
        value / 12.92 if value <= LINEAR_BELOW else ((value + 0.055) / 1.055) ** 2.4
        for value in values
    ]


@functools.cache
def _luminance_tables() -> tuple[list[int], list[int], list[int]]:
    """Give what each value of red, green and blue adds to the luminance, in steps."""
    red, green, blue = (
        [round(LUMINANCE_STEPS * share * value) for value in _linear_values()]
        for share in TO_XYZ[1]
    )
    return red, green, blue


@functools.cache
def _lightness_table() -> list[float]:
    """Give L* for every luminance; rounding may lead two steps beyond white."""
    steps = range(LUMINANCE_STEPS + 3)
    return [116 * _curve(step / LUMINANCE_STEPS) - 16 for step in steps]


def _curve(value: float) -> float:
    if value > CUBE_ROOT_ABOVE:
        return math.cbrt(value)
    return value / (3 * (6 / 29) ** 2) + 4 / 29
