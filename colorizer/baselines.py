"""Fakes that need no network: grey, one colour, another photo's colours, the real photo again.

All go through the same Lab pipeline as a network's fakes and keep the photo's lightness.
"""

import numpy as np
import numpy.typing as npt

from colorizer.errors import PhotoError
from colorizer.lab import join_lightness_ab, rgb_to_lab

UInt8 = npt.NDArray[np.uint8]


def grey_fake(rgb: UInt8) -> UInt8:
    """Give the photo without its colours: its L*, and a* = b* = 0.

    Args:
        rgb: (H, W, 3), uint8 sRGB.

    Returns:
        (H, W, 3), uint8 sRGB.
    """
    lab = rgb_to_lab(rgb)
    return join_lightness_ab(lab[..., :1], np.zeros_like(lab[..., 1:]))


def one_colour_fake(rgb: UInt8, ab: tuple[float, float]) -> UInt8:
    """Give the photo in one colour, such as the mean colour of the training photographs.

    Args:
        rgb: (H, W, 3), uint8 sRGB.
        ab: a* and b* of every pixel, CIE units; where sRGB cannot show them they lose chroma.

    Returns:
        (H, W, 3), uint8 sRGB.
    """
    lab = rgb_to_lab(rgb)
    return join_lightness_ab(lab[..., :1], np.broadcast_to(np.array(ab), lab[..., 1:].shape))


def borrowed_fake(rgb: UInt8, donor: UInt8) -> UInt8:
    """Join the photo's L* with the colours of another one, pixel by pixel (the vigilance fake).

    Args:
        rgb: (H, W, 3), uint8 sRGB.
        donor: (H, W, 3), uint8 sRGB, another photo of the same size.

    Returns:
        (H, W, 3), uint8 sRGB; colours that sRGB cannot show at that L* lose chroma.
    """
    return join_lightness_ab(rgb_to_lab(rgb)[..., :1], rgb_to_lab(donor)[..., 1:])


def reencoded_real(rgb: UInt8) -> UInt8:
    """Take the real photo to Lab and back; the control condition, and every real of a set.

    Args:
        rgb: (H, W, 3), uint8 sRGB.

    Returns:
        (H, W, 3), uint8 sRGB.
    """
    lab = rgb_to_lab(rgb)
    return join_lightness_ab(lab[..., :1], lab[..., 1:])


def choose_donors(n_photos: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Choose for each photo another one that lends its colours, each lending once.

    Args:
        n_photos: at least 2.
        rng: decides; all cyclic orders are equally likely.

    Returns:
        (n_photos,), int64; a permutation in which no photo has its own number.

    Raises:
        PhotoError: there is no other photo.
    """
    if n_photos < 2:
        raise PhotoError(
            f"{n_photos} photographs are too few for the random fake, which takes the colours of"
            " another one; at least 2"
        )
    order = rng.permutation(n_photos)
    donors = np.empty(n_photos, np.int64)
    donors[order] = np.roll(order, 1)
    return donors
