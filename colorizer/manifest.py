"""Contract 1: the stimulus set and its manifest, standard library only.

Place on the data's path: ``stimuli.py`` writes a stimulus set, ``study_app/catalog.py`` reads it.
A set is a folder with ``manifest.json`` and the images it names; its identity is the digest of the
manifest, and the manifest holds the SHA-256 of every image, so one digest fixes every pixel.
How fakes are made is left to ``stimuli.py``.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from colorizer.errors import ManifestError as ManifestError  # part of the contract

FORMAT = "colorization-stimulus-set"
FORMAT_VERSION = 1
MANIFEST_NAME = "manifest.json"
SHA256_LENGTH = 64

# How the fakes of a condition were made; the kinds of the SPECs of ``colorizer build-set``.
KINDS = ("weights", "folder", "random", "grey", "real")


@dataclass(frozen=True)
class Condition:
    """How the fakes of one condition were made.

    Attributes:
        name: unique in the set; letters, digits, ``-``, ``_`` and ``.``.
        kind: one of ``KINDS``.
        settings: what the maker of the fakes was told (temperature, digest of the weights, seed).
    """

    name: str
    kind: str
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ImageFile:
    """One image of a stimulus set.

    Attributes:
        path: relative to the set's folder, with forward slashes.
        sha256: of the file's bytes, 64 hex digits.
    """

    path: str
    sha256: str


@dataclass(frozen=True)
class StimulusPair:
    """The real photo and one fake of the same photo under one condition.

    Attributes:
        pair_id: unique in the set, without meaning.
        photo_id: first 16 hex digits of the SHA-256 of the decoded pixels; shared by conditions.
        condition: name of a ``Condition`` of the set.
        real: the real photo's image.
        fake: the fake's image.
        source_name: file name of the photograph the pair was made from.
        category: WordNet id or folder name where the input has one, else None.
    """

    pair_id: str
    photo_id: str
    condition: str
    real: ImageFile
    fake: ImageFile
    source_name: str = ""
    category: str | None = None


@dataclass(frozen=True)
class StimulusSet:
    """All pairs of a study with their conditions.

    Attributes:
        image_size_px: width and height of every image, in pixels.
        image_format: the one lossless format of every image, e.g. ``png``.
        conditions: how the fakes were made.
        pairs: the stimulus pairs.
        provenance: settings, versions, seed and input digests of the run that wrote the set.
    """

    image_size_px: int
    image_format: str
    conditions: tuple[Condition, ...]
    pairs: tuple[StimulusPair, ...]
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def photo_ids(self) -> list[str]:
        """Every photo once, in the order of the pairs."""
        return list(dict.fromkeys(pair.photo_id for pair in self.pairs))


def manifest_bytes(stimulus_set: StimulusSet) -> bytes:
    """Give the one serialisation of a set: UTF-8 JSON, sorted keys, final newline."""
    document = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(stimulus_set)}
    return (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def set_digest(stimulus_set: StimulusSet) -> str:
    """Give the set's identity: the SHA-256 of its manifest, 64 hex digits."""
    return hashlib.sha256(manifest_bytes(stimulus_set)).hexdigest()


def save_manifest(stimulus_set: StimulusSet, folder: Path) -> str:
    """Write ``manifest.json`` (temporary name, then rename) and give the set's digest.

    Raises:
        ManifestError: the set breaks a rule of ``check_set``.
    """
    check_set(stimulus_set)
    path = folder / MANIFEST_NAME
    temporary = path.with_suffix(".json.part")
    temporary.write_bytes(manifest_bytes(stimulus_set))
    temporary.replace(path)
    return set_digest(stimulus_set)


def load_manifest(folder: Path) -> StimulusSet:
    """Read and check the manifest of a stimulus set; the images are left to ``check_files``.

    Args:
        folder: the set's folder, or the path of its ``manifest.json``.

    Raises:
        ManifestError: no manifest there, not JSON, a field missing or wrong, a rule broken.
    """
    path = folder if folder.name == MANIFEST_NAME else folder / MANIFEST_NAME
    if not path.is_file():
        raise ManifestError(f"{folder}: no {MANIFEST_NAME} there; colorizer build-set makes one")
    stimulus_set = _parse(path)
    check_set(stimulus_set)
    return stimulus_set


