"""The ab bins: which cells of the ab plane a network can name, and colours to bins and back.

The bins are computed from the sRGB gamut, not read from a file: lattice points inside the convex
hull of the gamut's ab projection, dilated by one cell (Zhang, Isola & Efros 2016, section 2.2; the
order and values are those of the ``pts_in_hull`` array of the original release).
"""

import itertools
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.ndimage
import scipy.spatial

from colorizer.lab import rgb_to_lab
from colorizer.lattice_neighbours import (
    N_NEAREST,
    N_PATTERNS,
    is_choice_open,
    is_order_open,
    neighbours_of_patterns,
    place,
)

Array = npt.NDArray[Any]
Float = npt.NDArray[np.float64]

BIN_STEP = 10  # side of a bin in ab units, as in the paper
AB_LIMIT = 110  # the lattice reaches from -110 to 110
N_NEIGHBOURS = 5  # of the soft encoding (the paper's; its released code takes 10)
SIGMA = 5.0  # of the soft encoding's Gaussian, in ab units
TEMPERATURE = 0.38  # of the annealed mean

LATTICE: npt.NDArray[np.int64] = np.arange(-AB_LIMIT, AB_LIMIT + 1, BIN_STEP)
GAMUT_SAMPLES_PER_EDGE = 17
HULL_TOLERANCE = 1e-9
FAR = 1e9  # squared distance of a candidate that is none
BLOCK_PX = 8192  # encoded at a time, so that all of it stays in the processor's cache


@cache
def _centres() -> Float:
    centres: Float = np.argwhere(bin_mask()).astype(np.float64) * BIN_STEP - AB_LIMIT
    centres.flags.writeable = False
    return centres


def bin_centres() -> Float:
    """Give the a* and b* of every bin.

    Returns:
        (Q, 2) with Q = 313, float64, CIE units, ordered by a* and then by b*.
    """
    return _centres().copy()


@cache
def bin_mask() -> npt.NDArray[np.bool_]:
    """Tell which cells of the 23 × 23 lattice are bins; first axis a*, second b*."""
    hull = scipy.spatial.ConvexHull(_gamut_surface_ab())
    a, b = np.meshgrid(LATTICE, LATTICE, indexing="ij")
    normals, offsets = hull.equations[:, :2], hull.equations[:, 2]
    signed = np.stack([a, b], axis=-1) @ normals.T + offsets
    inside = np.asarray((signed <= HULL_TOLERANCE).all(axis=-1))
    all_directions = np.ones((3, 3), np.bool_)
    mask: npt.NDArray[np.bool_] = scipy.ndimage.binary_dilation(inside, all_directions)
    mask.flags.writeable = False
    return mask


def n_bins() -> int:
    """Give Q, the number of bins: 313 at a step of 10."""
    return len(_centres())


def bin_numbers() -> npt.NDArray[np.int64]:
    """Give the number of the bin in every cell of the lattice, -1 where there is none; (23, 23)."""
    numbers = np.full(bin_mask().shape, -1, np.int64)
    numbers[bin_mask()] = np.arange(n_bins())
    return numbers


def nearest_bin(ab: Array) -> npt.NDArray[np.int64]:
    """Give the number of the nearest bin of each colour, the lowest number on a tie.

    Args:
        ab: (..., 2), a* and b* in CIE units.

    Returns:
        (...), int64 in [0, Q).
    """
    return soft_encode(ab, n_neighbours=1)[0][..., 0].astype(np.int64)


