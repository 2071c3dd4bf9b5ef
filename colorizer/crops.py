"""Batches of random crops and mirrors, fixed by seed and step: a resumed run goes on alike."""

import itertools
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from colorizer.errors import ShardError
from colorizer.shards import Photographs, UInt8

ALL = slice(None)


class Place(NamedTuple):
    """Where a crop is cut, in pixels of the photograph, and whether it is mirrored."""

    side_px: int
    top: int
    left: int
    is_mirrored: bool


def random_crops(
    photographs: Photographs,
    crop_px: int,
    batch_size: int,
    seed: int,
    first_step: int = 0,
    *,
    zoom: float = 1.0,
    part: slice = ALL,
) -> Iterator[UInt8]:
    """Give batches without end: every photograph once per pass, each pass in another order.

    Args:
        photographs: the training split.
        crop_px: side of the crops.
        batch_size: crops per batch.
        seed: fixes orders, places, sizes and mirrors.
        first_step: number of the first batch given; a batch depends on seed and number only.
        zoom: at least 1; a crop is cut with a side of crop_px to zoom * crop_px, log-uniform, and
            shrunk to crop_px.
        part: of each batch, given and read; what the other workers read is left alone.

    Yields:
        (batch_size, crop_px, crop_px, 3), uint8 sRGB; fewer than batch_size of a part.

    Raises:
        ShardError: the photographs are smaller than the crops, or there are none.
    """
    check_crop_fits(photographs, crop_px, zoom)
    step = first_step
    while True:
        positions = range(step * batch_size, (step + 1) * batch_size)
        rng = np.random.default_rng([seed, 1, step])
        places = [_draw_place(photographs.index.size_px, crop_px, zoom, rng) for _ in positions]
        yield np.stack(
            [
                _crop(photographs[_photo_at(position, photographs, seed)], crop_px, place)
                for position, place in list(zip(positions, places, strict=True))[part]
            ]
        )
        step += 1


def lightness_exponents(
    batch_size: int, jitter: float, seed: int, first_step: int = 0, part: slice = ALL
) -> Iterator[npt.NDArray[np.float32]]:
    """Give, for each batch, the exponents g of 100 (L* / 100)^g that the network is shown.

    Args:
        batch_size: crops per batch.
        jitter: log g is uniform in [-jitter, jitter].
        seed: fixes the draws.
        first_step: number of the first batch given; a batch depends on seed and number only.
        part: of each batch, given.

    Yields:
        (batch_size,), float32, all 1 without jitter.
    """
    for step in itertools.count(first_step):
        rng = np.random.default_rng([seed, 2, step])
        yield np.exp(rng.uniform(-jitter, jitter, batch_size)).astype(np.float32)[part]


def check_crop_fits(photographs: Photographs, crop_px: int, zoom: float = 1.0) -> None:
    """Refuse shards from which no crop can be taken.

    Raises:
        ShardError: the photographs are smaller than the crops, or there are none.
    """
    size_px = photographs.index.size_px
    if len(photographs) == 0:
        raise ShardError("the shards hold no photographs to train on")
    largest_px = int(crop_px * zoom)
    if size_px < largest_px:
        raise ShardError(f"crops of {largest_px} px do not fit into shards of {size_px} px")


def centre_crop(rgb: UInt8, crop_px: int) -> UInt8:
    """Cut the middle out of photographs (..., H, W, 3): (..., crop_px, crop_px, 3)."""
    top = (rgb.shape[-3] - crop_px) // 2
    left = (rgb.shape[-2] - crop_px) // 2
    return rgb[..., top : top + crop_px, left : left + crop_px, :]


def _photo_at(position: int, photographs: Photographs, seed: int) -> int:
    n_pass, place = divmod(position, len(photographs))
    return int(_order_of_pass(len(photographs), seed, n_pass)[place])


@lru_cache(maxsize=2)
def _order_of_pass(n_photos: int, seed: int, n_pass: int) -> npt.NDArray[np.int64]:
    return np.random.default_rng([seed, 0, n_pass]).permutation(n_photos)


def _draw_place(size_px: int, crop_px: int, zoom: float, rng: np.random.Generator) -> Place:
    side_px = crop_px if zoom == 1 else int(crop_px * np.exp(rng.uniform(0, np.log(zoom))))
    top, left = rng.integers(0, size_px - side_px + 1, size=2)
    return Place(side_px, int(top), int(left), bool(rng.integers(2)))


def _crop(photo: UInt8, crop_px: int, place: Place) -> UInt8:
    rows = slice(place.top, place.top + place.side_px)
    crop = photo[rows, place.left : place.left + place.side_px]
    if place.side_px != crop_px:
        shrunk = Image.fromarray(crop).resize((crop_px, crop_px), Image.Resampling.BOX)
        crop = np.asarray(shrunk)
    return crop[:, ::-1] if place.is_mirrored else crop
