"""Takes fakes that any other program made, matched to the photographs by file name."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from colorizer.accepted_crops import NOTHING_ACCEPTED, AcceptedCrops
from colorizer.equal_lightness import LIGHTNESS_TOLERANCE, lightness_difference
from colorizer.errors import PhotoError
from colorizer.fake_alignment import Alignment, find_alignment
from colorizer.fake_findings import FakeFindings, FittedFake
from colorizer.fake_problems import FakeError, FakeProblem
from colorizer.fake_sizes import fit_size, size_message
from colorizer.fakes_matching import match_fakes
from colorizer.lab import join_lightness_ab, rgb_to_lab
from colorizer.photo_decoding import decode_photo, has_transparency
from colorizer.photo_sources import PhotoSource
from colorizer.photos import read_photo, square_of_size
from colorizer.study_photos import StudyPhoto

UInt8 = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float64]


class FakesFolder:
    """The fakes of one condition, lying in a folder.

    A fake is either as large as the crop that is shown, or as large as the photograph; then it is
    cropped and resized as the photograph was. Its L* must be the real one's: a fake that is
    lighter or darker could be told without looking at colours. Where the real L* is put in the
    place of the fake's, only its colours count, and other sizes of the same shapes will do.

    Args:
        name: of the condition.
        folder: holds the fakes; each is called like its photograph, whatever the suffix.
        photos: all photos of the set; each needs its fake.
        match_lightness: put the real L* in the place of the fake's instead of refusing it.
        accepted: fakes that somebody has looked at and takes, whatever part they seem to show.

    Raises:
        ColorizerError: there are no pictures in the folder.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        photos: Sequence[StudyPhoto],
        match_lightness: bool,
        accepted: AcceptedCrops = NOTHING_ACCEPTED,
    ) -> None:
        self._name, self._photos, self._accepted = name, photos, accepted
        self._match_lightness = match_lightness
        self._matched = match_fakes(name, folder, photos)
        self._fakes = self._matched.fakes
        self.hints = self._matched.hints
        self.notes: tuple[str, ...] = ()
        self.settings: dict[str, Any] = {
            "folder": folder.name,
            "fakes_digest": _digest(self._fakes[number] for number in sorted(self._fakes)),
            "match_lightness": match_lightness,
        }

    def check(
        self,
        read_real: Callable[[StudyPhoto], UInt8],
        progress: Callable[[int], None] | None = None,
    ) -> list[FakeProblem]:
        """Look at every fake, and add what was found to settings and notes.

        Args:
            read_real: gives a photo's real image, (S, S, 3), uint8 sRGB.
            progress: called with the number of fakes looked at.

        Returns:
            What is wrong, in the order of the photos that have no fake, then of the others.
        """
        problems = list(self._matched.problems)
        found = FakeFindings(self._name, self._accepted)
        for photo in self._photos:
            if photo.number not in self._fakes:
                continue
            real = read_real(photo)
            try:
                fitted = self._fit(photo, real)
                found.add(photo.source.relative_path, real, fitted)
            except FakeError as error:
                problems.append(self._problem(photo, error))
            if progress:
                progress(found.n_looked_at + len(problems))
        if self._match_lightness:
            self.settings |= found.settings()
        if found.accepted_crops:
            self.settings["accepted_crops"] = dict(sorted(found.accepted_crops.items()))
        self.notes = found.notes()
        return problems

    def make(self, photo: StudyPhoto, real: UInt8) -> UInt8:
        """Give the fake of a photo.

        Args:
            photo: one of the set.
            real: (S, S, 3), uint8 sRGB, its image as it is shown.

        Returns:
            (S, S, 3), uint8 sRGB.

        Raises:
            PhotoError: the fake cannot be decoded, has another size, part or lightness.
        """
        try:
            return self._fit(photo, real).rgb
        except FakeError as error:
            raise PhotoError(f"{self._fakes[photo.number].origin}: {error}") from None

    def _fit(self, photo: StudyPhoto, real: UInt8) -> FittedFake:
        """Bring a fake to the crop that is shown, with the L* that it is to have."""
        fake = _read(self._fakes[photo.number])
        if fake.shape == real.shape:
            return self._fit_square(photo, real, fake)
        original = read_photo(photo.source)
        if fake.shape != original.shape:
            if not self._match_lightness:
                raise FakeError("size", size_message(real, fake, original))
            return self._fit_square(photo, real, fit_size(real, fake, original), is_resized=True)
        square = square_of_size(fake, real.shape[0])
        difference, seems = lightness_difference(original, fake), ""
        if difference.max() > LIGHTNESS_TOLERANCE:
            seems = self._check_part(photo, find_alignment(real, square))
            self._check_lightness(difference)
        # resizing mixes colours, so equal L* before does not mean equal L* after
        return FittedFake(_joined(real, square), float(difference.max()), accepted_as=seems)

    def _fit_square(
        self, photo: StudyPhoto, real: UInt8, fake: UInt8, *, is_resized: bool = False
    ) -> FittedFake:
        """Check a fake of the crop's size."""
        difference, seems = lightness_difference(real, fake), ""
        if difference.max() > LIGHTNESS_TOLERANCE:
            alignment = find_alignment(real, fake, partial(read_photo, photo.source))
            seems = self._check_part(photo, alignment)
            self._check_lightness(difference)
        rgb = _joined(real, fake) if self._match_lightness else fake
        return FittedFake(rgb, float(difference.max()), is_resized, seems)

    def _check_part(self, photo: StudyPhoto, alignment: Alignment) -> str:
        """Refuse a fake that shows something else than its photograph's square, unless accepted.

        Gives what it seems to show instead; empty if it fits.
        """
        path = photo.source.relative_path
        if alignment.problem and path not in self._accepted:
            way_out = f"if it is the right one, --accept-crop {self._name}/{path} takes it"
            raise FakeError("crop", f"{alignment.problem}; {way_out}")
        return alignment.problem

    def _check_lightness(self, difference: Float) -> None:
        """Refuse another L*, unless the real one will take its place."""
        if not self._match_lightness:
            raise FakeError("lightness", _lightness_message(difference))

    def _problem(self, photo: StudyPhoto, error: FakeError) -> FakeProblem:
        origin = self._fakes[photo.number].origin
        path = photo.source.relative_path
        return FakeProblem(self._name, path, origin, error.kind, str(error))


def _read(source: PhotoSource) -> UInt8:
    try:
        data = source.read()
        fake = decode_photo(data)
    except PhotoError as error:
        raise FakeError("unreadable", str(error)) from None
    if has_transparency(data):
        raise FakeError(
            "transparent", "some pixels are transparent; allowed: opaque ones, so flatten it first"
        )
    return fake


def _lightness_message(difference: Float) -> str:
    beyond = float((difference > LIGHTNESS_TOLERANCE).mean())
    return (
        f"its L* differs from the real photo's by up to {difference.max():.2f} (mean"
        f" {difference.mean():.2f}, {beyond:.1%} of the pixels beyond {LIGHTNESS_TOLERANCE});"
        " --match-lightness gives it the real L*"
    )


def _joined(real: UInt8, fake: UInt8) -> UInt8:
    return join_lightness_ab(rgb_to_lab(real)[..., :1], rgb_to_lab(fake)[..., 1:])


def _digest(sources: Iterable[PhotoSource]) -> str:
    digest = hashlib.sha256()
    for source in sources:
        digest.update(hashlib.sha256(source.read()).digest())
    return digest.hexdigest()