def soft_encode(
    ab: Array, n_neighbours: int = N_NEIGHBOURS, sigma: float = SIGMA
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Spread each colour over its nearest bins (Zhang, Isola & Efros 2016, section 2.2).

    The weights are a Gaussian of the distance in the ab plane. Colours beyond ±110 are moved to
    the lattice's edge. On a tie the bin with the lower number is nearer.

    Args:
        ab: (..., 2), a* and b* in CIE units.
        n_neighbours: K, number of bins, 5 in the paper, 10 in its released code.
        sigma: of the Gaussian, in ab units.

    Returns:
        Bin numbers (..., K), int32 in [0, Q), nearest first, and their weights (..., K), float32,
        which sum to 1.
    """
    ab = np.asarray(ab)
    if n_neighbours != N_NEAREST:
        return _search(_moved_to_edge(ab), n_neighbours, sigma)
    indices, weights = _encode_five(ab.reshape(-1, 2), sigma)
    shape = (*ab.shape[:-1], n_neighbours)
    return indices.reshape(shape), weights.reshape(shape)


def _moved_to_edge(ab: Array) -> Float:
    moved: Float = np.clip(ab, -AB_LIMIT, AB_LIMIT, dtype=np.float64)
    return moved


def _encode_five(ab: Array, sigma: float) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Encode without a search where all neighbours are bins and no tie is to be decided."""
    indices = np.empty((len(ab), N_NEAREST), np.int32)
    weights = np.empty((len(ab), N_NEAREST), np.float32)
    is_left = np.empty(len(ab), np.bool_)
    for start in range(0, len(ab), BLOCK_PX):
        block = slice(start, start + BLOCK_PX)
        placed = place(_moved_to_edge(ab[block]), BIN_STEP, -AB_LIMIT, len(LATTICE), sigma, np)
        patterns = placed.cell * N_PATTERNS + placed.pattern
        np.take(_bins_of_patterns(), patterns, axis=0, out=indices[block], mode="clip")
        weights[block] = placed.weights
        is_left[block] = is_order_open(placed, np)
    left = np.flatnonzero(is_left | (indices[:, 0] < 0))
    indices[left], weights[left] = _search_once_each(_moved_to_edge(ab[left]), sigma)
    return indices, weights


def _search_once_each(ab: Float, sigma: float) -> tuple[Array, Array]:
    """Search the five for each colour there is: greys are many, and all alike."""
    as_one = np.ascontiguousarray(ab).view(np.complex128)[:, 0]
    colours, which = np.unique(as_one, return_inverse=True)
    indices, weights = _search(colours.view(np.float64).reshape(-1, 2), N_NEAREST, sigma)
    return indices[which], weights[which]


def _search(
    ab: Float, n_neighbours: int, sigma: float
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Encode any colours, with any number of neighbours, among the bins that may be nearest."""
    candidates = _candidates_of_cell(n_neighbours)[_cell_number(ab, np)]
    distance2 = _squared_distance(ab, candidates, np)
    order = np.argsort(distance2, axis=-1, kind="stable")[..., :n_neighbours]
    indices = np.take_along_axis(candidates, order, axis=-1)
    nearest2 = np.take_along_axis(distance2, order, axis=-1)
    weights = np.exp(-(nearest2 - nearest2[..., :1]) / (2 * sigma**2))
    weights /= weights.sum(axis=-1, keepdims=True)
    return indices.astype(np.int32), weights.astype(np.float32)


def soft_encode_in_graph(
    ab: Any, ops: ModuleType, n_neighbours: int = N_NEIGHBOURS, sigma: float = SIGMA
) -> tuple[Any, Any]:
    """Do what ``soft_encode`` does with ``keras.ops``, inside a compiled training step.

    Args:
        ab: (..., 2), float32 tensor, a* and b* in CIE units.
        ops: ``keras.ops``.
        n_neighbours: K, number of bins.
        sigma: of the Gaussian, in ab units.

    Returns:
        Bin numbers (..., K), int32, nearest first, and weights (..., K), float32, which sum to 1.
        The bins are those of ``soft_encode``; two that are as far may stand the other way round.
    """
    ab = ops.clip(ab, -AB_LIMIT, AB_LIMIT)
    if n_neighbours != N_NEAREST or not _shapes_may_vary():
        return _search_in_graph(ab, ops, n_neighbours, sigma)
    indices, weights = _encode_five_in_graph(ops.reshape(ab, (-1, 2)), ops, sigma)
    shape = (*ops.shape(ab)[:-1], n_neighbours)
    return ops.reshape(indices, shape), ops.reshape(weights, shape)


def _shapes_may_vary() -> bool:
    """Tell whether a compiled step may choose some of its colours: with JAX it may not."""
    import keras  # whoever has a graph has loaded it

    return bool(keras.config.backend() != "jax")


def _encode_five_in_graph(ab: Any, ops: ModuleType, sigma: float) -> tuple[Any, Any]:
    """Encode as ``_encode_five`` does, but leave the order open where it does not matter."""
    placed = place(ab, BIN_STEP, -AB_LIMIT, len(LATTICE), sigma, ops)
    table = ops.convert_to_tensor(_bins_of_patterns(), dtype="int32")
    indices = ops.take(table, placed.cell * N_PATTERNS + placed.pattern, axis=0)
    left = ops.nonzero(is_choice_open(placed, ops) | (indices[:, 0] < 0))[0]
    found, shares = _search_in_graph(ops.take(ab, left, axis=0), ops, N_NEAREST, sigma)
    places = ops.expand_dims(left, 1)
    return (
        ops.scatter_update(indices, places, found),
        ops.scatter_update(placed.weights, places, shares),
    )


def _search_in_graph(ab: Any, ops: ModuleType, n_neighbours: int, sigma: float) -> tuple[Any, Any]:
    """Do what ``_search`` does."""
    table = ops.convert_to_tensor(_candidates_of_cell(n_neighbours), dtype="int32")
    candidates = ops.take(table, _cell_number(ab, ops), axis=0)
    distance2 = _squared_distance(ab, candidates, ops)
    nearness, order = ops.top_k(-distance2, n_neighbours)
    indices = ops.take_along_axis(candidates, ops.cast(order, "int32"), axis=-1)
    weights = ops.softmax(nearness / (2 * sigma**2), axis=-1)
    return indices, weights


def decode_annealed_mean(
    probabilities: Array, temperature: float = TEMPERATURE
) -> npt.NDArray[np.float32]:
    """Turn predicted bin probabilities into one ab colour per pixel.

    Sharpens each distribution to p^(1/T), renormalises, takes the mean colour
    (Zhang, Isola & Efros 2016, section 2.3).

    Args:
        probabilities: (..., Q), non-negative, each sums to 1.
        temperature: T in (0, 1]; 1 is the plain mean, towards 0 the most likely bin.

    Returns:
        (..., 2), float32, a* and b* in CIE units, inside the hull of the centres.

    Raises:
        ValueError: the temperature is not in (0, 1], or the last axis is not Q long.
    """
    probabilities = np.asarray(probabilities)
    with np.errstate(divide="ignore"):
        return decode_logits(np.log(probabilities.astype(np.float64)), temperature)


def decode_logits(logits: Array, temperature: float = TEMPERATURE) -> npt.NDArray[np.float32]:
    """Do ``decode_annealed_mean`` from logits, without computing the probabilities first.

    Args:
        logits: (..., Q), logarithms of the probabilities up to a constant per pixel.
        temperature: T in (0, 1].

    Returns:
        (..., 2), float32, a* and b* in CIE units.

    Raises:
        ValueError: the temperature is not in (0, 1], or the last axis is not Q long.
    """
    if not 0 < temperature <= 1:
        raise ValueError(f"temperature {temperature!r} is not allowed; choose one in (0, 1]")
    if logits.shape[-1] != n_bins():
        raise ValueError(f"{logits.shape[-1]} bins on the last axis; expected {n_bins()}")
    sharpened = np.asarray(logits, np.float64)
    sharpened = (sharpened - sharpened.max(axis=-1, keepdims=True)) / temperature
    weights = np.exp(sharpened)
    weights /= weights.sum(axis=-1, keepdims=True)
    return np.asarray(weights @ _centres(), np.float32)


@cache
def _bins_of_patterns() -> npt.NDArray[np.int32]:
    """Give the five nearest bins by the cell of a colour and its pattern; (23 * 23 * 24, 5).

    -1 where one of the eight points around the cell's middle is no bin.
    """
    inside = scipy.ndimage.binary_erosion(bin_mask(), np.ones((3, 3), np.bool_)).ravel()
    cells = np.arange(bin_mask().size)[:, np.newaxis, np.newaxis]
    points = cells + neighbours_of_patterns(len(LATTICE))
    bins = np.take(bin_numbers().ravel(), points, mode="clip")
    return np.where(inside[cells], bins, -1).astype(np.int32).reshape(-1, N_NEAREST)


def _gamut_surface_ab() -> Float:
    """Give a* and b* of a grid on the six faces of the sRGB cube; (n, 2)."""
    edge = np.linspace(0, 255, GAMUT_SAMPLES_PER_EDGE)
    cube = np.array(list(itertools.product(edge, repeat=3)))
    surface = cube[((cube == 0) | (cube == 255)).any(axis=1)]
    ab: Float = rgb_to_lab(surface)[:, 1:]
    return ab


@cache
def _candidates_of_cell(n_neighbours: int) -> npt.NDArray[np.int32]:
    """List, for each cell of the lattice, every bin that can be among the K nearest of its colours.

    A colour lies at most half a cell's diagonal from the cell's centre, so a bin further from the
    centre than the K-th nearest plus one diagonal cannot be among its K nearest.

    Returns:
        (23 * 23, C), int32, ascending, filled up with -1.
    """
    cells = np.array(list(itertools.product(LATTICE, repeat=2)), np.float64)
    distance = np.linalg.norm(cells[:, np.newaxis] - _centres(), axis=-1)
    reach = np.sort(distance, axis=1)[:, n_neighbours - 1] + np.sqrt(2) * BIN_STEP + 1e-6
    rows = [np.flatnonzero(row <= limit) for row, limit in zip(distance, reach, strict=True)]
    table = np.full((len(rows), max(map(len, rows))), -1, np.int32)
    for number, row in enumerate(rows):
        table[number, : len(row)] = row
    return table


def _cell_number(ab: Any, xp: ModuleType) -> Any:
    cell = xp.round((ab + AB_LIMIT) / BIN_STEP)
    cell = cell.astype(np.int64) if xp is np else xp.cast(cell, "int32")
    return cell[..., 0] * len(LATTICE) + cell[..., 1]


def _squared_distance(ab: Any, candidates: Any, xp: ModuleType) -> Any:
    if xp is np:
        gap = ab[..., np.newaxis, :] - _centres()[candidates]
        return np.where(candidates < 0, FAR, (gap**2).sum(axis=-1))
    centres = xp.convert_to_tensor(_centres(), dtype="float32")
    gap = xp.expand_dims(ab, -2) - xp.take(centres, xp.maximum(candidates, 0), axis=0)
    distance2 = xp.sum(gap * gap, axis=-1)
    return xp.where(candidates < 0, xp.full_like(distance2, FAR), distance2)
