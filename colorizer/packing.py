"""Packs examined photographs into shards, with a row of ``report.csv`` for every input.

Compares them with one another, splits them, and writes down from time to time how far all is on the
disk: after a kill the next run cuts off what came later, and goes on from there.
"""

import csv
import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import numpy as np

from colorizer.errors import ShardError
from colorizer.examining import Examined
from colorizer.fingerprints import FINGERPRINTS_NAME, save_fingerprints
from colorizer.near_duplicates import NearDuplicates
from colorizer.photo_sources import PhotoSource
from colorizer.photos import PHOTO_ID_LENGTH, SplitFractions, split_by_id
from colorizer.results import versions
from colorizer.resumable_folder import Unfinished
from colorizer.shard_writer import ShardWriter
from colorizer.shards import ShardIndex

REPORT_NAME = "report.csv"
REPORT_COLUMNS = ("input", "outcome", "reason", "photo_id", "category", "licence")
REFUSED = "refused"
HASHES_NAME = "hashes.bin"
HASH_BYTES = 16
INPUTS_PER_SAVE = 256
LEAST_PHOTOS = 2  # one photograph is nothing to learn colours from
REASONS_LENGTH = 500
FRACTIONS = SplitFractions()


@dataclass(frozen=True)
class Settings:
    """What decides which shards come out.

    Attributes:
        size_px: width and height of the packed squares.
        excluded_wnids: WordNet ids whose photographs are left out.
        fractions: shares of the validation and study splits.
    """

    size_px: int = 192
    excluded_wnids: frozenset[str] = frozenset()
    fractions: SplitFractions = FRACTIONS


