"""Recognises copies of a photograph: other size, other compression, small crop, mirrored.

Two measures of the lowest frequencies of the reduced luma picture, both of which must agree. In the
manner of pHash, the signs of 63 of them against their median: few differ in a copy. And how the
eight lowest stand to one another, which tells simple pictures apart that have few signs of their
own, such as one upright thing before a plain ground.

Files of trained networks hold these hashes: another hash would make them worthless.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.fft import dctn
from scipy.spatial import KDTree

from colorizer.photos import crop_square

UInt8 = npt.NDArray[np.uint8]
UInt64 = npt.NDArray[np.uint64]
Int = npt.NDArray[np.int64]
Float = npt.NDArray[np.float64]

REDUCED_SIDE_PX = 32
N_FREQUENCIES = 8
N_SIGNS = N_FREQUENCIES**2 - 1  # all but the mean brightness
N_PROFILE = 3  # the 3 x 3 lowest frequencies, but for the mean, fill one word of 8 bytes
PROFILE_ORDERS = np.hypot.outer(np.arange(N_PROFILE), np.arange(N_PROFILE))
PROFILE_LENGTH = 127  # of the profile as a vector, so that each of its numbers fits a byte

# Measured on 18,161 photographs (docs/decisions/0005-fingerprints-of-training-photographs.md).
MAX_DISTANCE = 10  # signs; different photographs differ in about half of the 63
MIN_LIKENESS = 0.97  # cosine of the angle between two profiles
NO_COPY = 255
BALL_RADIUS = (2 - 2 * MIN_LIKENESS) ** 0.5 + 1e-6  # more than rounding takes away
MAX_WAITING = 2048  # hashes outside the trees; comparing with them costs less than one more tree
MERGED_RATIO = 8  # times as many as the new ones has a tree at most that is built anew with them


class PictureHash(NamedTuple):
    """Two words that tell one picture from another.

    Attributes:
        signs: 63 bits.
        profile: eight signed bytes, the first in the lowest bits.
    """

    signs: int
    profile: int


@dataclass(frozen=True)
class Fingerprint:
    """Perceptual hashes of a photograph.

    Attributes:
        frame: of the full frame.
        square: of the middle square, so that a square crop is found again.
        mirrored_frame: of the full frame, left and right exchanged.
        mirrored_square: of the middle square, left and right exchanged.
    """

    frame: PictureHash
    square: PictureHash
    mirrored_frame: PictureHash
    mirrored_square: PictureHash


def fingerprint(rgb: UInt8) -> Fingerprint:
    """Compute the hashes of a photograph.

    Args:
        rgb: (H, W, 3), uint8 sRGB.
    """
    luma = np.asarray(Image.fromarray(rgb).convert("L"))
    frame, square = _frequencies(luma), _frequencies(crop_square(luma))
    return Fingerprint(_hash(frame), _hash(square), _hash(_mirror(frame)), _hash(_mirror(square)))


class NearDuplicates:
    """Photographs seen so far, searched for copies of another one.

    A search costs hardly more among many than among few: see ``_Profiles``.
    """

    def __init__(self) -> None:
        self._n_photos = 0
        self._names: list[str] = []  # of the first photograph with each hash
        self._known: set[PictureHash] = set()
        self._profiles = _Profiles()

    def __len__(self) -> int:
        """Give the number of photographs."""
        return self._n_photos

    def add(self, name: str, mark: Fingerprint) -> None:
        """Remember a photograph under a name that a report can print."""
        self._n_photos += 1
        for picture in (mark.frame, mark.square):
            if picture not in self._known:
                self._known.add(picture)
                self._names.append(name)
                self._profiles.add(picture)

    def find(self, mark: Fingerprint) -> str | None:
        """Give the name of the first photograph of which this is a near duplicate, or None.

        The frame and the middle square are compared crosswise, as they are and mirrored.
        """
        queries = {mark.frame, mark.square, mark.mirrored_frame, mark.mirrored_square}
        near, hashes = self._profiles.near(queries)
        distances = np.min([copy_distances(hashes, query) for query in queries], axis=0)
        found = near[distances != NO_COPY]
        return self._names[found[0]] if len(found) else None


class _Profiles:
    """Hashes, of which those are found whose profile points about the same way as another one.

    These are the ones within a ball about its direction. Trees find them without a look at the
    others (k-d trees, Bentley 1975). A tree cannot grow: the newest hashes wait outside, and once
    they are many they become a tree, together with the small ones among the trees (Bentley & Saxe
    1980). So there are few trees, and a hash is built into few of them, one after the other.
    """

    def __init__(self) -> None:
        self._hashes = np.zeros((MAX_WAITING, 2), np.uint64)  # grows by doubling
        self._n = 0
        self._trees: list[tuple[int, KDTree]] = []  # each with its first hash, up to the next one's
        self._n_in_trees = 0

    def add(self, picture: PictureHash) -> None:
        """Put a hash behind the others."""
        if self._n == len(self._hashes):
            self._hashes = np.concatenate([self._hashes, np.zeros_like(self._hashes)])
        self._hashes[self._n] = picture
        self._n += 1
        if self._n - self._n_in_trees == MAX_WAITING:
            self._plant()

    def near(self, queries: Iterable[PictureHash]) -> tuple[Int, UInt64]:
        """Give all hashes that may be copies of one of the queries, besides some that are none.

        Returns:
            (M,), int64, ascending, the places of these hashes in the order of ``add``; and the
            hashes, (M, 2), uint64.
        """
        points = _directions(np.array(list(queries), np.uint64))
        in_trees = {
            start + number
            for start, tree in self._trees
            for inside in tree.query_ball_point(points, BALL_RADIUS)
            for number in inside
        }
        waiting = np.arange(self._n_in_trees, self._n)
        near = np.concatenate([np.array(sorted(in_trees), np.int64), waiting])
        return near, self._hashes[near]

    def _plant(self) -> None:
        start = self._n_in_trees
        while self._trees and start - self._trees[-1][0] < MERGED_RATIO * (self._n - start):
            start, _ = self._trees.pop()
        self._trees.append((start, KDTree(_directions(self._hashes[start : self._n]))))
        self._n_in_trees = self._n


def copy_distances(known: UInt64, query: PictureHash) -> UInt8:
    """Compare many pictures with one.

    Args:
        known: (N, 2), uint64, signs and profiles.
        query: of the one.

    Returns:
        (N,), uint8, the number of differing signs where a picture is a copy, else ``NO_COPY``.
    """
    differing = np.bitwise_count(known[:, 0] ^ np.uint64(query.signs))
    near = np.flatnonzero(differing <= MAX_DISTANCE)
    profiles, profile = _numbers(known[near, 1]), _numbers(np.array([query.profile], np.uint64))[0]
    lengths = np.linalg.norm(profiles, axis=1) * np.linalg.norm(profile)
    copies = near[profiles @ profile >= MIN_LIKENESS * np.maximum(lengths, 1)]
    distances = np.full(len(known), NO_COPY, np.uint8)
    distances[copies] = differing[copies]
    return distances


def _numbers(profiles: UInt64) -> Float:
    """Take profiles (N,) apart into their numbers, (N, 8)."""
    octets = np.ascontiguousarray(profiles, "<u8").view(np.int8)
    return octets.reshape(-1, N_PROFILE**2 - 1).astype(np.float64)


def _directions(hashes: UInt64) -> Float:
    """Give the directions in which the profiles of hashes (N, 2) point: (N, 8), of length 1, or 0.

    Of two with an angle of cosine c the distance is the root of 2 - 2c.
    """
    profiles = _numbers(hashes[:, 1])
    lengths: Float = np.linalg.norm(profiles, axis=1, keepdims=True)
    return profiles / np.maximum(lengths, 1)


def _frequencies(luma: UInt8) -> Float:
    """Give the (8, 8) lowest frequencies of the picture (H, W) reduced to 32 x 32 luma values."""
    image = Image.fromarray(np.ascontiguousarray(luma))
    reduced = image.resize((REDUCED_SIDE_PX, REDUCED_SIDE_PX), Image.Resampling.BOX)
    spectrum = dctn(np.asarray(reduced, np.float64), norm="ortho")
    return np.asarray(spectrum)[:N_FREQUENCIES, :N_FREQUENCIES]


def _mirror(spectrum: Float) -> Float:
    """Give the frequencies of the mirrored picture: odd horizontal cosines change their sign."""
    return spectrum * (-1.0) ** np.arange(N_FREQUENCIES)


def _hash(spectrum: Float) -> PictureHash:
    values = spectrum.ravel()[1:]  # the first is the mean brightness
    median = np.partition(values, N_SIGNS // 2)[N_SIGNS // 2]
    bits = np.concatenate([[False], values > median])  # whole bytes: the first bit is of no value
    return PictureHash(int.from_bytes(np.packbits(bits).tobytes()), _profile(spectrum))


def _profile(spectrum: Float) -> int:
    """Pack the lowest frequencies, each times its own: large ones are rarer in photographs."""
    numbers = (spectrum[:N_PROFILE, :N_PROFILE] * PROFILE_ORDERS).ravel()[1:]
    length = np.linalg.norm(numbers)
    scaled = np.rint(numbers * (PROFILE_LENGTH / length)) if length > 0 else np.zeros_like(numbers)
    return int.from_bytes(scaled.astype(np.int8).tobytes(), "little")
