"""Packed photographs for training: uint8 RGB arrays in ``.npy`` files with an index.

Place on the data's path: ``preparing.py`` writes them with ``shard_writer.py``, ``training.py``
reads them by memory map, so any Keras backend can train on more photographs than fit in memory.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from colorizer.errors import ShardError

UInt8 = npt.NDArray[np.uint8]
Split = Literal["training", "validation"]

INDEX_NAME = "shards.json"


@dataclass(frozen=True)
class ShardIndex:
    """What a folder of shards holds.

    Attributes:
        size_px: width and height of every photograph.
        n_photos: photographs per split.
        files: shard files per split, in order.
        sha256: 64 hex digits per shard file; empty in shards of before digests were kept.
        provenance: settings, versions and input digests of the run that wrote them.
    """

    size_px: int
    n_photos: dict[str, int]
    files: dict[str, list[str]]
    sha256: dict[str, str] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)


class Photographs:
    """The photographs of one split, read by memory map.

    Args:
        folder: made by ``ShardWriter``.
        split: ``training`` or ``validation``.
        check_digests: read every file once, on all cores, to see that no byte has changed.

    Raises:
        ShardError: no index there, a file missing, changed or of another shape.
    """

    def __init__(self, folder: Path, split: Split, *, check_digests: bool = True):
        self.index = load_index(folder)
        if check_digests:
            _check_digests(folder, self.index, split)
        self._arrays = [_map_shard(folder / name) for name in self.index.files[split]]
        self._starts = np.cumsum([0, *(len(array) for array in self._arrays)])
        if len(self) != self.index.n_photos[split]:
            raise ShardError(
                f"{folder}: {len(self)} photographs in the {split} shards, the index says"
                f" {self.index.n_photos[split]}; make them again with colorizer prepare"
            )

    def __len__(self) -> int:
        """Give the number of photographs."""
        return int(self._starts[-1])

    def __getitem__(self, number: int) -> UInt8:
        """Give one photograph: (S, S, 3), uint8 sRGB."""
        if not 0 <= number < len(self):
            raise IndexError(number)
        shard = int(np.searchsorted(self._starts, number, side="right")) - 1
        photo: UInt8 = self._arrays[shard][number - self._starts[shard]]
        return photo

    def batches(self, size: int) -> Iterator[UInt8]:
        """Go through all photographs in order, ``size`` at a time: (N, S, S, 3)."""
        for start in range(0, len(self), size):
            stop = min(start + size, len(self))
            yield np.stack([self[number] for number in range(start, stop)])


def load_index(folder: Path) -> ShardIndex:
    """Read what a folder of shards holds.

    Raises:
        ShardError: the folder holds no index, or a damaged one.
    """
    path = folder / INDEX_NAME
    if not path.is_file():
        raise ShardError(f"{folder}: no {INDEX_NAME} there; shards are made by colorizer prepare")
    try:
        return ShardIndex(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise ShardError(f"{path}: not an index of shards: {error}") from None


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file of any size, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_digests(folder: Path, index: ShardIndex, split: Split) -> None:
    paths = [folder / name for name in index.files[split] if name in index.sha256]
    try:
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # hashing lets other threads run
            for path, digest in zip(paths, pool.map(digest_of, paths), strict=True):
                if digest != (written := index.sha256[path.name]):
                    raise ShardError(
                        f"{path}: the shard has changed since it was written: its SHA-256 is"
                        f" {digest}, not {written}; make it again with colorizer prepare"
                    )
    except OSError as error:
        raise ShardError(f"{error.filename}: the shard cannot be read: {error}") from None


def _map_shard(path: Path) -> UInt8:
    try:
        array: UInt8 = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise ShardError(f"{path}: the shard cannot be read: {error}") from None
    if array.ndim != 4 or array.shape[-1] != 3 or array.dtype != np.uint8:
        raise ShardError(f"{path}: expected uint8 (N, S, S, 3), found {array.dtype} {array.shape}")
    return array
