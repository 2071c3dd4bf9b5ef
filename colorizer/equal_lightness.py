"""Equal lightness of real and fake, invariant 1 of a stimulus set; the one place of its tolerance.

8-bit sRGB cannot hold every L*: rounding each channel, as ``lab.join_lightness_ab`` and most
programs do, moves it by up to about 0.3. A fake whose colours were clipped into the gamut is off by
far more.
"""

import numpy as np
import numpy.typing as npt

from colorizer.errors import PhotoError
from colorizer.lab import rgb_to_lab

UInt8 = npt.NDArray[np.uint8]

LIGHTNESS_TOLERANCE = 0.5  # largest |difference of L*| of any pixel; half of what can be seen


def lightness_difference(real: UInt8, fake: UInt8) -> npt.NDArray[np.float64]:
    """Give the absolute difference of L* of each pixel.

    Args:
        real: (H, W, 3), uint8 sRGB.
        fake: (H, W, 3), uint8 sRGB.

    Returns:
        (H, W), float64, in CIE units.
    """
    difference: npt.NDArray[np.float64] = np.abs(rgb_to_lab(real) - rgb_to_lab(fake))[..., 0]
    return difference


def check_equal_lightness(real: UInt8, fake: UInt8) -> None:
    """Refuse a fake whose lightness is not the real photo's.

    Raises:
        PhotoError: the largest and mean difference and the share of pixels beyond the tolerance.
    """
    difference = lightness_difference(real, fake)
    beyond = float((difference > LIGHTNESS_TOLERANCE).mean())
    if beyond:
        raise PhotoError(
            f"its L* differs from the real photo's by up to {difference.max():.2f} (mean"
            f" {difference.mean():.2f}, {beyond:.1%} of the pixels beyond {LIGHTNESS_TOLERANCE})"
        )
