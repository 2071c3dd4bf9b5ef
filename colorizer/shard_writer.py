"""Writes packed photographs as they come: never more than one of them in memory.

Place on the data's path: ``preparing.py`` adds photographs, ``shards.py`` reads what was written. A
shard is an ordinary ``.npy`` file; its header, of fixed length, is written once the number of
photographs is known. How many photographs there are tells all that is needed to go on.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np

from colorizer.shards import INDEX_NAME, ShardIndex, Split, UInt8, digest_of

PHOTOS_PER_SHARD = 4096
SPLITS: tuple[Split, ...] = ("training", "validation")


class ShardWriter:
    """Packs photographs of one size into shards; a context manager.

    Args:
        folder: an existing folder; empty, or of an earlier writer that was cut off.
        size_px: width and height of every photograph.
        photos_per_shard: at most this many in one file; None takes PHOTOS_PER_SHARD.
        n_photos: photographs per split that an earlier writer wrote for certain; what it wrote
            beyond them is cut off.
    """

    def __init__(
        self,
        folder: Path,
        size_px: int,
        photos_per_shard: int | None = None,
        n_photos: Mapping[Split, int] | None = None,
    ):
        self.folder = folder
        self.size_px = size_px
        self.photos_per_shard = photos_per_shard or PHOTOS_PER_SHARD
        self.n_photos: dict[Split, int] = {split: 0 for split in SPLITS} | dict(n_photos or {})
        self._open: dict[Split, IO[bytes]] = {}
        self._digests: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Start writing."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Finish the shards, unless something went wrong."""
        try:
            if kind is None:
                self._finish_all()
        finally:
            self.close()

    def add(self, split: Split, rgb: UInt8) -> None:
        """Add one photograph: (size, size, 3), uint8 sRGB."""
        if rgb.shape != (self.size_px, self.size_px, 3) or rgb.dtype != np.uint8:
            raise ValueError(f"expected {self.size_px} px square uint8 RGB, got {rgb.shape}")
        if split not in self._open:
            self._open[split] = self._go_on(split)
        self._open[split].write(np.ascontiguousarray(rgb).data)
        self.n_photos[split] += 1
        if self.n_photos[split] % self.photos_per_shard == 0:
            self._finish(split)

    def sync(self) -> None:
        """Put what was added on the disk."""
        for file in self._open.values():
            file.flush()
            os.fsync(file.fileno())

    def close(self) -> None:
        """Close the files as they are: another writer can go on."""
        while self._open:
            with suppress(OSError):  # what is not written is not certain either
                self._open.popitem()[1].close()

    def save_index(self, **provenance: Any) -> ShardIndex:
        """Write the index last, so that a folder without one is unfinished."""
        self._finish_all()
        files: dict[str, list[str]] = {split: self._names(split) for split in SPLITS}
        for name in (name for names in files.values() for name in names):
            if name not in self._digests:  # finished by the writer before
                self._digests[name] = digest_of(self.folder / name)
        counts: dict[str, int] = {split: self.n_photos[split] for split in SPLITS}
        index = ShardIndex(self.size_px, counts, files, self._digests, provenance)
        text = json.dumps(asdict(index), indent=1, sort_keys=True) + "\n"
        (self.folder / INDEX_NAME).write_text(text, encoding="utf-8")
        return index

    def _names(self, split: Split) -> list[str]:
        n_files = -(-self.n_photos[split] // self.photos_per_shard)
        return [f"{split}-{number:04d}.npy" for number in range(n_files)]

    def _go_on(self, split: Split) -> IO[bytes]:
        """Open the shard that the next photograph goes to, cut to what is certain."""
        number, n_inside = divmod(self.n_photos[split], self.photos_per_shard)
        path = self.folder / f"{split}-{number:04d}.npy"
        file = path.open("r+b" if n_inside else "wb")
        self._write_header(file, n_inside)
        file.seek(n_inside * self.size_px**2 * 3, os.SEEK_CUR)
        file.truncate()
        return file

    def _finish_all(self) -> None:
        for split in SPLITS:
            n_inside = self.n_photos[split] % self.photos_per_shard
            if n_inside and self._names(split)[-1] not in self._digests:
                if split not in self._open:
                    self._open[split] = self._go_on(split)
                self._finish(split)

    def _finish(self, split: Split) -> None:
        """Write the header of the open shard, close it and take its digest."""
        with self._open.pop(split) as file:
            file.seek(0)
            n_last = self.n_photos[split] % self.photos_per_shard
            self._write_header(file, n_last or self.photos_per_shard)
        path = self.folder / self._names(split)[-1]
        self._digests[path.name] = digest_of(path)

    def _write_header(self, file: IO[bytes], n_photos: int) -> None:
        # NumPy leaves room in the header for the number of rows to grow: its length is fixed
        shape = (n_photos, self.size_px, self.size_px, 3)
        header = {"descr": "|u1", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
