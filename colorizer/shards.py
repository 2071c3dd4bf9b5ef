"""Packed photographs for training: uint8 RGB arrays in ``.npy`` files with an index.

Place on the data's path: ``preparing.py`` writes them, ``training.py`` reads them by memory map, so
any Keras backend can train on more photographs than fit in memory.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from colorizer.errors import ShardError

UInt8 = npt.NDArray[np.uint8]
Split = Literal["training", "validation"]

INDEX_NAME = "shards.json"
PHOTOS_PER_SHARD = 4096


@dataclass(frozen=True)
class ShardIndex:
    """What a folder of shards holds.

    Attributes:
        size_px: width and height of every photograph.
        n_photos: photographs per split.
        files: shard files per split, in order.
        provenance: settings, versions and input digests of the run that wrote them.
    """

    size_px: int
    n_photos: dict[str, int]
    files: dict[str, list[str]]
    provenance: dict[str, Any] = field(default_factory=dict)


class ShardWriter:
    """Packs photographs of one size into shards; a context manager.

    Args:
        folder: an existing, empty folder.
        size_px: width and height of every photograph.
        photos_per_shard: at most this many in one file.
    """

    def __init__(self, folder: Path, size_px: int, photos_per_shard: int = PHOTOS_PER_SHARD):
        self.folder = folder
        self.size_px = size_px
        self.photos_per_shard = photos_per_shard
        self.n_photos: dict[str, int] = {"training": 0, "validation": 0}
        self._files: dict[str, list[str]] = {"training": [], "validation": []}
        self._buffers: dict[str, list[UInt8]] = {"training": [], "validation": []}

    def __enter__(self) -> Self:
        """Start writing."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Write what is left in memory, unless something went wrong."""
        if kind is None:
            self.flush()

    def add(self, split: Split, rgb: UInt8) -> None:
        """Add one photograph: (size, size, 3), uint8 sRGB."""
        if rgb.shape != (self.size_px, self.size_px, 3) or rgb.dtype != np.uint8:
            raise ValueError(f"expected {self.size_px} px square uint8 RGB, got {rgb.shape}")
        self._buffers[split].append(rgb)
        self.n_photos[split] += 1
        if len(self._buffers[split]) == self.photos_per_shard:
            self._flush(split)

    def flush(self) -> None:
        """Write what is still in memory."""
        for split in self._buffers:
            self._flush(split)

    def save_index(self, **provenance: Any) -> ShardIndex:
        """Write the index last, so that a folder without one is unfinished."""
        self.flush()
        index = ShardIndex(self.size_px, dict(self.n_photos), dict(self._files), provenance)
        text = json.dumps(asdict(index), indent=1, sort_keys=True) + "\n"
        (self.folder / INDEX_NAME).write_text(text, encoding="utf-8")
        return index

    def _flush(self, split: str) -> None:
        if self._buffers[split]:
            name = f"{split}-{len(self._files[split]):04d}.npy"
            np.save(self.folder / name, np.stack(self._buffers[split]))
            self._files[split].append(name)
            self._buffers[split] = []


class Photographs:
    """The photographs of one split, read by memory map.

    Args:
        folder: made by ``ShardWriter``.
        split: ``training`` or ``validation``.

    Raises:
        ShardError: no index there, a file missing or of another shape.
    """

    def __init__(self, folder: Path, split: Split):
        self.index = load_index(folder)
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


def _map_shard(path: Path) -> UInt8:
    try:
        array: UInt8 = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise ShardError(f"{path}: the shard cannot be read: {error}") from None
    if array.ndim != 4 or array.shape[-1] != 3 or array.dtype != np.uint8:
        raise ShardError(f"{path}: expected uint8 (N, S, S, 3), found {array.dtype} {array.shape}")
    return array
