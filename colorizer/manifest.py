"""Contract 1: the stimulus set and its manifest, standard library only.

Place on the data's path: ``stimuli.py`` writes a stimulus set, ``study_app/catalog.py`` reads it.
A set is a folder with ``manifest.json`` and the images it names; its identity is the digest of the
manifest, and the manifest holds the SHA-256 of every image, so one digest fixes every pixel.
How fakes are made is left to ``stimuli.py``.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from colorizer.errors import ManifestError as ManifestError  # part of the contract
from colorizer.manifest_rules import (
    check_condition_name,
    check_id,
    check_path,
    check_size_px,
    shown,
)
from colorizer.set_files import read_set_file
from colorizer.strict_json import read_json_object

FORMAT = "colorization-stimulus-set"
FORMAT_VERSION = 1
MANIFEST_NAME = "manifest.json"
SHA256 = re.compile(r"[0-9a-f]{64}")
CONTEXT = 20  # characters of a text, for a message
_json_text = json.JSONEncoder(ensure_ascii=False).encode

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
    """Give the one serialisation of a set: UTF-8 JSON, sorted keys, final newline.

    Raises:
        ManifestError: a text holds half a character, which no file can.
    """
    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "image_size_px": stimulus_set.image_size_px,
        "image_format": stimulus_set.image_format,
        "conditions": [asdict(condition) for condition in stimulus_set.conditions],
        "pairs": [],
        "provenance": stimulus_set.provenance,
    }
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if stimulus_set.pairs:
        pairs = ",".join(map(_pair_text, stimulus_set.pairs))
        # No text holds a line break as such, and only what is of the set itself stands so far left.
        text = text.replace('\n "pairs": []', f'\n "pairs": [{pairs}\n ]', 1)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        near = error.object[max(0, error.start - CONTEXT) : error.end]
        raise ManifestError(
            f"a text of the manifest holds half a character, which UTF-8 cannot: {shown(near)}"
        ) from None


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
        ManifestError: the first rule broken: types and lengths, unique ids, known conditions, one
            pair per photo and condition, one real image per photo, paths inside the set, digests
            of 64 hex digits.
    """
    check_size_px(stimulus_set.image_size_px)
    for condition in stimulus_set.conditions:
        _check_condition(condition)
    names = {condition.name for condition in stimulus_set.conditions}
    for pair in stimulus_set.pairs:
        _check_pair(pair, names)
    _refuse_repeats((condition.name for condition in stimulus_set.conditions), "condition")
    _refuse_repeats((pair.pair_id for pair in stimulus_set.pairs), "pair_id")
    cells = (f"{pair.photo_id} under {pair.condition}" for pair in stimulus_set.pairs)
    _refuse_repeats(cells, "photo and condition")
    _check_one_real_per_photo(stimulus_set.pairs)
    _check_one_digest_per_file(stimulus_set.pairs)


def images_of(stimulus_set: StimulusSet) -> list[ImageFile]:
    """Give every image once, in the order of the pairs."""
    images = (image for pair in stimulus_set.pairs for image in (pair.real, pair.fake))
    return list({image.path: image for image in images}.values())


def read_image_file(folder: Path, image: ImageFile) -> bytes:
    """Read an image and prove that it is the one of the manifest.

    Raises:
        ManifestError: it is missing, no plain file inside the set, or has other bytes.
    """
    data = read_set_file(folder, image.path)
    if hashlib.sha256(data).hexdigest() != image.sha256:
        raise ManifestError(f"{image.path}: its SHA-256 is not the one in the manifest")
    return data


def check_files(stimulus_set: StimulusSet, folder: Path) -> list[str]:
    """List what is wrong with the image files: missing, or other bytes than the manifest says."""
    problems = []
    for image in images_of(stimulus_set):
        try:
            read_image_file(folder, image)
        except ManifestError as error:
            problems.append(str(error))
    return problems


def _parse(path: Path) -> StimulusSet:
    document = read_json_object(path)
    if (document.get("format"), document.get("format_version")) != (FORMAT, FORMAT_VERSION):
        raise ManifestError(f"{path}: not a {FORMAT} of version {FORMAT_VERSION}")
    try:
        return StimulusSet(
            image_size_px=document["image_size_px"],
            image_format=str(document["image_format"]),
            conditions=tuple(Condition(**condition) for condition in document["conditions"]),
            pairs=tuple(_parse_pair(pair) for pair in document["pairs"]),
            provenance=dict(document["provenance"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ManifestError(f"{path}: not a stimulus set's manifest: {error!r}") from None


def _parse_pair(fields: dict[str, Any]) -> StimulusPair:
    images = {name: ImageFile(**fields[name]) for name in ("real", "fake")}
    return StimulusPair(**{**fields, **images})


def _check_condition(condition: Condition) -> None:
    check_condition_name(condition.name)
    if condition.kind not in KINDS:
        raise ManifestError(
            f"condition {condition.name}: kind {shown(condition.kind)} is none of"
            f" {', '.join(KINDS)}"
        )
    if not isinstance(condition.settings, dict):
        raise ManifestError(f"condition {condition.name}: settings is no JSON object")


def _check_pair(pair: StimulusPair, condition_names: set[str]) -> None:
    check_id(pair.pair_id, "pair_id")
    check_id(pair.photo_id, f"pair {pair.pair_id}: photo_id")
    if not isinstance(pair.condition, str) or pair.condition not in condition_names:
        raise ManifestError(f"pair {pair.pair_id}: unknown condition {shown(pair.condition)}")
    if not isinstance(pair.source_name, str) or not isinstance(pair.category, str | None):
        raise ManifestError(f"pair {pair.pair_id}: source_name and category must be texts")
    for image in (pair.real, pair.fake):
        check_path(image.path, pair.pair_id)
        if not isinstance(image.sha256, str) or not SHA256.fullmatch(image.sha256):
            raise ManifestError(f"pair {pair.pair_id}: {shown(image.sha256)} is no SHA-256")


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


def _pair_text(pair: StimulusPair) -> str:
    """Give a pair as ``json.dumps`` with sorted keys and ``indent=1`` would, ten times as fast."""
    return f"""
  {{
   "category": {_json_text(pair.category)},
   "condition": {_json_text(pair.condition)},
   "fake": {{
    "path": {_json_text(pair.fake.path)},
    "sha256": {_json_text(pair.fake.sha256)}
   }},
   "pair_id": {_json_text(pair.pair_id)},
   "photo_id": {_json_text(pair.photo_id)},
   "real": {{
    "path": {_json_text(pair.real.path)},
    "sha256": {_json_text(pair.real.sha256)}
   }},
   "source_name": {_json_text(pair.source_name)}
  }}"""
