"""Turn photographs into shards, and shards into the prior over bins.

Place on the data's path: reads what ``photos.py`` finds, writes shards, the fingerprints of their
photographs, and ``report.csv``, one row per input with what became of it and why.
"""

import csv
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt

from colorizer.ab_bins import n_bins, nearest_bin
from colorizer.errors import ColorizerError, PhotoError, ShardError
from colorizer.fingerprints import FINGERPRINTS_NAME, as_fingerprints, save_fingerprints
from colorizer.greyness import check_colourful
from colorizer.lab import rgb_to_lab
from colorizer.near_duplicates import Fingerprint, NearDuplicates, PictureHash, fingerprint
from colorizer.photo_files import find_photos
from colorizer.photo_sources import PhotoSource
from colorizer.photos import SplitFractions, photo_id, read_photo, split_by_id, square_of_size
from colorizer.rebalancing import smooth_prior
from colorizer.results import check_apart, versions, whole_folder
from colorizer.shard_writer import ShardWriter
from colorizer.shards import INDEX_NAME, Photographs, ShardIndex, UInt8

REPORT_NAME = "report.csv"
REPORT_COLUMNS = ("input", "outcome", "reason", "photo_id", "category")
WORDNET_ID = re.compile(r"n\d{8}")
PIXEL_STRIDE = 4  # every fourth pixel is counted, as the network's output sees them
COUNT_BATCH = 16
FRACTIONS = SplitFractions()
QUEUED_PER_WORKER = 32

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Examined:
    """What became of one input before it is compared with the others.

    Attributes:
        reason: why it is refused; empty if it is not.
        photo_id: of the photograph; empty if refused.
        square: (S, S, 3), uint8, None if refused.
        mark: its perceptual hashes, None if refused.
    """

    reason: str
    photo_id: str = ""
    square: UInt8 | None = None
    mark: Fingerprint | None = None