class Packing:
    """Shards that are being made; a context manager.

    Args:
        unfinished: the folders; with the beginning of the same shards, or empty.
        settings: what decides which shards come out.
    """

    def __init__(self, unfinished: Unfinished, settings: Settings):
        self.unfinished = unfinished
        self.settings = settings
        self.n_inputs = 0
        self._report_path = unfinished.result / REPORT_NAME
        self._hashes_path = unfinished.state / HASHES_NAME
        self._seen: dict[int, int] = {}  # id of a photograph: where its row starts

    def __enter__(self) -> Self:
        """Open the files, cut to what is certain."""
        reached = self.unfinished.load_reached() or {"inputs": 0, "photos": {}, "bytes": [0, 0]}
        self.n_inputs = reached["inputs"]
        folder, size_px = self.unfinished.result, self.settings.size_px
        self._writer = ShardWriter(folder, size_px, n_photos=reached["photos"])
        self._report, self._hashes = (
            _open_cut(path, n_bytes)
            for path, n_bytes in zip(self._paths(), reached["bytes"], strict=True)
        )
        if not self._report.tell():
            self._report.write(_as_line(REPORT_COLUMNS))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the files as they are."""
        self._writer.close()
        for file in (self._report, self._hashes):
            with suppress(OSError):  # a full disk was told of already
                file.close()

    def skip_done(self, sources: Iterator[PhotoSource]) -> Iterator[PhotoSource]:
        """Give the inputs that are still to be done, and remember the others' ids.

        Raises:
            ShardError: the inputs are not those that the beginning was made of.
        """
        for start, row in self._rows():
            source = next(sources, None)
            if source is None or row["input"] != source.origin:
                found = source.origin if source else "nothing"
                raise ShardError(
                    f"{row['input']}: was an input when this run was cut off, now {found} stands"
                    " there; the run starts anew when it is called again"
                )
            if row["outcome"] != REFUSED:
                self._seen[int(row["photo_id"], 16)] = start
        yield from sources

    def add(self, source: PhotoSource, result: Examined, kept_out: NearDuplicates) -> None:
        """Pack one input if it is usable and not there yet; write its row."""
        reason = result.reason or self._repeats(result, kept_out)
        split = split_by_id(result.photo_id, self.settings.fractions) if not reason else None
        if split is not None:
            self._seen[int(result.photo_id, 16)] = self._report.tell()
        if split == "training" or split == "validation":
            assert result.square is not None
            assert result.mark is not None
            self._writer.add(split, result.square)
            self._hashes.write(np.array(result.mark.square, "<u8").tobytes())
        self._report.write(
            _as_line(
                (
                    *(source.origin, split or REFUSED, reason, result.photo_id),
                    *(source.category or "", source.licence or ""),
                )
            )
        )
        self.n_inputs += 1
        if self.n_inputs % INPUTS_PER_SAVE == 0:
            self._save_reached()

    def finish(self) -> ShardIndex:
        """Write the fingerprints and the index.

        Raises:
            ShardError: too few photographs are usable.
        """
        self._flush()
        n_usable = sum(self._writer.n_photos.values())
        if self._writer.n_photos["training"] == 0 or n_usable < LEAST_PHOTOS:
            raise ShardError(self._too_few(n_usable))
        hashes = np.fromfile(self._hashes_path, "<u8").reshape(-1, 2)
        return self._writer.save_index(
            excluded_wnids=sorted(self.settings.excluded_wnids),
            fractions=asdict(self.settings.fractions),
            versions=versions(),
            photos_digest=_digest_of(self._seen),
            fingerprints_sha256=save_fingerprints(
                np.unique(hashes.astype(np.uint64), axis=0),
                self.unfinished.result / FINGERPRINTS_NAME,
            ),
        )

    def _paths(self) -> tuple[Path, Path]:
        return self._report_path, self._hashes_path

    def _repeats(self, result: Examined, kept_out: NearDuplicates) -> str:
        """Give the reason why a usable photograph is refused all the same, or nothing."""
        start = self._seen.get(int(result.photo_id, 16))
        if start is not None:
            self._report.flush()
            return f"same pixels as {next(self._rows(start))[1]['input']}"
        assert result.mark is not None
        if original := kept_out.find(result.mark):
            return f"kept out of training: the same as, or nearly, {original}"
        return ""

    def _rows(self, start: int = 0) -> Iterator[tuple[int, dict[str, str]]]:
        """Give the rows of the report, each with the place where it starts."""
        with self._report_path.open("rb") as file:
            file.seek(start)
            lines = (line.decode("utf-8") for line in iter(file.readline, b""))
            if not start:
                next(lines, None)
            while True:
                place = file.tell()
                cells = next(csv.reader(lines), None)
                if cells is None:
                    return
                yield place, dict(zip(REPORT_COLUMNS, cells, strict=True))

    def _save_reached(self) -> None:
        self._flush()
        n_bytes = [path.stat().st_size for path in self._paths()]
        self.unfinished.save_reached(
            {"inputs": self.n_inputs, "photos": self._writer.n_photos, "bytes": n_bytes}
        )

    def _flush(self) -> None:
        """Put all that was written on the disk."""
        self._writer.sync()
        for file in (self._report, self._hashes):
            file.flush()
            os.fsync(file.fileno())

    def _too_few(self, n_usable: int) -> str:
        refused = (row for _, row in self._rows() if row["outcome"] == REFUSED)
        reasons = "; ".join(f"{row['input']}: {row['reason']}" for row in islice(refused, 20))
        found = f"usable photographs: {n_usable} of {self.n_inputs}"
        allowed = f"at least {LEAST_PHOTOS} are needed, one of them outside validation"
        return f"{found}; {allowed}{': ' * bool(reasons)}{reasons[:REASONS_LENGTH]}"


def _open_cut(path: Path, n_bytes: int) -> IO[bytes]:
    """Open a file to write on after its first ``n_bytes``."""
    file = path.open("r+b" if n_bytes else "wb")
    file.truncate(n_bytes)
    file.seek(n_bytes)
    return file


def _as_line(cells: Iterable[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue().encode("utf-8")


def _digest_of(seen: Iterable[int]) -> str:
    identifiers = "\n".join(f"{identifier:0{PHOTO_ID_LENGTH}x}" for identifier in sorted(seen))
    return hashlib.sha256(identifiers.encode()).hexdigest()
