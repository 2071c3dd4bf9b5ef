"""Reads one input of ``prepare``, decides whether it is usable, and reduces it to its square.

Place on the data's path: ``photo_files.py`` finds the inputs, an engine runs ``examine`` on them,
``preparing.py`` compares them with one another and packs them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from colorizer.errors import DamagedTarError, PhotoError
from colorizer.greyness import check_colourful
from colorizer.near_duplicates import Fingerprint, fingerprint
from colorizer.photo_sources import PhotoSource
from colorizer.photos import UInt8, photo_id, read_photo, training_square

# A JPEG is decoded at 1/2, 1/4 or 1/8 where its short side stays this long, and twice the square.
# The same for every square up to half of it, so that the ids, and with them the splits, are too.
ENOUGH_PX = 512


@dataclass(frozen=True)
class Examined:
    """What became of one input before it is compared with the others.

    Attributes:
        reason: why it is refused; empty if it is not.
        photo_id: of the photograph; empty if refused.
        square: (S, S, 3), uint8, None if refused.
        mark: its perceptual hashes, None if refused.
    """

    reason: str
    photo_id: str = ""
    square: UInt8 | None = None
    mark: Fingerprint | None = None


def examiner(size_px: int, excluded_wnids: frozenset[str]) -> Callable[[PhotoSource], Examined]:
    """Give ``examine`` with its settings, fit to travel to another process."""
    return partial(examine, size_px=size_px, excluded_wnids=excluded_wnids)


def examine(
    source: PhotoSource, size_px: int, excluded_wnids: frozenset[str] = frozenset()
) -> Examined:
    """Read one input, decide whether it is a usable photograph, and reduce it to its square.

    Args:
        source: the input.
        size_px: width and height of the square.
        excluded_wnids: categories that are left out, unread.

    Raises:
        DamagedTarError: the tar file that it should be in is damaged.
    """
    if source.category in excluded_wnids:
        return Examined(f"synset {source.category} is excluded")
    try:
        rgb = read_photo(source, enough_px=max(ENOUGH_PX, 2 * size_px))
        short_px = min(rgb.shape[:2])
        if 2 * short_px < size_px:
            raise PhotoError(f"too small: short side {short_px} px, at least {-(-size_px // 2)}")
        check_colourful(rgb)
    except DamagedTarError as error:
        raise DamagedTarError(f"{source.origin}: {error}; get the tar file again") from None
    except PhotoError as error:
        return Examined(str(error))
    return Examined("", photo_id(rgb), training_square(rgb, size_px), fingerprint(rgb))
