"""Decodes photographs safely: bytes in, upright 8-bit sRGB pixels out, or a named reason.

Pillow does the decoding. What is settled here: a pixel limit that is checked before anything is
decoded, damage is an error, orientation, colour profiles, CMYK, 16 bit, palettes and transparency.
Of animations and multi-page files the first picture is taken.
"""

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageCms, UnidentifiedImageError

from colorizer.errors import PhotoError
from colorizer.jpeg_damage import find_jpeg_damage

UInt8 = npt.NDArray[np.uint8]

PIXEL_LIMIT = 100_000_000
MIN_SIDE_PX = 16
ORIENTATION_TAG = 0x0112
TURN_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
PLAIN_MODES = ("L", "LA", "RGB", "RGBA", "CMYK", "LAB")
# The colour space an embedded profile must be made for, as ICC writes it.
PROFILE_SPACES = {"RGB": "RGB ", "CMYK": "CMYK", "L": "GRAY"}
OPAQUE = 255
LEVEL_16_TO_8 = 257  # 65535 / 255

# Warning filters and Pillow's limit belong to the whole process: threads take turns with headers.
_HEADER_LOCK = threading.Lock()


def decode_photo(
    data: bytes,
    *,
    pixel_limit: int = PIXEL_LIMIT,
    min_side_px: int = MIN_SIDE_PX,
    enough_px: int | None = None,
) -> UInt8:
    """Decode a photograph to what a good viewer shows.

    Orientation is applied. A colour profile, if there and valid, is converted to sRGB (relative
    colorimetric, black point compensated); without one RGB and grey are taken as sRGB and CMYK is
    converted by Pillow's formula 255·(1-C)(1-K). Transparency is put on white. 16 bit per
    channel is scaled to 8: grey is rounded, RGB is cut to its upper byte by Pillow (at most one
    level lower).

    Args:
        data: the file's bytes.
        pixel_limit: most pixels a file may declare.
        min_side_px: shortest side allowed, in pixels.
        enough_px: a JPEG may be decoded at 1/2, 1/4 or 1/8 of its size, as long as its short side
            keeps so many pixels; None decodes all.

    Returns:
        (H, W, 3), uint8 sRGB.

    Raises:
        PhotoError: the reason why the bytes are no usable photograph.
    """
    if not data:
        raise PhotoError("the file is empty")
    try:
        image = _open(data)
        _check_size(image, pixel_limit, min_side_px)
        if enough_px is not None and image.format in ("JPEG", "MPO"):
            image.draft(None, (enough_px, enough_px))
        image.load()
        _check_damage(image, data)
        upright = _turn_upright(image, _orientation(image))
        return np.array(_to_rgb(upright))
    except PhotoError:
        raise
    except Exception as error:  # hostile bytes make the codecs raise nearly anything
        raise PhotoError(f"damaged or unsupported: {_one_line(error)}") from None


def has_transparency(data: bytes) -> bool:
    """Tell whether a pixel of a picture that can be decoded is not wholly opaque."""
    image = _open(data)
    if not image.has_transparency_data:
        return False
    alpha = np.asarray(image.convert("RGBA").getchannel("A"))
    return bool((alpha < OPAQUE).any())


def _open(data: bytes) -> Image.Image:
    try:
        with _quiet_headers():
            return Image.open(io.BytesIO(data))
    except UnidentifiedImageError:
        raise PhotoError("not a picture in a known format") from None


def _check_size(image: Image.Image, pixel_limit: int, min_side_px: int) -> None:
    width, height = image.size
    if width * height > pixel_limit:
        raise PhotoError(
            f"too many pixels: {width} x {height}, at most {pixel_limit:,} are allowed"
        )
    if min(width, height) < min_side_px:
        raise PhotoError(
            f"too small: {width} x {height} pixels, the short side needs {min_side_px}"
        )


def _check_damage(image: Image.Image, data: bytes) -> None:
    if image.format in ("JPEG", "MPO") and (damage := find_jpeg_damage(data)):
        raise PhotoError(f"damaged JPEG: {damage}")


def _orientation(image: Image.Image) -> int:
    with _quiet_headers():  # a broken EXIF block is no reason to lose the photograph
        try:
            return int(image.getexif().get(ORIENTATION_TAG, 1))
        except (ValueError, TypeError, SyntaxError, OSError, KeyError, IndexError):
            return 1


def _turn_upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = TURN_UPRIGHT.get(orientation)
    if turn is None:
        return image
    turned = image.transpose(turn)
    turned.info = image.info  # the colour profile
    turned.format = image.format
    return turned


def _to_rgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    plain = _to_plain_mode(_undo_cmyk_inversion(image))
    if plain.mode not in ("LA", "RGBA"):
        return _to_srgb(plain, profile)
    alpha = plain.getchannel("A")
    colour = _to_srgb(plain.convert(plain.mode[:-1]), profile)
    white = Image.new("RGB", colour.size, "white")
    return Image.composite(colour, white, alpha)


def _undo_cmyk_inversion(image: Image.Image) -> Image.Image:
    # Pillow takes every CMYK JPEG for Adobe's, which stores ink upside down; others do not.
    if image.format == "JPEG" and image.mode == "CMYK" and "adobe" not in image.info:
        return ImageChops.invert(image)
    return image


def _to_plain_mode(image: Image.Image) -> Image.Image:
    """Bring any of Pillow's modes to L, LA, RGB, RGBA, CMYK or LAB, 8 bit per channel."""
    mode = image.mode
    if mode == "F" or (mode == "I" and image.format != "PNG"):
        raise PhotoError(f"pixels of 32 bit ({mode}) have no known range")
    if mode == "I" or mode.startswith("I;16"):
        return Image.fromarray(_levels_16_to_8(np.asarray(image)))
    if mode in ("P", "PA", "RGBa") or "transparency" in image.info:
        has_alpha = mode != "P" or image.has_transparency_data
        return image.convert("RGBA" if has_alpha else "RGB")
    if mode in PLAIN_MODES:
        return image
    return image.convert({"1": "L", "La": "LA"}.get(mode, "RGB"))


def _levels_16_to_8(levels: npt.NDArray[Any]) -> UInt8:
    scaled = np.rint(np.asarray(levels, np.float64) / LEVEL_16_TO_8)
    return np.clip(scaled, 0, 255).astype(np.uint8)


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert by the embedded profile; a missing, broken or unfit one is passed over."""
    if image.mode == "LAB":
        return _convert(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")))
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile)) if profile else None
        if source and _is_wanted(source, image.mode):
            return _convert(image, source)
    except (ImageCms.PyCMSError, OSError):  # what browsers do: show it as if it had none
        pass
    return image.convert("RGB")


def _is_wanted(profile: ImageCms.ImageCmsProfile, mode: str) -> bool:
    """Tell whether a profile is made for the mode and changes anything."""
    space = profile.profile.xcolor_space
    is_srgb = (profile.profile.profile_description or "").startswith("sRGB")
    return PROFILE_SPACES.get(mode) == space and not is_srgb


def _convert(image: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    converted = ImageCms.profileToProfile(
        image,
        source,
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if converted is None:
        raise ImageCms.PyCMSError("no result")
    return converted


@contextmanager
def _quiet_headers() -> Iterator[None]:
    """Read headers without Pillow's remarks and without its own, less exact, pixel limit."""
    with _HEADER_LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pillow_limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = pillow_limit


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
