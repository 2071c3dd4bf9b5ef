"""Decides whether a photograph has colours worth learning and showing.

Greyscale photographs in RGB files, nearly grey ones and tinted monochromes (sepia, cyanotype)
teach a network grey and give a study nothing to see. Thresholds are in CIE units on a reduced
picture, where the noise of JPEG's chroma is averaged away.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from colorizer.errors import PhotoError
from colorizer.lab import lab_planes

UInt8 = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]

REDUCED_SIDE_PX = 128
MIN_MEAN_CHROMA = 4.0
MIN_HIGH_CHROMA = 10.0
HIGH_CHROMA_PERCENTILE = 99
MIN_TINT_RESIDUAL = 2.6
LIGHTNESS_STEP = 5.0


@dataclass(frozen=True)
class Greyness:
    """How far a photograph is from grey and from a single tint, in CIE units.

    Attributes:
        mean_chroma: mean over the pixels of √(a*² + b*²).
        high_chroma: its 99th percentile.
        tint_residual: root mean square distance of (a*, b*) from their mean among the pixels of
            like lightness (steps of 5); near 0 where one curve through Lab holds all colours.
    """

    mean_chroma: float
    high_chroma: float
    tint_residual: float


def check_colourful(rgb: UInt8) -> None:
    """Refuse greyscale, nearly grey and tinted monochrome photographs.

    Args:
        rgb: (H, W, 3), uint8 sRGB.

    Raises:
        PhotoError: which of the three it is, the measure and its limit.
    """
    measured = measure_greyness(rgb)
    if measured.mean_chroma < MIN_MEAN_CHROMA:
        raise PhotoError(
            f"greyscale: mean chroma {measured.mean_chroma:.1f}, at least {MIN_MEAN_CHROMA:g}"
        )
    if measured.high_chroma < MIN_HIGH_CHROMA:
        raise PhotoError(
            f"greyscale: 99th percentile of chroma {measured.high_chroma:.1f}, at least"
            f" {MIN_HIGH_CHROMA:g}"
        )
    if measured.tint_residual < MIN_TINT_RESIDUAL:
        raise PhotoError(
            f"tinted monochrome: colours differ by {measured.tint_residual:.1f} at equal"
            f" lightness, at least {MIN_TINT_RESIDUAL:g}"
        )


def measure_greyness(rgb: UInt8) -> Greyness:
    """Measure the chroma of a photograph and how well lightness alone predicts its colours.

    Args:
        rgb: (H, W, 3), uint8 sRGB; reduced to at most 128 pixels a side by box averages.
    """
    lightness, a, b = lab_planes(_reduce(rgb))
    squares = a * a + b * b
    chroma = np.sqrt(squares)
    # within the steps of lightness, the mean square less the square of the mean
    residual = float(squares.sum(dtype=np.float64)) - _squares_of_means(lightness, a, b)
    return Greyness(
        mean_chroma=float(chroma.mean(dtype=np.float64)),
        high_chroma=float(np.percentile(chroma, HIGH_CHROMA_PERCENTILE)),
        tint_residual=float(np.sqrt(max(residual, 0.0) / len(squares))),
    )


def _reduce(rgb: UInt8) -> UInt8:
    image = Image.fromarray(np.ascontiguousarray(rgb))
    image.thumbnail((REDUCED_SIDE_PX, REDUCED_SIDE_PX), Image.Resampling.BOX)
    return np.array(image)


def _squares_of_means(lightness: Float, a: Float, b: Float) -> float:
    """Sum over the steps of lightness: pixels in it times the square of their mean (a*, b*)."""
    step = (lightness / LIGHTNESS_STEP).astype(np.int64)
    count = np.maximum(np.bincount(step), 1)
    return float(sum((np.bincount(step, axis) ** 2 / count).sum() for axis in (a, b)))