def check_set(stimulus_set: StimulusSet) -> None:
    """Check the rules that need no image.

    Raises:
        ManifestError: the first rule broken: unique ids, known conditions, one pair per photo and
            condition, one real image per photo, paths inside the set, digests of 64 hex digits.
    """
    names = [condition.name for condition in stimulus_set.conditions]
    _refuse_repeats(names, "condition")
    _refuse_repeats((pair.pair_id for pair in stimulus_set.pairs), "pair_id")
    cells = (f"{pair.photo_id} under {pair.condition}" for pair in stimulus_set.pairs)
    _refuse_repeats(cells, "photo and condition")
    for condition in stimulus_set.conditions:
        if condition.kind not in KINDS:
            raise ManifestError(
                f"condition {condition.name}: kind {condition.kind!r} is none of {', '.join(KINDS)}"
            )
    for pair in stimulus_set.pairs:
        _check_pair(pair, names)
    _check_one_real_per_photo(stimulus_set.pairs)
    _check_one_digest_per_file(stimulus_set.pairs)


def check_files(stimulus_set: StimulusSet, folder: Path) -> list[str]:
    """List what is wrong with the image files: missing, or other bytes than the manifest says."""
    images = {image.path: image for pair in stimulus_set.pairs for image in (pair.real, pair.fake)}
    problems = []
    for image in images.values():
        path = folder / image.path
        if not path.is_file():
            problems.append(f"{image.path}: the file is missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != image.sha256:
            problems.append(f"{image.path}: its SHA-256 is not the one in the manifest")
    return problems


def _parse(path: Path) -> StimulusSet:
    try:
        document = json.loads(path.read_bytes())
        if document["format"] != FORMAT or document["format_version"] != FORMAT_VERSION:
            raise ManifestError(f"{path}: not a {FORMAT} of version {FORMAT_VERSION}")
        return StimulusSet(
            image_size_px=int(document["image_size_px"]),
            image_format=str(document["image_format"]),
            conditions=tuple(Condition(**condition) for condition in document["conditions"]),
            pairs=tuple(_parse_pair(pair) for pair in document["pairs"]),
            provenance=dict(document["provenance"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ManifestError(f"{path}: not a stimulus set's manifest: {error!r}") from None


def _parse_pair(fields: dict[str, Any]) -> StimulusPair:
    images = {name: ImageFile(**fields[name]) for name in ("real", "fake")}
    return StimulusPair(**{**fields, **images})


def _check_pair(pair: StimulusPair, condition_names: list[str]) -> None:
    if pair.condition not in condition_names:
        raise ManifestError(f"pair {pair.pair_id}: unknown condition {pair.condition!r}")
    for image in (pair.real, pair.fake):
        parts = PurePosixPath(image.path)
        if parts.is_absolute() or ".." in parts.parts or not image.path:
            raise ManifestError(f"pair {pair.pair_id}: {image.path!r} leaves the set's folder")
        if len(image.sha256) != SHA256_LENGTH or set(image.sha256) - set("0123456789abcdef"):
            raise ManifestError(f"pair {pair.pair_id}: {image.sha256!r} is no SHA-256")


def _check_one_real_per_photo(pairs: Iterable[StimulusPair]) -> None:
    reals: dict[str, ImageFile] = {}
    for pair in pairs:
        if reals.setdefault(pair.photo_id, pair.real) != pair.real:
            raise ManifestError(f"photo {pair.photo_id}: two different real images")


def _check_one_digest_per_file(pairs: Iterable[StimulusPair]) -> None:
    digests: dict[str, str] = {}
    for image in (image for pair in pairs for image in (pair.real, pair.fake)):
        if digests.setdefault(image.path, image.sha256) != image.sha256:
            raise ManifestError(f"{image.path}: two different SHA-256 in the manifest")


def _refuse_repeats(values: Iterable[str], what: str) -> None:
    repeated = [value for value, n in Counter(values).items() if n > 1]
    if repeated:
        raise ManifestError(f"{what} {repeated[0]!r} stands twice in the manifest")
