"""Finds the study photographs that a network was trained on: copies, resized, mirrored ones too.

Place on the data's path: ``stimuli.py`` asks before it makes fakes. A network colours what it has
seen better than what it has not, and a fool rate with such photographs says nothing of new ones.

What counts as a copy is settled in ``near_duplicates.py``. Of 2,000 copies of training photographs
none was missed that was resized, compressed, cropped to its square or mirrored; of 330 million
pairs of photographs none was taken for a copy that is not one
(docs/decisions/0005-fingerprints-of-training-photographs.md). Not found: crops of less than about
98 % of each side, turned and squashed pictures.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from colorizer.errors import SeenPhotoError
from colorizer.fingerprints import file_sha256, find_fingerprints, load_fingerprints
from colorizer.near_duplicates import (
    MAX_DISTANCE,
    MIN_LIKENESS,
    N_SIGNS,
    NO_COPY,
    Fingerprint,
    UInt64,
    copy_distances,
    fingerprint,
)
from colorizer.study_photos import StudyPhoto

UInt8 = npt.NDArray[np.uint8]

N_NAMED = 20  # lines of a refusal; the manifest names all


@dataclass(frozen=True)
class TrainingPhotos:
    """What is known of the photographs that one network was trained on.

    Attributes:
        conditions: whose fakes the network makes.
        fingerprints: (N, 2), uint64; None where the weights carry none.
        sha256: of their file; empty where there is none.
    """

    conditions: tuple[str, ...]
    fingerprints: UInt64 | None
    sha256: str = ""


@dataclass(frozen=True)
class Match:
    """How near a photograph is to one that was trained on.

    Attributes:
        distance: signs that differ, of 63.
        is_mirrored: left and right are exchanged.
    """

    distance: int
    is_mirrored: bool


@dataclass(frozen=True)
class SeenPhotos:
    """The photographs of a set that one network has seen.

    Attributes:
        training: the network's.
        n_photos: photographs of the set.
        matches: those seen, in the set's order.
    """

    training: TrainingPhotos
    n_photos: int
    matches: tuple[tuple[StudyPhoto, Match], ...]

    @property
    def sentence(self) -> str:
        """Say how many were seen by which network."""
        return (
            f"{len(self.matches)} of the {self.n_photos} photographs were seen in training by the"
            f" network of {_named(self.training.conditions)}"
        )


def load_training_photos(networks: Mapping[str, Path]) -> list[TrainingPhotos]:
    """Look up what networks were trained on, each network once.

    Args:
        networks: name of a condition to its ``.keras`` file.

    Raises:
        RunError: a file of fingerprints is damaged.
    """
    found = []
    for network in dict.fromkeys(networks.values()):
        conditions = tuple(name for name, path in networks.items() if path == network)
        path = find_fingerprints(network)
        if path is None:
            found.append(TrainingPhotos(conditions, None))
        else:
            found.append(TrainingPhotos(conditions, load_fingerprints(path), file_sha256(path)))
    return found


def find_seen(
    training_photos: Sequence[TrainingPhotos],
    photos: Sequence[StudyPhoto],
    read_real: Callable[[StudyPhoto], UInt8],
) -> list[SeenPhotos]:
    """Compare the photographs of a set, as they are shown, with those of each network.

    Args:
        training_photos: of ``load_training_photos``.
        photos: all photos of the set.
        read_real: gives a photo's real image, (S, S, 3), uint8 sRGB.
    """
    if all(training.fingerprints is None for training in training_photos):
        return [SeenPhotos(training, len(photos), ()) for training in training_photos]
    marks = [fingerprint(read_real(photo)) for photo in photos]
    return [
        SeenPhotos(training, len(photos), _matches(training, photos, marks))
        for training in training_photos
    ]


def find_match(fingerprints: UInt64, mark: Fingerprint) -> Match | None:
    """Find the nearest photograph that was trained on and is the same, None if none is.

    Args:
        fingerprints: (N, 2), uint64, of middle squares.
        mark: of the photograph.
    """
    plain, mirrored = (
        int(copy_distances(fingerprints, square).min(initial=NO_COPY))
        for square in (mark.square, mark.mirrored_square)
    )
    nearest = min(plain, mirrored)
    return Match(nearest, is_mirrored=mirrored < plain) if nearest != NO_COPY else None


def refuse_seen(found: Sequence[SeenPhotos]) -> None:
    """Refuse a set with photographs that a network has seen.

    Raises:
        SeenPhotoError: a line for each of them.
    """
    blocks = [
        f"{seen.sentence}; take them out, or --allow-seen records them in the manifest:\n"
        + "\n".join(_lines(seen))
        for seen in found
        if seen.matches
    ]
    if blocks:
        raise SeenPhotoError("\n".join(blocks))


def seen_notes(found: Sequence[SeenPhotos]) -> tuple[str, ...]:
    """Say what a reader of fool rates must know: photographs seen, networks nobody can ask."""
    notes = []
    for seen in found:
        if seen.training.fingerprints is None:
            notes.append(
                f"the network of {_named(seen.training.conditions)} carries no fingerprints of the"
                " photographs it was trained on, so whether it has seen these cannot be checked;"
                " colorizer fingerprints makes them"
            )
        elif seen.matches:
            notes.append(f"warning: {seen.sentence}; the manifest names them")
    return tuple(notes)


def seen_record(found: Sequence[SeenPhotos]) -> list[dict[str, Any]]:
    """Give what the manifest's provenance says of each network."""
    return [_record(seen) for seen in found]


def _record(seen: SeenPhotos) -> dict[str, Any]:
    training = seen.training
    if training.fingerprints is None:
        return {"conditions": list(training.conditions), "is_checked": False}
    return {
        "conditions": list(training.conditions),
        "is_checked": True,
        "n_fingerprints": len(training.fingerprints),
        "fingerprints_sha256": training.sha256,
        "max_distance": MAX_DISTANCE,
        "min_likeness": MIN_LIKENESS,
        "seen": [
            {
                "photo_id": photo.photo_id,
                "source_name": photo.source.name,
                "distance": match.distance,
                "is_mirrored": match.is_mirrored,
            }
            for photo, match in seen.matches
        ],
    }


def _matches(
    training: TrainingPhotos, photos: Sequence[StudyPhoto], marks: Sequence[Fingerprint]
) -> tuple[tuple[StudyPhoto, Match], ...]:
    if training.fingerprints is None:
        return ()
    found = (find_match(training.fingerprints, mark) for mark in marks)
    return tuple(
        (photo, match) for photo, match in zip(photos, found, strict=True) if match is not None
    )


def _lines(seen: SeenPhotos) -> list[str]:
    lines = [
        f"  {photo.source.origin}: {'mirrored, ' if match.is_mirrored else ''}"
        f"{match.distance} of {N_SIGNS} signs differ"
        for photo, match in seen.matches[:N_NAMED]
    ]
    n_more = len(seen.matches) - len(lines)
    return [*lines, f"  and {n_more} more"] if n_more else lines


def _named(conditions: Sequence[str]) -> str:
    return f"condition{'s' if len(conditions) > 1 else ''} {', '.join(conditions)}"