def prepare(
    inputs: Iterable[Path],
    out: Path,
    size_px: int = 192,
    *,
    excluded_wnids: frozenset[str] = frozenset(),
    keep_out: Iterable[Path] = (),
    fractions: SplitFractions = FRACTIONS,
    n_workers: int = 1,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> ShardIndex:
    """Decode, choose, resize and pack photographs.

    Refused: what cannot be decoded, greyscale and tinted, short side under ``size_px`` / 2 or under
    the least allowed, excluded synsets, the same pixels twice, and whatever equals or nearly equals
    a photograph of ``keep_out`` (those of the study).

    Args:
        inputs: folders, tar files, text files of paths or photographs.
        out: the folder of shards to make.
        size_px: width and height of the packed squares.
        excluded_wnids: WordNet ids whose photographs are left out.
        keep_out: photographs that no training may see.
        fractions: shares of the validation and study splits.
        n_workers: processes that decode.
        overwrite: replace shards that are there.
        progress: called with the number of inputs done.

    Raises:
        ColorizerError: an input is missing, ``out`` is taken, or no photograph is left.
    """
    inputs, keep_out = list(inputs), list(keep_out)
    check_apart([*inputs, *keep_out], out)
    kept_out = _marks_of(keep_out)
    with whole_folder(out, INDEX_NAME, overwrite) as folder, ShardWriter(folder, size_px) as writer:
        with (folder / REPORT_NAME).open("w", newline="", encoding="utf-8") as file:
            report = csv.writer(file)
            report.writerow(REPORT_COLUMNS)
            seen: dict[str, str] = {}
            packed: list[PictureHash] = []
            examined = _examine_all(find_photos(inputs), size_px, excluded_wnids, n_workers)
            for number, (source, result) in enumerate(examined, start=1):
                reason = result.reason or _repeats(result, source, seen, kept_out)
                split = split_by_id(result.photo_id, fractions) if not reason else ""
                if split in ("training", "validation"):
                    assert result.square is not None
                    assert result.mark is not None
                    writer.add(split, result.square)
                    packed.append(result.mark.square)
                outcome = split or "refused"
                report.writerow(
                    (source.origin, outcome, reason, result.photo_id, source.category or "")
                )
                if progress:
                    progress(number)
        if writer.n_photos["training"] == 0:
            raise ShardError(f"no usable photograph: {_reasons(folder)}")
        return writer.save_index(
            excluded_wnids=sorted(excluded_wnids),
            fractions={"validation": fractions.validation, "study": fractions.study},
            versions=versions(),
            photos_digest=_digest_of(seen),
            fingerprints_sha256=save_fingerprints(
                as_fingerprints(packed), folder / FINGERPRINTS_NAME
            ),
        )


def load_wnids(path: Path) -> frozenset[str]:
    """Read WordNet ids to leave out: one per line, anything after it or after ``#`` is a remark.

    Raises:
        ColorizerError: the file is missing, or a line starts with something else.
    """
    if not path.is_file():
        raise ColorizerError(f"{path}: no such file")
    found = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        words = line.partition("#")[0].split()
        if words and not WORDNET_ID.fullmatch(words[0]):
            raise ColorizerError(f"{path}, line {number}: {words[0]!r} is no id like n02084071")
        found.update(words[:1])
    return frozenset(found)


def count_prior(photographs: Photographs, n_photos: int = 4000) -> npt.NDArray[np.float64]:
    """Count the nearest bins of the photographs' pixels and smooth the shares.

    Args:
        photographs: a split of shards.
        n_photos: at most this many, evenly spread over the split.

    Returns:
        (Q,), float64, positive, sums to 1.
    """
    counts = np.zeros(n_bins())
    chosen = np.linspace(0, len(photographs) - 1, min(n_photos, len(photographs))).astype(int)
    for start in range(0, len(chosen), COUNT_BATCH):
        batch = np.stack([photographs[number] for number in chosen[start : start + COUNT_BATCH]])
        lab = rgb_to_lab(batch[:, ::PIXEL_STRIDE, ::PIXEL_STRIDE])
        counts += np.bincount(nearest_bin(lab[..., 1:]).ravel(), minlength=n_bins())
    return smooth_prior(counts)


def examine(source: PhotoSource, size_px: int) -> Examined:
    """Read one input, decide whether it is a usable photograph, and reduce it to its square."""
    try:
        rgb = read_photo(source)
        short_px = min(rgb.shape[:2])
        if 2 * short_px < size_px:
            raise PhotoError(f"too small: short side {short_px} px, at least {-(-size_px // 2)}")
        check_colourful(rgb)
    except PhotoError as error:
        return Examined(str(error))
    return Examined("", photo_id(rgb), square_of_size(rgb, size_px), fingerprint(rgb))


def _examine_all(
    sources: Iterator[PhotoSource], size_px: int, excluded: frozenset[str], n_workers: int
) -> Iterator[tuple[PhotoSource, Examined]]:
    """Examine in order, with at most a few inputs per worker in memory."""
    if n_workers <= 1:
        for source in sources:
            yield source, _excluded(source, excluded) or examine(source, size_px)
        return
    # spawn: a forked copy of a process that has loaded TensorFlow can hang
    with ProcessPoolExecutor(n_workers, mp_context=get_context("spawn")) as pool:
        queue: list[tuple[PhotoSource, Future[Examined]]] = []
        for source in sources:
            refused = _excluded(source, excluded)
            future = _done(refused) if refused else pool.submit(examine, source, size_px)
            queue.append((source, future))
            if len(queue) >= QUEUED_PER_WORKER * n_workers:
                first, result = queue.pop(0)
                yield first, result.result()
        for waiting, future in queue:
            yield waiting, future.result()


def _excluded(source: PhotoSource, excluded: frozenset[str]) -> Examined | None:
    if source.category in excluded:
        return Examined(f"synset {source.category} is excluded")
    return None


def _done(result: Examined) -> Future[Examined]:
    future: Future[Examined] = Future()
    future.set_result(result)
    return future


def _repeats(
    result: Examined, source: PhotoSource, seen: dict[str, str], kept_out: NearDuplicates
) -> str:
    """Give the reason why a usable photograph is refused all the same, or nothing."""
    if result.photo_id in seen:
        return f"same pixels as {seen[result.photo_id]}"
    assert result.mark is not None
    if original := kept_out.find(result.mark):
        return f"kept out of training: the same as, or nearly, {original}"
    seen[result.photo_id] = source.origin
    return ""


def _marks_of(keep_out: Iterable[Path]) -> NearDuplicates:
    marks = NearDuplicates()
    for source in find_photos(keep_out):
        try:
            marks.add(source.origin, fingerprint(read_photo(source)))
        except PhotoError:
            continue  # nobody can be shown it, so nothing is to be kept out
    return marks


def _digest_of(seen: dict[str, str]) -> str:
    return hashlib.sha256("\n".join(sorted(seen)).encode()).hexdigest()


def _reasons(folder: Path) -> str:
    with (folder / REPORT_NAME).open(newline="", encoding="utf-8") as file:
        return "; ".join(f"{row['input']}: {row['reason']}" for row in csv.DictReader(file))[:500]
