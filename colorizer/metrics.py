"""How near a fake comes to the real photo, in numbers that need no downloaded network.

Each function takes one photo. What people see in it is what the study measures; these figures are
for comparing trainings. AuC values are fractions, colours CIE units.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import skimage.color
import skimage.metrics

from colorizer.lab import rgb_to_lab

Array = npt.NDArray[Any]
UInt8 = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float64]

AUC_RANGE = 150.0  # ab distances swept by the curve (Zhang, Isola & Efros 2016, section 3.1)
PEAK = 255.0
# Untyped in scikit-image.
_STRUCTURAL_SIMILARITY: Any = skimage.metrics.structural_similarity
_CIEDE2000: Any = skimage.color.deltaE_ciede2000
# Hasler & Süsstrunk 2003, equation 11: weight of the mean chroma.
COLORFULNESS_MEAN_WEIGHT = 0.3


def auc(ab_true: Array, ab_fake: Array) -> float:
    """Give the area under the curve of the share of pixels within an ab distance.

    The distance is swept from 0 to 150 and the area normalised to 1 (Zhang, Isola & Efros 2016,
    section 3.1), which is the mean of max(0, 1 - d / 150).

    Args:
        ab_true: (..., 2), a* and b* of the real photo.
        ab_fake: (..., 2), a* and b* of the fake.

    Returns:
        In [0, 1]; 1 for equal colours.

    Raises:
        ValueError: the shapes differ, or the last axis is not 2 long.
    """
    if np.shape(ab_true) != np.shape(ab_fake) or np.shape(ab_true)[-1:] != (2,):
        raise ValueError(
            f"expected two arrays (..., 2) of one shape, got {np.shape(ab_true)} and"
            f" {np.shape(ab_fake)}"
        )
    return float(_closeness(ab_true, ab_fake).mean())


def auc_rebalanced(
    ab_true: Array, ab_fake: Array, bin_of_true: npt.NDArray[np.integer[Any]], prior: Array
) -> float:
    """Give the same area with each pixel weighted by the rarity of its true colour.

    Args:
        ab_true: (..., 2), a* and b* of the real photo.
        ab_fake: (..., 2), a* and b* of the fake.
        bin_of_true: (...), number of the bin nearest to each true colour.
        prior: (Q,), positive, share of each bin in photographs; the weight is 1 / prior.

    Returns:
        In [0, 1].
    """
    sums, counts = closeness_by_bin(ab_true, ab_fake, bin_of_true, len(prior))
    return auc_rebalanced_of_sums(sums, counts, prior)


def closeness_by_bin(
    ab_true: Array, ab_fake: Array, bin_of_true: npt.NDArray[np.integer[Any]], n_bins: int
) -> tuple[Float, Float]:
    """Sum up what ``auc_rebalanced`` needs, so that many photos can be pooled.

    Args:
        ab_true: (..., 2), a* and b* of the real photo.
        ab_fake: (..., 2), a* and b* of the fake.
        bin_of_true: (...), number of the bin nearest to each true colour.
        n_bins: Q.

    Returns:
        (Q,) the sums of max(0, 1 - d / 150) and (Q,) the numbers of pixels, by true bin; float64.
    """
    bins = np.asarray(bin_of_true).ravel()
    closeness = _closeness(ab_true, ab_fake).ravel()
    sums = np.bincount(bins, closeness, minlength=n_bins).astype(np.float64)
    return sums, np.bincount(bins, minlength=n_bins).astype(np.float64)


def auc_rebalanced_of_sums(sums: Float, counts: Float, prior: Array) -> float:
    """Give the rebalanced area of pooled photos.

    Args:
        sums: (Q,), added up from ``closeness_by_bin``.
        counts: (Q,), added up likewise.
        prior: (Q,), positive, share of each bin in photographs.
    """
    weights = 1.0 / np.asarray(prior, np.float64)
    return float((sums @ weights) / (counts @ weights))


def cross_entropy(logits: Array, indices: Array, weights: Array) -> float:
    """Give the mean cross-entropy between soft-encoded true colours and predicted bins, in nats.

    Args:
        logits: (..., Q), of the network.
        indices: (..., K), bins of the true colour, of ``ab_bins.soft_encode``.
        weights: (..., K), their weights, which sum to 1.
    """
    logits = np.asarray(logits, np.float64)
    highest = logits.max(axis=-1, keepdims=True)
    log_sum = highest[..., 0] + np.log(np.exp(logits - highest).sum(axis=-1))
    expected = (np.take_along_axis(logits, indices, axis=-1) * weights).sum(axis=-1)
    return float((log_sum - expected).mean())


def psnr(real: UInt8, fake: UInt8) -> float:
    """Give the peak signal-to-noise ratio over all channels, in dB; infinite for equal pictures.

    Args:
        real: (H, W, 3), uint8 sRGB.
        fake: (H, W, 3), uint8 sRGB.
    """
    squared_error = float(((real.astype(np.float64) - fake) ** 2).mean())
    return float("inf") if squared_error == 0 else 10 * float(np.log10(PEAK**2 / squared_error))


def ssim(real: UInt8, fake: UInt8) -> float:
    """Give the structural similarity of the RGB channels (Wang et al. 2004), by scikit-image.

    Args:
        real: (H, W, 3), uint8 sRGB, at least 7 pixels a side.
        fake: (H, W, 3), uint8 sRGB.
    """
    return float(_STRUCTURAL_SIMILARITY(real, fake, channel_axis=-1, data_range=PEAK))


def ciede2000(real: UInt8, fake: UInt8) -> float:
    """Give the mean colour difference ΔE00 (Sharma, Wu & Dalal 2005), by scikit-image.

    Args:
        real: (H, W, 3), uint8 sRGB.
        fake: (H, W, 3), uint8 sRGB.
    """
    return float(_CIEDE2000(rgb_to_lab(real), rgb_to_lab(fake)).mean())


def colorfulness(rgb: UInt8) -> float:
    """Give the colourfulness of Hasler & Süsstrunk 2003, with signed opponent values.

    Args:
        rgb: (H, W, 3), uint8 sRGB.

    Returns:
        0 for grey; about 15 slightly, 45 quite, 109 extremely colourful.
    """
    return _colorfulness(*_opponents(rgb))


def colorfulness_ddcolor(rgb: UInt8) -> float:
    """Give the variant of DDColor's published code, which takes absolute opponent values first.

    Papers after 2022 mostly report this one; the two differ and must not be mixed.

    Args:
        rgb: (H, W, 3), uint8 sRGB.
    """
    red_green, yellow_blue = _opponents(rgb)
    return _colorfulness(np.abs(red_green), np.abs(yellow_blue))


def mean_chroma(rgb: UInt8) -> float:
    """Give the mean over the pixels of √(a*² + b*²), in CIE units.

    Args:
        rgb: (H, W, 3), uint8 sRGB.
    """
    ab = rgb_to_lab(rgb)[..., 1:]
    return float(np.hypot(ab[..., 0], ab[..., 1]).mean())


def chroma_ratio(real: UInt8, fake: UInt8) -> float:
    """Give the mean chroma of the fake over that of the real photo; below 1 is too dull.

    Args:
        real: (H, W, 3), uint8 sRGB, not grey.
        fake: (H, W, 3), uint8 sRGB.
    """
    return mean_chroma(fake) / mean_chroma(real)


def _closeness(ab_true: Array, ab_fake: Array) -> Float:
    gap = np.asarray(ab_true, np.float64) - np.asarray(ab_fake, np.float64)
    distance = np.hypot(gap[..., 0], gap[..., 1])
    closeness: Float = np.maximum(0.0, 1.0 - distance / AUC_RANGE)
    return closeness


def _opponents(rgb: UInt8) -> tuple[Float, Float]:
    red, green, blue = np.moveaxis(rgb.astype(np.float64), -1, 0)
    return red - green, (red + green) / 2 - blue


def _colorfulness(red_green: Float, yellow_blue: Float) -> float:
    spread = np.hypot(red_green.std(), yellow_blue.std())
    mean = np.hypot(red_green.mean(), yellow_blue.mean())
    return float(spread + COLORFULNESS_MEAN_WEIGHT * mean)
