"""Takes fakes that any other program made, matched to the photographs by file name."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from colorizer.equal_lightness import check_equal_lightness
from colorizer.errors import ColorizerError, PhotoError
from colorizer.lab import join_lightness_ab, rgb_to_lab
from colorizer.photo_files import find_photos
from colorizer.photo_sources import PhotoSource
from colorizer.photos import read_photo, square_of_size
from colorizer.study_photos import StudyPhoto

UInt8 = npt.NDArray[np.uint8]


class FakesFolder:
    """The fakes of one condition, lying in a folder.

    A fake is either as large as the crop that is shown, or as large as the photograph; then it is
    cropped and resized as the photograph was. Its L* must be the real one's: a fake that is
    lighter or darker could be told without looking at colours.

    Args:
        name: of the condition.
        folder: holds the fakes; each is called like its photograph, whatever the suffix.
        photos: all photos of the set; each needs its fake.
        match_lightness: put the real L* in the place of the fake's instead of refusing it.

    Raises:
        ColorizerError: no fakes there, a photo without a fake or with several.
    """

    def __init__(
        self, name: str, folder: Path, photos: Sequence[StudyPhoto], match_lightness: bool
    ) -> None:
        self._match_lightness = match_lightness
        self._fakes = _match(name, folder, photos, list(find_photos([folder])))
        self.settings: dict[str, Any] = {
            "folder": folder.name,
            "fakes_digest": _digest(self._fakes[photo.number] for photo in photos),
            "match_lightness": match_lightness,
        }

    def make(self, photo: StudyPhoto, real: UInt8) -> UInt8:
        """Give the fake of a photo.

        Args:
            photo: one of the set.
            real: (S, S, 3), uint8 sRGB, its image as it is shown.

        Returns:
            (S, S, 3), uint8 sRGB.

        Raises:
            PhotoError: the fake cannot be decoded, has another size or another lightness.
        """
        source = self._fakes[photo.number]
        try:
            fake = read_photo(source)
            if fake.shape == real.shape:
                return self._join(real, fake) if self._match_lightness else _checked(real, fake)
            return self._shrink(photo, real, fake)
        except PhotoError as error:
            raise PhotoError(f"{source.origin}: {error}") from None

    def _shrink(self, photo: StudyPhoto, real: UInt8, fake: UInt8) -> UInt8:
        """Crop and resize a fake of the photograph's own size, then give it the crop's L*.

        Resizing mixes colours, so equal L* before does not mean equal L* after.
        """
        original = read_photo(photo.source)
        if fake.shape != original.shape:
            size_px = real.shape[0]
            raise PhotoError(
                f"{fake.shape[1]} x {fake.shape[0]} pixels; allowed are {size_px} x {size_px}, the"
                f" crop, and {original.shape[1]} x {original.shape[0]}, the photograph"
            )
        if not self._match_lightness:
            _checked(original, fake)
        return self._join(real, square_of_size(fake, real.shape[0]))

    @staticmethod
    def _join(real: UInt8, fake: UInt8) -> UInt8:
        return join_lightness_ab(rgb_to_lab(real)[..., :1], rgb_to_lab(fake)[..., 1:])


def _checked(real: UInt8, fake: UInt8) -> UInt8:
    try:
        check_equal_lightness(real, fake)
    except PhotoError as error:
        raise PhotoError(f"{error}; --match-lightness gives it the real L*") from None
    return fake


def _match(
    name: str, folder: Path, photos: Sequence[StudyPhoto], fakes: list[PhotoSource]
) -> dict[int, PhotoSource]:
    by_place, by_name = _index(fakes, _place), _index(fakes, _stem)
    names = Counter(_stem(_path(photo.source)) for photo in photos)
    matched, missing = {}, []
    for photo in photos:
        path = _path(photo.source)
        # x.gif has its fake in x.png, or in x.gif.png; the same for its name in any other folder
        found = by_place.get(_place(path)) or by_place.get(str(path))
        if not found and names[_stem(path)] == 1:
            found = by_name.get(_stem(path)) or by_name.get(path.name)
        if not found:
            missing.append(photo.source.relative_path)
        elif len(found) > 1:
            raise ColorizerError(
                f"condition {name}: {len(found)} fakes of {photo.source.relative_path} in {folder}:"
                f" {found[0].relative_path} and {found[1].relative_path}; leave one"
            )
        else:
            matched[photo.number] = found[0]
    if missing:
        raise ColorizerError(
            f"condition {name}: {folder} holds no fake of {len(missing)} of the {len(photos)}"
            f" photographs, the first is {missing[0]}; a fake is called like its photograph,"
            " whatever the suffix"
        )
    return matched


def _index(
    fakes: list[PhotoSource], key: Callable[[PurePosixPath], str]
) -> dict[str, list[PhotoSource]]:
    index: dict[str, list[PhotoSource]] = {}
    for fake in fakes:
        index.setdefault(key(_path(fake)), []).append(fake)
    return index


def _path(source: PhotoSource) -> PurePosixPath:
    # macOS writes accents as characters of their own, other systems do not
    return PurePosixPath(unicodedata.normalize("NFC", source.relative_path))


def _place(path: PurePosixPath) -> str:
    return str(path.with_suffix(""))


def _stem(path: PurePosixPath) -> str:
    return path.stem


def _digest(sources: Iterable[PhotoSource]) -> str:
    digest = hashlib.sha256()
    for source in sources:
        digest.update(hashlib.sha256(source.read()).digest())
    return digest.hexdigest()
