"""sRGB to CIE L*a*b* and back, and the way of any colour into the sRGB gamut at constant L*.

The only module with the matrices. D65, 2° observer, IEC 61966-2-1; L* in [0, 100], a* and b* in
about [-110, 110]. ``rgb_to_lab`` takes the array module, so that one formula serves NumPy and the
compiled training step (``keras.ops``).
"""

from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Float = npt.NDArray[np.float64]
Float32 = npt.NDArray[np.float32]
UInt8 = npt.NDArray[np.uint8]

# IEC 61966-2-1: linear sRGB to CIE XYZ. The white is the matrix' own, so greys have a* = b* = 0.
RGB_TO_XYZ: Float = np.array(
    [
        [0.4123907992659595, 0.3575843393838780, 0.1804807884018343],
        [0.2126390058715104, 0.7151686787677559, 0.0721923153607337],
        [0.0193308187155918, 0.1191947797946259, 0.9505321522496608],
    ],
    np.float64,
)
WHITE: Float = RGB_TO_XYZ.sum(axis=1)
XYZ_TO_RGB: npt.NDArray[np.floating[Any]] = np.linalg.inv(RGB_TO_XYZ)
RELATIVE_XYZ_TO_RGB: npt.NDArray[np.floating[Any]] = XYZ_TO_RGB * WHITE  # takes X/Xn, Y/Yn, Z/Zn

EPSILON = (6 / 29) ** 3  # CIE 15:2004: below it f is a straight line
SLOPE = (29 / 6) ** 2 / 3
OFFSET = 4 / 29

N_BISECTIONS = 24
BLOCK_PX = 16_384  # computed at a time
GAMUT_TOLERANCE = 1e-7  # of linear RGB, for the rounding errors of colours on the gamut's border


def rgb_to_lab(rgb: Any, xp: ModuleType = np) -> Any:
    """Turn 8-bit sRGB values into CIE L*a*b*.

    Args:
        rgb: (..., 3), any real type, values in [0, 255]; an array of ``xp``.
        xp: ``numpy`` (computes in float64) or ``keras.ops`` (pass float32).

    Returns:
        (..., 3): L* in [0, 100], a* and b* in CIE units; float64 from NumPy, else as passed.
    """
    if xp is np:
        rgb = np.asarray(rgb)
    if xp is np and rgb.dtype == np.uint8:
        linear = _linear_levels()[rgb]
    else:
        linear = _decode_srgb(np.asarray(rgb, np.float64) if xp is np else rgb, xp)
    f = _compress(xp.matmul(linear, _like(RGB_TO_XYZ.T / WHITE, xp)), xp)
    lightness = 116.0 * f[..., 1:2] - 16.0
    a = 500.0 * (f[..., 0:1] - f[..., 1:2])
    b = 200.0 * (f[..., 1:2] - f[..., 2:3])
    return xp.concatenate([lightness, a, b], axis=-1)


def lightness_of(rgb: UInt8) -> Float:
    """Give L* alone, as ``rgb_to_lab`` does, in a fifth of its time.

    Args:
        rgb: (..., 3), uint8 sRGB.

    Returns:
        (..., 1), float64, L* in [0, 100].
    """
    pixels = rgb.reshape(-1, 3)
    lightness = np.empty((len(pixels), 1), np.float64)
    for block in _blocks(len(pixels)):
        luminance = _linear_levels()[pixels[block]] @ (RGB_TO_XYZ[1] / WHITE[1])
        lightness[block, 0] = 116.0 * _compress(luminance, np) - 16.0
    return lightness.reshape(*rgb.shape[:-1], 1)


def lab_planes(rgb: UInt8) -> tuple[Float32, Float32, Float32]:
    """Give L*, a* and b* one by one, as ``rgb_to_lab`` does, in float32 and a quarter of its time.

    Args:
        rgb: (..., 3), uint8 sRGB.

    Returns:
        L*, a* and b*, each (N,), N the number of pixels; 0.0001 from the exact values at most.
    """
    channels = np.ascontiguousarray(rgb.reshape(-1, 3).T)
    levels = _linear_levels().astype(np.float32)
    red, green, blue = (np.take(levels, channel) for channel in channels)
    rows = (RGB_TO_XYZ / WHITE[:, np.newaxis]).astype(np.float32)
    x, y, z = (_compress(row[0] * red + row[1] * green + row[2] * blue, np) for row in rows)
    return np.float32(116) * y - np.float32(16), 500 * (x - y), 200 * (y - z)


def lab_to_linear_rgb(lab: Array) -> Float:
    """Turn CIE L*a*b* into linear sRGB, without clipping.

    Args:
        lab: (..., 3), L* in [0, 100], a* and b* in CIE units.

    Returns:
        (..., 3), float64; inside [0, 1] exactly for colours in the gamut.
    """
    lab = np.asarray(lab, np.float64)
    f_y = (lab[..., 0] + 16.0) / 116.0
    f = np.stack([f_y + lab[..., 1] / 500.0, f_y, f_y - lab[..., 2] / 200.0], axis=-1)
    result: Float = _expand(f) @ RELATIVE_XYZ_TO_RGB.T
    return result


