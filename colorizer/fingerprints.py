"""Fingerprints of the photographs a network was trained on, in a small file beside it.

Place on the data's path: ``preparing.py`` writes the file into the shards, training copies it into
the run directory, ``seen_photos.py`` looks it up beside the weights. It is a ``.npy`` of (N, 2)
uint64, sorted, each row once: of every training and validation photograph the hash of
``near_duplicates.py`` for its middle square, 16 bytes. No picture can be made of them again.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from colorizer.errors import PhotoError, RunError
from colorizer.near_duplicates import PictureHash, UInt64, fingerprint
from colorizer.photo_files import find_photos
from colorizer.photos import read_photo
from colorizer.results import check_absent, save_json, versions
from colorizer.shards import INDEX_NAME, Photographs

FINGERPRINTS_NAME = "fingerprints.npy"  # in shards and run directories
FINGERPRINTS_SUFFIX = ".fingerprints.npy"  # beside any other network: default.fingerprints.npy
PROVENANCE_SUFFIX = ".provenance.json"
RUN_CONFIG_NAME = "config.json"  # as in run_directory.py, which loads Keras


@dataclass(frozen=True)
class Collected:
    """What ``collect_fingerprints`` found.

    Attributes:
        fingerprints: (N, 2), uint64, sorted, each once.
        n_photos: photographs they are of; equal squares have one fingerprint.
        refused: a line for each file that is no usable photograph.
    """

    fingerprints: UInt64
    n_photos: int
    refused: tuple[str, ...]


def as_fingerprints(hashes: Sequence[PictureHash]) -> UInt64:
    """Give hashes the form of the file: (N, 2), uint64, sorted, each once."""
    return np.unique(np.array(hashes, np.uint64).reshape(-1, 2), axis=0)


def save_fingerprints(fingerprints: UInt64, path: Path) -> str:
    """Write a file of fingerprints (temporary name, then rename) and give its SHA-256."""
    temporary = path.with_name(f"{path.name}.part")
    with temporary.open("wb") as file:
        np.save(file, fingerprints)
    temporary.replace(path)
    return file_sha256(path)


def load_fingerprints(path: Path) -> UInt64:
    """Read a file of fingerprints.

    Returns:
        (N, 2), uint64.

    Raises:
        RunError: the file cannot be read, or holds something else.
    """
    try:
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise RunError(f"{path}: the fingerprints cannot be read: {error}") from None
    if not isinstance(found, np.ndarray) or found.shape[1:] != (2,) or found.dtype != np.uint64:
        kind = f"{found.dtype} {found.shape}" if isinstance(found, np.ndarray) else "an archive"
        raise RunError(f"{path}: expected fingerprints, uint64 (N, 2), found {kind}")
    return found


def file_sha256(path: Path) -> str:
    """Give the SHA-256 of a file, 64 hex digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def find_fingerprints(network: Path) -> Path | None:
    """Give the file of fingerprints that belongs to a network, None where there is none.

    Args:
        network: a ``.keras`` file or an exported one. ``NAME.fingerprints.npy`` beside it is looked
            for first (of ``mine.onnx`` also ``mine.onnx.fingerprints.npy``), then, in a run
            directory, ``fingerprints.npy``.
    """
    appended = network.with_name(f"{network.name}{FINGERPRINTS_SUFFIX}")
    for beside in (appended, network.with_suffix(FINGERPRINTS_SUFFIX)):
        if beside.is_file():
            return beside
    of_run = network.with_name(FINGERPRINTS_NAME)
    in_run = network.with_name(RUN_CONFIG_NAME).is_file()
    return of_run if in_run and of_run.is_file() else None


def copy_fingerprints(shards: Path, run: Path, started_from: Path | None = None) -> None:
    """Give a run directory the fingerprints of all that its network sees.

    Where it starts from another network, that one's are added. Where the shards or that network
    carry none, the run gets none: half of what was seen would pass for all of it.

    Args:
        shards: made by ``colorizer prepare``.
        run: an existing run directory.
        started_from: the ``.keras`` file the training starts from; to go on with a training, its
            own last network.

    Raises:
        RunError: a file of fingerprints is damaged.
    """
    sources: list[Path | None] = [shards / FINGERPRINTS_NAME]
    if started_from is not None:
        sources.append(find_fingerprints(started_from))
    found = [path for path in sources if path is not None and path.is_file()]
    if len(found) < len(sources):
        (run / FINGERPRINTS_NAME).unlink(missing_ok=True)
        return
    seen = np.unique(np.concatenate([load_fingerprints(path) for path in found]), axis=0)
    save_fingerprints(seen, run / FINGERPRINTS_NAME)


def collect_fingerprints(
    inputs: Iterable[Path], progress: Callable[[int], None] | None = None
) -> Collected:
    """Take the fingerprints of photographs, or of shards that were made without.

    Args:
        inputs: folders of shards; folders, tar files, text files of paths or photographs.
        progress: called with the number of photographs done.

    Raises:
        ColorizerError: an input is missing or damaged, or no photograph is usable.
    """
    hashes: list[PictureHash] = []
    refused: list[str] = []
    for path in inputs:
        hashes_of = _of_shards if (path / INDEX_NAME).is_file() else _of_photos
        for found in hashes_of(path):
            if isinstance(found, PictureHash):
                hashes.append(found)
            else:
                refused.append(found)
            if progress:
                progress(len(hashes) + len(refused))
    if not hashes:
        raise PhotoError(f"no usable photograph; the first is {refused[0]}")
    return Collected(as_fingerprints(hashes), len(hashes), tuple(refused))


def write_fingerprints(
    inputs: Iterable[Path],
    out: Path,
    *,
    overwrite: bool = False,
    progress: Callable[[int], None] | None = None,
) -> tuple[Collected, str]:
    """Collect fingerprints into a file, with a record beside it of how they were made.

    Args:
        inputs: as of ``collect_fingerprints``.
        out: the ``.npy`` file to write.
        overwrite: replace a file that is there.
        progress: called with the number of photographs done.

    Returns:
        What was collected, and the SHA-256 of the file.

    Raises:
        ColorizerError: an input is missing or damaged, ``out`` is taken or called otherwise.
    """
    inputs = list(inputs)
    if out.suffix != ".npy":
        raise RunError(f"{out}: fingerprints are written as .npy; choose such a name")
    check_absent(out, overwrite)
    collected = collect_fingerprints(inputs, progress)
    out.parent.mkdir(parents=True, exist_ok=True)
    sha256 = save_fingerprints(collected.fingerprints, out)
    save_json(
        out.with_suffix(PROVENANCE_SUFFIX),
        {
            "made_by": "colorizer fingerprints",
            "inputs": [path.resolve().name for path in inputs],
            "n_photos": collected.n_photos,
            "n_fingerprints": len(collected.fingerprints),
            "n_refused": len(collected.refused),
            "sha256": sha256,
            "versions": versions(),
        },
    )
    return collected, sha256


def _of_shards(folder: Path) -> Iterable[PictureHash | str]:
    """Give the hash of every packed square."""
    for split in ("training", "validation"):
        photographs = Photographs(folder, split)
        for number in range(len(photographs)):
            yield fingerprint(photographs[number]).square


def _of_photos(path: Path) -> Iterable[PictureHash | str]:
    """Give the hash of every photograph, or the line that says why there is none."""
    for source in find_photos([path]):
        try:
            yield fingerprint(read_photo(source)).square
        except PhotoError as error:
            yield f"{source.origin}: {error}"
