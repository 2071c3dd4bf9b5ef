"""Proves a finished stimulus set: what its manifest claims, and what its images may not give away.

Works on any set, whoever made it; ``colorizer check-set`` prints what is found.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from colorizer.equal_lightness import LIGHTNESS_TOLERANCE, lightness_difference
from colorizer.errors import ManifestError
from colorizer.manifest import (
    ImageFile,
    StimulusPair,
    StimulusSet,
    load_manifest,
    read_image_file,
    set_digest,
)
from colorizer.near_duplicates import NearDuplicates, fingerprint
from colorizer.png_encoding import IMAGE_FORMAT, decode_png

UInt8 = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class CheckedSet:
    """What a check found.

    Attributes:
        digest: the identity of the set.
        n_photos: photographs in it.
        n_pairs: pairs per condition.
        largest_lightness_difference: of any pixel of any pair, in units of L*.
        problems: one sentence each; empty for a sound set.
    """

    digest: str
    n_photos: int
    n_pairs: dict[str, int]
    largest_lightness_difference: float
    problems: tuple[str, ...]


def check_set(folder: Path) -> CheckedSet:
    """Check a stimulus set.

    Looked at: the digest of every file; one size and one encoder without metadata (so that every
    file has the same number of bytes); equal L* of real and fake, within the tolerance of
    ``equal_lightness.py``; no image used twice; no photo twice, also not nearly; no other file
    among the images.

    Args:
        folder: the set's folder.

    Raises:
        ManifestError: no manifest there, or one that breaks the contract.
    """
    stimulus_set = load_manifest(folder)
    problems = _check_roles(stimulus_set) + _check_strays(stimulus_set, folder)
    if stimulus_set.image_format != IMAGE_FORMAT:
        problems.append(f"images are {stimulus_set.image_format}, not {IMAGE_FORMAT}")
    images = _Images(folder, stimulus_set.image_size_px)
    largest, found = _check_images(stimulus_set, images)
    return CheckedSet(
        digest=set_digest(stimulus_set),
        n_photos=len(stimulus_set.photo_ids),
        n_pairs=dict(Counter(pair.condition for pair in stimulus_set.pairs)),
        largest_lightness_difference=largest,
        problems=tuple(dict.fromkeys(images.problems + problems + found)),
    )


class _Images:
    """Reads the images of a set and remembers what is wrong with them."""

    def __init__(self, folder: Path, size_px: int) -> None:
        self._folder = folder
        self._size_px = size_px
        self.problems: list[str] = []

    def read(self, image: ImageFile) -> UInt8 | None:
        """Give (S, S, 3), uint8 sRGB; None for a missing file or a wrong one."""
        try:
            rgb = decode_png(read_image_file(self._folder, image))
        except ManifestError as error:
            self.problems.append(str(error))
            return None
        except ValueError as error:
            self.problems.append(f"{image.path}: {error}")
            return None
        if rgb.shape[:2] != (self._size_px, self._size_px):
            self.problems.append(
                f"{image.path}: {rgb.shape[1]} x {rgb.shape[0]} pixels, the manifest says"
                f" {self._size_px}"
            )
            return None
        return rgb


def _check_roles(stimulus_set: StimulusSet) -> list[str]:
    """List images that serve as two fakes, or as a real and a fake."""
    reals = {pair.real.path for pair in stimulus_set.pairs}
    fakes = Counter(pair.fake.path for pair in stimulus_set.pairs)
    shared = {pair.photo_id: pair.real.path for pair in stimulus_set.pairs}
    repeated = [path for path, n in Counter(shared.values()).items() if n > 1]
    return (
        [f"{path}: the fake of {n} pairs" for path, n in fakes.items() if n > 1]
        + [f"{path}: both a real and a fake" for path in sorted(reals & set(fakes))]
        + [f"{path}: the real image of several photos" for path in repeated]
    )


def _check_strays(stimulus_set: StimulusSet, folder: Path) -> list[str]:
    known = {image.path for pair in stimulus_set.pairs for image in (pair.real, pair.fake)}
    folders = {folder / path for path in {Path(name).parent for name in known}} - {folder}
    found = (path for images in sorted(folders) if images.is_dir() for path in images.iterdir())
    # A link, a pipe or a device is as much a stray as a file.
    others = (path for path in found if path.is_symlink() or not path.is_dir())
    names = sorted(path.relative_to(folder).as_posix() for path in others)
    return [f"{ascii(name)[1:-1]}: not in the manifest" for name in names if name not in known]


def _check_images(stimulus_set: StimulusSet, images: _Images) -> tuple[float, list[str]]:
    """Look at every image once, photo by photo; gives the largest difference of L*, and problems.

    Photos must not be the same as another one, or nearly, or mirrored.
    """
    largest, problems, seen = 0.0, [], NearDuplicates()
    for photo_id, pairs in _by_photo(stimulus_set).items():
        real = images.read(pairs[0].real)
        if real is not None:
            mark = fingerprint(real)
            if original := seen.find(mark):
                problems.append(f"photo {photo_id}: the same as photo {original}, or nearly")
            seen.add(photo_id, mark)
        for pair in pairs:
            difference = _lightness_difference(real, images.read(pair.fake))
            largest = max(largest, difference)
            if difference > LIGHTNESS_TOLERANCE:
                problems.append(
                    f"pair {pair.pair_id}: L* of real and fake differs by up to {difference:.2f},"
                    f" allowed are {LIGHTNESS_TOLERANCE}"
                )
    return largest, problems


def _by_photo(stimulus_set: StimulusSet) -> dict[str, list[StimulusPair]]:
    found: defaultdict[str, list[StimulusPair]] = defaultdict(list)
    for pair in stimulus_set.pairs:
        found[pair.photo_id].append(pair)
    return found


def _lightness_difference(real: UInt8 | None, fake: UInt8 | None) -> float:
    if real is None or fake is None:
        return 0.0
    return float(lightness_difference(real, fake).max())
