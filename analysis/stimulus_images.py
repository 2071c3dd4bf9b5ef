"""The images and categories behind a trial table's pairs, from the folder of the stimulus set.

Place on the data's path: ``colorizer`` writes the folder with its ``manifest.json``, whose SHA-256
is the set's identity; here it is read as JSON, for the gallery of the report and for the rates per
category. Nothing outside the folder is ever opened: paths that climb out of it and links are
refused, and an image is handed out only if its bytes have the digest of the manifest.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from analysis.errors import StimulusSetError

FORMAT = "colorization-stimulus-set"
FORMAT_VERSION = 1
MANIFEST_NAME = "manifest.json"
SHA256_LENGTH = 64
HEX_DIGITS = set("0123456789abcdef")


@dataclass(frozen=True)
class StimulusImage:
    """One image of a set.

    Attributes:
        path: inside the set's folder, with forward slashes.
        sha256: of the file's bytes by the manifest, 64 hex digits.
    """

    path: str
    sha256: str


@dataclass(frozen=True)
class PairImages:
    """What the manifest says of one pair.

    Attributes:
        pair_id: the pair.
        photo_id: the photo, shared by conditions.
        condition: how the fake was made.
        category: of the photo; None where the manifest has none.
        real: the real photo's image.
        fake: the fake's image.
    """

    pair_id: str
    photo_id: str
    condition: str
    category: str | None
    real: StimulusImage
    fake: StimulusImage


@dataclass(frozen=True)
class StimulusImages:
    """A stimulus set as the analysis needs it.

    Attributes:
        folder: the set's folder.
        sha256: digest of the manifest's bytes, the set's identity.
        pairs: by ``pair_id``.
    """

    folder: Path
    sha256: str
    pairs: Mapping[str, PairImages]

    @property
    def categories(self) -> dict[str, str]:
        """Category of each photo that has one, by ``photo_id``."""
        return {
            pair.photo_id: pair.category
            for pair in self.pairs.values()
            if pair.category is not None
        }


def read_stimulus_images(folder: Path, *, expected_sha256: str | None = None) -> StimulusImages:
    """Read the manifest of a stimulus set; images are opened by ``read_image`` only.

    Args:
        folder: the set's folder, or its ``manifest.json``.
        expected_sha256: the set's digest by the study's export; None if it is not known.

    Raises:
        StimulusSetError: no manifest there, not a stimulus set's, a path that leaves the folder, or
            another set than the study's.
    """
    path = folder if folder.name == MANIFEST_NAME else folder / MANIFEST_NAME
    content = _read(path)
    digest = hashlib.sha256(content).hexdigest()
    if expected_sha256 is not None and digest != expected_sha256:
        raise StimulusSetError(
            f"{path}: has SHA-256 {digest}; allowed: {expected_sha256}, the set of the study"
        )
    pairs = {pair.pair_id: pair for pair in _pairs(content, path)}
    return StimulusImages(path.parent, digest, pairs)


def check_covers(images: StimulusImages, trials: pd.DataFrame) -> None:
    """Refuse a set that does not know a pair of the table, or knows it otherwise.

    Args:
        images: the stimulus set.
        trials: trials whose pairs are looked up, with columns pair_id, photo_id and condition.

    Raises:
        StimulusSetError: the first pair, by name, that is missing or has another photo or
            condition.
    """
    found = trials[["pair_id", "photo_id", "condition"]].drop_duplicates().astype("str")
    for pair_id, photo_id, condition in sorted(found.itertuples(index=False, name=None)):
        pair = images.pairs.get(pair_id)
        if pair is None:
            raise StimulusSetError(
                f"{images.folder}: has no pair {pair_id}, which stands in the trial table"
            )
        if (pair.photo_id, pair.condition) != (photo_id, condition):
            raise StimulusSetError(
                f"{images.folder}: pair {pair_id} is photo {pair.photo_id} under {pair.condition},"
                f" and in the trial table photo {photo_id} under {condition}"
            )


def read_image(images: StimulusImages, image: StimulusImage) -> bytes:
    """Give the bytes of an image, proven by its digest.

    Raises:
        StimulusSetError: the file is missing, unreadable, reached through a link, or has another
            digest than the manifest says.
    """
    _refuse_links(images.folder, image.path)
    path = images.folder / image.path
    content = _read(path)
    digest = hashlib.sha256(content).hexdigest()
    if digest != image.sha256:
        raise StimulusSetError(
            f"{path}: has SHA-256 {digest}; allowed: {image.sha256}, as in {MANIFEST_NAME}"
        )
    return content


def _pairs(content: bytes, path: Path) -> list[PairImages]:
    """Parse the manifest; any field that is missing or of another kind makes it no manifest."""
    try:
        document = json.loads(content)
        kind = (document["format"], document["format_version"])
        entries = [_pair(entry, path.parent) for entry in document["pairs"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        kind, entries = ("", 0), []
    if kind != (FORMAT, FORMAT_VERSION):
        raise StimulusSetError(f"{path}: is no manifest of a {FORMAT} of version {FORMAT_VERSION}")
    if len({pair.pair_id for pair in entries}) < len(entries):
        raise StimulusSetError(f"{path}: holds two pairs of one pair_id; allowed: each once")
    return entries


def _pair(entry: Mapping[str, Any], folder: Path) -> PairImages:
    category = entry.get("category")
    return PairImages(
        pair_id=_text(entry["pair_id"]),
        photo_id=_text(entry["photo_id"]),
        condition=_text(entry["condition"]),
        category=None if category is None else _text(category),
        real=_image(entry["real"], folder),
        fake=_image(entry["fake"], folder),
    )


def _image(entry: Mapping[str, Any], folder: Path) -> StimulusImage:
    name, digest = _text(entry["path"]), _text(entry["sha256"])
    parts = PurePosixPath(name)
    if not name or parts.is_absolute() or ".." in parts.parts or "\\" in name or ":" in name:
        raise StimulusSetError(
            f"{folder / MANIFEST_NAME}: found path {name!r}; allowed: a path inside the folder"
        )
    if len(digest) != SHA256_LENGTH or set(digest) - HEX_DIGITS:
        raise StimulusSetError(
            f"{folder / MANIFEST_NAME}: found sha256 {digest!r} of {name}; allowed: 64 hex digits"
        )
    return StimulusImage(str(parts), digest)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _refuse_links(folder: Path, path: str) -> None:
    """Refuse a link in any part of the path below the folder; the folder itself may be one."""
    place = folder
    for part in PurePosixPath(path).parts:
        place = place / part
        if place.is_symlink():
            raise StimulusSetError(f"{place}: is a link; allowed: files inside the set's folder")


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise StimulusSetError(f"{path}: there is no such file; allowed: a stimulus set as built")
    try:
        return path.read_bytes()
    except OSError as error:
        raise StimulusSetError(f"{path}: cannot be read: {error.strerror}") from None