def lab_to_rgb(lab: Array) -> UInt8:
    """Turn CIE L*a*b* into 8-bit sRGB of the same L*; colours out of gamut lose chroma.

    Args:
        lab: (..., 3), L* in [0, 100], a* and b* in CIE units.

    Returns:
        (..., 3), uint8; each channel rounded, which moves L* by at most 0.25.
    """
    lab = _clip_lightness(lab)
    linear = lab_to_linear_rgb(lab)
    outside = ~_is_shown(np.moveaxis(linear, -1, 0))
    if outside.any():
        linear[outside] = lab_to_linear_rgb(_bisect_chroma(lab[outside]))
    return np.rint(_encode_srgb(linear) * 255.0).astype(np.uint8)


def join_lightness_ab(lightness: Array, ab: Array) -> UInt8:
    """Join a photo's lightness with an ab plane, at the photo's full resolution.

    Args:
        lightness: (..., 1), L* in [0, 100].
        ab: (..., 2), a* and b* in CIE units, any values.

    Returns:
        (..., 3), uint8 sRGB whose L* is the given one up to 8-bit rounding.
    """
    planes = np.reshape(lightness, (-1, 1)), np.reshape(ab, (-1, 2))
    joined = np.empty((len(planes[0]), 3), np.uint8)
    for block in _blocks(len(joined)):
        joined[block] = lab_to_rgb(np.concatenate([plane[block] for plane in planes], axis=-1))
    return joined.reshape(*lightness.shape[:-1], 3)


def reduce_chroma_into_gamut(lab: Array) -> Float:
    """Scale (a*, b*) towards grey until sRGB can show the colour; L* and hue angle stay.

    Args:
        lab: (..., 3), L* in [0, 100], a* and b* in CIE units.

    Returns:
        (..., 3), float64, in gamut; colours that were in gamut are returned unchanged.
    """
    result = _clip_lightness(lab)
    outside = ~is_in_gamut(result)
    if outside.any():
        result[outside] = _bisect_chroma(result[outside])
    return result


def is_in_gamut(lab: Array) -> npt.NDArray[np.bool_]:
    """Tell which colours sRGB can show.

    Args:
        lab: (..., 3), L* in [0, 100], a* and b* in CIE units.

    Returns:
        (...), bool.
    """
    return _is_shown(np.moveaxis(lab_to_linear_rgb(lab), -1, 0))


def _blocks(n_pixels: int) -> Iterator[slice]:
    """Cut pixels into blocks: large photographs take little memory, and the cache is used."""
    return (slice(start, start + BLOCK_PX) for start in range(0, n_pixels, BLOCK_PX))


def _is_shown(channels: Float) -> npt.NDArray[np.bool_]:
    """Tell which linear RGB values, (3, ...), lie in [0, 1] up to rounding errors."""
    red, green, blue = channels
    lowest = np.minimum(np.minimum(red, green), blue)
    highest = np.maximum(np.maximum(red, green), blue)
    return np.asarray((lowest >= -GAMUT_TOLERANCE) & (highest <= 1 + GAMUT_TOLERANCE))


def _clip_lightness(lab: Array) -> Float:
    result = np.array(lab, np.float64)
    result[..., 0] = np.clip(result[..., 0], 0.0, 100.0)
    return result


def _bisect_chroma(lab: Float) -> Float:
    """Scale each (a*, b*) by the largest share in [0, 1] that stays in gamut; (n, 3)."""
    scaled = lab.copy()
    scaled[:, 1:] *= _largest_share_in_gamut(lab)[:, np.newaxis]
    return scaled


def _largest_share_in_gamut(lab: Float) -> Float:
    # with the channels first each operation runs over contiguous memory: twice as fast
    grey = (lab[:, 0] + 16.0) / 116.0
    slopes = np.stack([lab[:, 1] / 500.0, np.zeros(len(lab)), -lab[:, 2] / 200.0])
    low, high = np.zeros(len(lab)), np.ones(len(lab))
    for _ in range(N_BISECTIONS):
        middle = (low + high) / 2
        inside = _is_shown(RELATIVE_XYZ_TO_RGB @ _expand(grey + middle * slopes))
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return low


@cache
def _linear_levels() -> Float:
    """Give the linear value of each of the 256 levels of 8-bit sRGB."""
    levels: Float = _decode_srgb(np.arange(256.0), np)
    levels.flags.writeable = False
    return levels


def _decode_srgb(levels: Any, xp: ModuleType) -> Any:
    values = levels / 255.0
    return xp.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _encode_srgb(linear: Float) -> Float:
    linear = np.clip(linear, 0.0, 1.0)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def _compress(xyz: Any, xp: ModuleType) -> Any:
    """Give CIE's f of X/Xn, Y/Yn or Z/Zn: the cube root, a straight line near black."""
    cube_root = xp.maximum(xyz, EPSILON) ** (1 / 3)
    return xp.where(xyz > EPSILON, cube_root, SLOPE * xyz + OFFSET)


def _expand(f: Float) -> Float:
    """Undo ``_compress``."""
    return np.where(f > 6 / 29, f * f * f, (f - OFFSET) / SLOPE)  # f**3 takes ten times as long


def _like(constant: Float, xp: ModuleType) -> Any:
    return constant if xp is np else xp.convert_to_tensor(constant, dtype="float32")
