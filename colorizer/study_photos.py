"""Chooses the photographs of a stimulus set: readable, large enough, colourful, no two alike.

Every input gets a row of ``report.csv``: what became of it and why.
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from colorizer.errors import PhotoError
from colorizer.greyness import check_colourful
from colorizer.near_duplicates import NearDuplicates, fingerprint
from colorizer.photo_sources import PhotoSource
from colorizer.photos import photo_id, read_photo, square_of_size

UInt8 = npt.NDArray[np.uint8]

REPORT_COLUMNS = ("input", "outcome", "reason", "photo_id", "category")
ACCEPTED, REFUSED, NOT_NEEDED = "accepted", "refused", "not needed"


@dataclass(frozen=True)
class ReportRow:
    """What became of one input.

    Attributes:
        origin: path of the input.
        outcome: ``accepted``, ``refused`` or ``not needed`` (enough were accepted before).
        reason: why refused; of an accepted one a remark, if it was enlarged.
        photo_id: of the photograph, empty if it could not be decoded.
        category: of the photograph, empty where it has none.
    """

    origin: str
    outcome: str
    reason: str = ""
    photo_id: str = ""
    category: str = ""


@dataclass(frozen=True)
class StudyPhoto:
    """A photograph that is good enough for a study.

    Attributes:
        number: its place in the set, from 0.
        photo_id: of the decoded photograph, before any crop.
        source: where it came from.
    """

    number: int
    photo_id: str
    source: PhotoSource


def choose_photos(
    sources: Iterable[PhotoSource],
    size_px: int,
    min_size_px: int,
    max_photos: int | None,
    keep: Callable[[StudyPhoto, UInt8], None],
    progress: Callable[[int], None] | None = None,
) -> tuple[list[StudyPhoto], list[ReportRow]]:
    """Go through the inputs in order and keep the good ones.

    Args:
        sources: the inputs.
        size_px: width and height of the square that is shown.
        min_size_px: least short side; between it and ``size_px`` a photograph is enlarged.
        max_photos: stop after so many; None takes all.
        keep: called with each accepted photo and its square (size_px, size_px, 3), uint8 sRGB.
        progress: called with the number of inputs done.

    Returns:
        The photos kept, and one row per input.
    """
    photos: list[StudyPhoto] = []
    rows: list[ReportRow] = []
    seen = NearDuplicates()
    for source in sources:
        if max_photos is not None and len(photos) >= max_photos:
            rows.append(_row(source, NOT_NEEDED))
            continue
        try:
            rgb = read_photo(source)
            identifier = photo_id(rgb)
            square = _fit_square(rgb, size_px, min_size_px)
            _check_new(rgb, source, seen)
        except PhotoError as error:
            rows.append(_row(source, REFUSED, str(error)))
        else:
            photo = StudyPhoto(len(photos), identifier, source)
            keep(photo, square)
            photos.append(photo)
            rows.append(_row(source, ACCEPTED, _remark(rgb, size_px), identifier))
        if progress:
            progress(len(rows))
    return photos, rows


def save_report(rows: Iterable[ReportRow], path: Path) -> None:
    """Write ``report.csv``: one row per input."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(REPORT_COLUMNS)
        for row in rows:
            writer.writerow((row.origin, row.outcome, row.reason, row.photo_id, row.category))


def _fit_square(rgb: UInt8, size_px: int, min_size_px: int) -> UInt8:
    short_px = min(rgb.shape[:2])
    if short_px < min_size_px:
        raise PhotoError(f"too small: short side {short_px} px, at least {min_size_px}")
    square = square_of_size(rgb, size_px)
    check_colourful(square)
    return square


def _check_new(rgb: UInt8, source: PhotoSource, seen: NearDuplicates) -> None:
    mark = fingerprint(rgb)
    if original := seen.find(mark):
        raise PhotoError(f"the same photograph as {original}, or nearly")
    seen.add(source.origin, mark)


def _remark(rgb: UInt8, size_px: int) -> str:
    short_px = min(rgb.shape[:2])
    return f"short side {short_px} px enlarged to {size_px}" if short_px < size_px else ""


def _row(source: PhotoSource, outcome: str, reason: str = "", identifier: str = "") -> ReportRow:
    return ReportRow(source.origin, outcome, reason, identifier, source.category or "")
