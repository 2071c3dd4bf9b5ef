"""Stimulus sets: pairs of a real photo and a fake of it, made by one pipeline and proved.

Place on the data's path: reads photographs and whatever makes fakes, writes a folder with
``manifest.json``, ``images/`` and ``report.csv``; ``study_app/catalog.py`` reads it. Which
photographs are good enough is settled in ``study_photos.py``, which of them a network has seen in
``seen_photos.py``, how fakes are made in ``fakes.py``, when lightness counts as equal in
``equal_lightness.py``. Checking a finished set is left to
``set_checks.py``.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from colorizer.accepted_crops import parse_accepted
from colorizer.baselines import reencoded_real
from colorizer.condition_specs import ConditionSpec
from colorizer.equal_lightness import check_equal_lightness
from colorizer.errors import ColorizerError, PhotoError
from colorizer.fakes import FakeMaker, build_makers, find_networks, load_networks
from colorizer.manifest import (
    MANIFEST_NAME,
    ImageFile,
    StimulusPair,
    StimulusSet,
    save_manifest,
)
from colorizer.photo_files import find_photos
from colorizer.photo_sources import PhotoSource
from colorizer.png_encoding import IMAGE_FORMAT, decode_png, encode_png
from colorizer.results import check_apart, check_replaceable, versions, whole_folder
from colorizer.seen_photos import (
    SeenPhotos,
    find_seen,
    load_training_photos,
    refuse_seen,
    seen_notes,
    seen_record,
)
from colorizer.study_photos import REFUSED, StudyPhoto, choose_photos, save_report

UInt8 = npt.NDArray[np.uint8]
Progress = Callable[[str, int], None]

IMAGES_FOLDER = "images"
REPORT_NAME = "report.csv"
SIZE_PX = 256
ID_BYTES = 8
N_REASONS = 3  # named when no input is good enough
# One time for all files, 2000-01-01: which was written first, or last, would tell the fakes.
FILE_TIME_S = 946_684_800


@dataclass(frozen=True)
class SetSettings:
    """What fixes a stimulus set besides the photographs and the conditions.

    Attributes:
        size_px: width and height of every image.
        min_size_px: least short side of a photograph; None is half of ``size_px``. Between it and
            ``size_px`` a photograph is enlarged, which ``report.csv`` says.
        max_photos: take this many, drawn by the seed; None takes all.
        match_lightness: give fakes from a folder the real L* instead of refusing them.
        accept_crop: ``CONDITION`` or ``CONDITION/PHOTOGRAPH``, whose fakes are taken although they
            do not look like their photograph.
        allow_seen: record photographs that a network was trained on instead of refusing them.
        seed: decides names of files and pairs, who lends colours to whom, which photos are drawn.
    """

    size_px: int = SIZE_PX
    min_size_px: int | None = None
    max_photos: int | None = None
    match_lightness: bool = False
    accept_crop: tuple[str, ...] = ()
    allow_seen: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse sizes and counts that no set can have."""
        for name, least in (("size_px", 16), ("min_size_px", 1), ("max_photos", 1), ("seed", 0)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise ColorizerError(f"{name} {value} is not allowed; choose {least} or more")

    @property
    def least_side_px(self) -> int:
        """Give the least short side of a photograph, in pixels."""
        return -(-self.size_px // 2) if self.min_size_px is None else self.min_size_px


@dataclass(frozen=True)
class BuiltSet:
    """What was built.

    Attributes:
        digest: the identity of the set.
        n_photos: photographs in it.
        n_pairs: photographs times conditions.
        n_refused: inputs that were refused, each with its reason in ``report.csv``.
        notes: what a reader of fool rates must know; empty if there is nothing.
    """

    digest: str
    n_photos: int
    n_pairs: int
    n_refused: int
    notes: tuple[str, ...] = ()


def build_set(
    inputs: Iterable[Path],
    out: Path,
    conditions: Sequence[ConditionSpec],
    settings: SetSettings = SetSettings(),
    *,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> BuiltSet:
    """Build a stimulus set: real photos and their fakes under every condition.

    Each photograph is cropped to its middle square and resized; the real is that square taken to
    Lab and back, the fakes are made from it. All images go through one encoder under names without
    meaning.

    Args:
        inputs: folders, tar files, text files of paths or photographs.
        out: the folder to make.
        conditions: made by ``condition_specs.parse_conditions``.
        settings: size, limits, seed.
        overwrite: replace a set that is there.
        progress: called with what is being done and how many are done.

    Returns:
        Digest and counts.

    Raises:
        ColorizerError: an input, weights or fakes are missing; ``out`` is taken; no photograph is
            good enough; a network has seen a photograph in training; a fake differs from its photo
            in size or lightness.
    """
    inputs = [Path(path) for path in inputs]
    check_apart(inputs, out)
    check_replaceable(out, MANIFEST_NAME, overwrite)
    accepted = parse_accepted(settings.accept_crop, conditions)
    networks = load_networks(conditions)
    training_photos = load_training_photos(find_networks(conditions))
    with whole_folder(out, MANIFEST_NAME, overwrite) as folder:
        (folder / IMAGES_FOLDER).mkdir()
        writer = _ImageWriter(folder, settings.seed)
        photos, reals, n_refused = _choose(inputs, settings, writer, progress)

        def read_real(photo: StudyPhoto) -> UInt8:
            return writer.read(reals[photo.number])

        seen = find_seen(training_photos, photos, read_real)
        if not settings.allow_seen:
            refuse_seen(seen)
        makers = build_makers(
            conditions,
            photos,
            read_real,
            networks,
            seed=settings.seed,
            match_lightness=settings.match_lightness,
            accepted=accepted,
            progress=_counting(progress, "fakes looked at"),
        )
        pairs = _make_pairs(makers, photos, reals, writer, _counting(progress, "fakes made"))
        stimulus_set = StimulusSet(
            image_size_px=settings.size_px,
            image_format=IMAGE_FORMAT,
            conditions=tuple(maker.condition for maker in makers),
            pairs=pairs,
            provenance=_provenance(inputs, settings, photos, seen),
        )
        digest = save_manifest(stimulus_set, folder)
    notes = (*seen_notes(seen), *(note for maker in makers for note in maker.notes))
    return BuiltSet(digest, len(photos), len(pairs), n_refused, notes)


class _ImageWriter:
    """Writes images under names without meaning, and reads them again."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self._names = np.random.default_rng([seed, *b"images"])
        self._pair_ids = np.random.default_rng([seed, *b"pairs"])

    def write(self, rgb: UInt8) -> ImageFile:
        """Encode and write one image."""
        data = encode_png(rgb)
        name = f"{IMAGES_FOLDER}/{self._names.bytes(ID_BYTES).hex()}.{IMAGE_FORMAT}"
        path = self.folder / name
        with path.open("xb") as file:
            file.write(data)
        os.utime(path, (FILE_TIME_S, FILE_TIME_S))
        return ImageFile(name, hashlib.sha256(data).hexdigest())

    def read(self, image: ImageFile) -> UInt8:
        """Read an image that was written before."""
        return decode_png((self.folder / image.path).read_bytes())

    def new_pair_id(self) -> str:
        """Give the next pair id."""
        return self._pair_ids.bytes(ID_BYTES).hex()


def _choose(
    inputs: Sequence[Path],
    settings: SetSettings,
    writer: _ImageWriter,
    progress: Progress | None,
) -> tuple[list[StudyPhoto], list[ImageFile], int]:
    """Choose the photographs, write their real images and the report; also count the refused."""
    reals: list[ImageFile] = []
    photos, rows = choose_photos(
        _sources(inputs, settings),
        settings.size_px,
        settings.least_side_px,
        settings.max_photos,
        lambda _photo, square: reals.append(writer.write(reencoded_real(square))),
        _counting(progress, "photographs read"),
    )
    save_report(rows, writer.folder / REPORT_NAME)
    refused = [row for row in rows if row.outcome == REFUSED]
    if not photos:
        reasons = "; ".join(f"{row.origin}: {row.reason}" for row in refused[:N_REASONS])
        raise ColorizerError(f"none of the {len(rows)} inputs is good enough: {reasons}")
    return photos, reals, len(refused)


def _make_pairs(
    makers: Sequence[FakeMaker],
    photos: Sequence[StudyPhoto],
    reals: Sequence[ImageFile],
    writer: _ImageWriter,
    progress: Callable[[int], None],
) -> tuple[StimulusPair, ...]:
    pairs: list[StimulusPair] = []
    for maker in makers:
        for photo in photos:
            real_image = reals[photo.number]
            fake_image = writer.write(_make_fake(maker, photo, writer.read(real_image)))
            pairs.append(
                StimulusPair(
                    pair_id=writer.new_pair_id(),
                    photo_id=photo.photo_id,
                    condition=maker.condition.name,
                    real=real_image,
                    fake=fake_image,
                    source_name=photo.source.name,
                    category=photo.source.category,
                )
            )
            progress(len(pairs))
    return tuple(pairs)


def _make_fake(maker: FakeMaker, photo: StudyPhoto, real: UInt8) -> UInt8:
    try:
        fake = maker.make(photo, real)
        check_equal_lightness(real, fake)
    except PhotoError as error:
        name = maker.condition.name
        raise PhotoError(f"condition {name}, photograph {photo.source.name}: {error}") from None
    return fake


def _sources(inputs: Sequence[Path], settings: SetSettings) -> Iterable[PhotoSource]:
    """Give the inputs in order; if only some of them are wanted, in an order drawn by the seed."""
    sources = find_photos(inputs)
    if settings.max_photos is None:
        return sources
    found = list(sources)
    order = np.random.default_rng([settings.seed, *b"photos"]).permutation(len(found))
    return [found[number] for number in order]


def _counting(progress: Progress | None, what: str) -> Callable[[int], None]:
    def count(n_done: int) -> None:
        if progress:
            progress(what, n_done)

    return count


def _provenance(
    inputs: Sequence[Path],
    settings: SetSettings,
    photos: Sequence[StudyPhoto],
    seen: Sequence[SeenPhotos],
) -> dict[str, Any]:
    identifiers = "\n".join(photo.photo_id for photo in photos)
    return {
        "made_by": "colorizer build-set",
        "settings": {**asdict(settings), "min_size_px": settings.least_side_px},
        "versions": versions(),
        # names only: where they lie is nobody's business but the owner's
        "inputs": [path.resolve().name for path in inputs],
        "seen_in_training": seen_record(seen),
        "photos_digest": hashlib.sha256(identifiers.encode()).hexdigest(),
    }
