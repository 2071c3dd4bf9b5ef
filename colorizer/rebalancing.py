"""How often each ab bin occurs in photographs, and the class weights that make rare colours count.

Zhang, Isola & Efros 2016, section 2.2, equation 4.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.ndimage

from colorizer.ab_bins import BIN_STEP, bin_mask, bin_numbers, n_bins
from colorizer.errors import RunError

Float = npt.NDArray[np.float64]

SMOOTHING_SIGMA = 5.0  # in ab units, as in the paper
PRIOR_FLOOR = 1e-7  # share of a bin that never occurs; keeps its logarithm finite
REBALANCE = 0.5  # λ of the paper


def smooth_prior(counts: npt.NDArray[Any]) -> Float:
    """Turn counts of nearest bins into the smoothed share of each bin.

    Smooths with a Gaussian on the two-dimensional ab lattice, never along the bin number.

    Args:
        counts: (Q,), non-negative, not all zero.

    Returns:
        (Q,), float64, positive, sums to 1.

    Raises:
        ValueError: the shape is not (Q,), a count is negative, or all are zero.
    """
    counts = np.asarray(counts, np.float64)
    if counts.shape != (n_bins(),) or (counts < 0).any() or counts.sum() == 0:
        raise ValueError(f"expected {n_bins()} counts, none negative, at least one positive")
    lattice = np.zeros(bin_mask().shape)
    lattice[bin_mask()] = counts / counts.sum()
    smoothed = scipy.ndimage.gaussian_filter(lattice, SMOOTHING_SIGMA / BIN_STEP, mode="constant")
    prior = smoothed[bin_mask()] + PRIOR_FLOOR
    result: Float = prior / prior.sum()
    return result


def bin_weights(prior: npt.NDArray[Any], rebalance: float = REBALANCE) -> Float:
    """Give the weight of a pixel whose nearest bin is q: ((1 - λ) p + λ / Q)^-1, of mean 1.

    Args:
        prior: (Q,), share of each bin, sums to 1.
        rebalance: λ in [0, 1]; 1 weights all alike, 0 by the inverse share alone.

    Returns:
        (Q,), float64, positive; its mean under the prior is 1.

    Raises:
        ValueError: λ is not in [0, 1].
    """
    if not 0 <= rebalance <= 1:
        raise ValueError(f"rebalance {rebalance!r} is not allowed; choose one in [0, 1]")
    prior = np.asarray(prior, np.float64)
    weights = 1.0 / ((1 - rebalance) * prior + rebalance / len(prior))
    result: Float = weights / (prior @ weights)
    return result


def save_prior(prior: Float, path: Path, **provenance: Any) -> None:
    """Write the prior as JSON, with what it was counted from."""
    document = {"prior": _rounded(prior), **provenance}
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def as_saved(prior: Float) -> Float:
    """Give a prior as ``load_prior`` will read it, to the last bit: a file has nine digits."""
    rounded = np.array(_rounded(prior))
    result: Float = rounded / rounded.sum()
    return result


def load_prior(path: Path, *, may_be_odd: bool = False) -> Float:
    """Read a prior.

    Args:
        path: written by ``save_prior``.
        may_be_odd: take one whose most frequent bin is not grey: a run's own.

    Returns:
        (Q,), float64, sums to 1.

    Raises:
        RunError: no prior there, one of another length, or one whose most frequent bin is not grey.
    """
    try:
        prior = np.array(json.loads(path.read_text(encoding="utf-8"))["prior"], np.float64)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path}: no prior there: {error}") from None
    if prior.shape != (n_bins(),) or not (prior > 0).all():
        raise RunError(f"{path}: a prior has {n_bins()} positive shares, found {prior.shape}")
    if not may_be_odd:
        check_grey_is_mode(prior, str(path))
    result: Float = prior / prior.sum()
    return result


def check_grey_is_mode(prior: Float, where: str) -> None:
    """Refuse a prior that was not counted from photographs: their most frequent colour is grey.

    Raises:
        RunError: another bin than (0, 0) and its eight neighbours has the largest share.
    """
    centre = bin_mask().shape[0] // 2
    near_grey = bin_numbers()[centre - 1 : centre + 2, centre - 1 : centre + 2]
    if int(prior.argmax()) not in near_grey:
        raise RunError(f"{where}: grey is not the most frequent colour; photographs have it so")


def _rounded(prior: Float) -> list[float]:
    return [float(f"{share:.9g}") for share in prior]
