"""Recognises copies of a photograph: other size, other compression, small crop, mirrored.

A perceptual hash in the manner of pHash: the signs of the 63 lowest frequencies of the reduced
luma picture, against their median. Two photographs are near duplicates when few signs differ.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.fft import dctn

from colorizer.photos import crop_square

UInt8 = npt.NDArray[np.uint8]
Int64 = npt.NDArray[np.int64]
UInt64 = npt.NDArray[np.uint64]
Float = npt.NDArray[np.float64]

REDUCED_SIDE_PX = 32
N_FREQUENCIES = 8
# Of 63 signs. Different photographs differ in about half; mirrored copies get a stricter limit
# because symmetric scenes come near to their own mirror image.
MAX_DISTANCE = 6
MAX_MIRRORED_DISTANCE = 4
MIN_CAPACITY = 64


@dataclass(frozen=True)
class Fingerprint:
    """Perceptual hashes of a photograph, 63 bits each.

    Attributes:
        frame: of the full frame.
        square: of the middle square, so that a square crop is found again.
        mirrored_frame: of the full frame, left and right exchanged.
        mirrored_square: of the middle square, left and right exchanged.
    """

    frame: int
    square: int
    mirrored_frame: int
    mirrored_square: int


def fingerprint(rgb: UInt8) -> Fingerprint:
    """Compute the hashes of a photograph.

    Args:
        rgb: (H, W, 3), uint8 sRGB.
    """
    frame, square = _frequencies(rgb), _frequencies(crop_square(rgb))
    return Fingerprint(_hash(frame), _hash(square), _hash(_mirror(frame)), _hash(_mirror(square)))


class NearDuplicates:
    """Photographs seen so far, searched for copies of another one."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._hashes = np.zeros((0, 2), np.uint64)  # frame and square; grows by doubling

    def __len__(self) -> int:
        """Give the number of photographs."""
        return len(self._names)

    def add(self, name: str, mark: Fingerprint) -> None:
        """Remember a photograph under a name that a report can print."""
        if len(self) == len(self._hashes):
            spare = np.zeros((max(len(self), MIN_CAPACITY), 2), np.uint64)
            self._hashes = np.concatenate([self._hashes, spare])
        self._hashes[len(self)] = (mark.frame, mark.square)
        self._names.append(name)

    def find(self, mark: Fingerprint) -> str | None:
        """Give the name of the first photograph of which this is a near duplicate, or None.

        The frame and the middle square are compared crosswise, as they are and mirrored.
        """
        plain = self._distances(mark.frame, mark.square) <= MAX_DISTANCE
        mirrored = (
            self._distances(mark.mirrored_frame, mark.mirrored_square) <= MAX_MIRRORED_DISTANCE
        )
        found = np.flatnonzero(plain | mirrored)
        return self._names[found[0]] if len(found) else None

    def _distances(self, frame: int, square: int) -> Int64:
        """Give the least number of differing signs to each photograph, (N,)."""
        queries = np.array([frame, square], np.uint64)
        differing = self._hashes[: len(self), :, np.newaxis] ^ queries
        nearest: Int64 = _count_bits(differing).min(axis=(1, 2))
        return nearest


def _count_bits(words: UInt64) -> Int64:
    octets = np.ascontiguousarray(words)[..., np.newaxis].view(np.uint8)
    count: Int64 = np.unpackbits(octets, axis=-1).sum(axis=-1, dtype=np.int64)
    return count


def _frequencies(rgb: UInt8) -> Float:
    """Give the (8, 8) lowest frequencies of the picture reduced to 32 x 32 luma values."""
    image = Image.fromarray(np.ascontiguousarray(rgb)).convert("L")
    reduced = image.resize((REDUCED_SIDE_PX, REDUCED_SIDE_PX), Image.Resampling.BOX)
    spectrum = dctn(np.asarray(reduced, np.float64), norm="ortho")
    return np.asarray(spectrum)[:N_FREQUENCIES, :N_FREQUENCIES]


def _mirror(spectrum: Float) -> Float:
    """Give the frequencies of the mirrored picture: odd horizontal cosines change their sign."""
    return spectrum * (-1.0) ** np.arange(N_FREQUENCIES)


def _hash(spectrum: Float) -> int:
    values = spectrum.ravel()[1:]  # the first is the mean brightness
    signs = values > np.median(values)
    return int("".join("1" if sign else "0" for sign in signs), 2)
