"""Observers who look at a plate's pixels: with all cones, and with one kind missing."""

import functools
import io

import numpy as np
import skimage.color
from PIL import Image

from study_app.digit_shapes import is_on_digit
from study_app.plate_png import GROUND
from study_app.plates import DIGIT_HALF_HEIGHT_PX, PLATE_PX

# Enough to read a plate by.
SEEN_PX = 60

# Viénot, Brettel & Mollon 1999: cones by linear RGB, and what the missing cone is replaced by.
CONES = np.array(
    [[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]]
)
PROJECTIONS = {
    "protan": np.array([[0, 2.02344, -2.52581], [0, 1, 0], [0, 0, 1]]),
    "deutan": np.array([[1, 0, 0], [0.494207, 0, 1.24827], [0, 0, 1]]),
}
# Machado, Oliveira & Fernandes 2009, table of severity 1.0, on linear RGB: another model, with
# other cone fundamentals, of the same observers.
MACHADO = {
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def read_pixels(png: bytes) -> np.ndarray:
    """Give a PNG file as (SEEN_PX, SEEN_PX, 3), uint8, sRGB."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    return np.asarray(image.resize((SEEN_PX, SEEN_PX), Image.Resampling.NEAREST))


def linear(rgb: np.ndarray) -> np.ndarray:
    """Give linear RGB, float64, 0 to 1, of sRGB, uint8 (IEC 61966-2-1)."""
    part = np.asarray(rgb) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def lab_of_linear(light: np.ndarray) -> np.ndarray:
    """Give CIE L*a*b* (D65) of linear RGB, cut to what sRGB has."""
    xyz_of_primaries = skimage.color.rgb2xyz(np.eye(3))
    return skimage.color.xyz2lab(np.clip(light, 0, 1) @ xyz_of_primaries)


def see(rgb: np.ndarray) -> np.ndarray:
    """Give what an observer with all cones sees, CIE L*a*b*, (..., 3)."""
    return lab_of_linear(linear(rgb))


def see_as(axis: str, rgb: np.ndarray) -> np.ndarray:
    """Give what a red-green dichromat sees (Viénot et al. 1999), CIE L*a*b*, (..., 3)."""
    seen = np.linalg.inv(CONES) @ PROJECTIONS[axis] @ CONES
    return lab_of_linear(linear(rgb) @ seen.T)


def see_as_by_machado(axis: str, rgb: np.ndarray) -> np.ndarray:
    """Give what a dichromat sees (Machado et al. 2009), CIE L*a*b*, (..., 3)."""
    return lab_of_linear(linear(rgb) @ MACHADO[axis].T)


def read_digit(rgb: np.ndarray, seen: np.ndarray) -> int:
    """Read a plate as an observer who knows the shapes and compares them with each quality seen.

    Args:
        rgb: (SEEN_PX, SEEN_PX, 3), uint8, the plate.
        seen: (SEEN_PX, SEEN_PX, C), what the observer makes of it.

    Returns:
        The digit whose shape agrees best, in absolute correlation, with one of the qualities.
    """
    dots = (rgb != np.array(GROUND)).any(axis=-1)
    shapes = np.array([_shape(digit)[dots] for digit in range(10)], dtype=float)
    values = seen[dots].T
    agreement = np.abs(np.corrcoef(np.vstack([shapes, values]))[:10, 10:])
    return int(agreement.max(axis=1).argmax())


@functools.lru_cache(maxsize=10)
def _shape(digit: int) -> np.ndarray:
    """Give where a digit is in the middle of a plate, (SEEN_PX, SEEN_PX), bool."""
    places = ((np.arange(SEEN_PX) + 0.5) / SEEN_PX - 0.5) * PLATE_PX / DIGIT_HALF_HEIGHT_PX
    return np.array([[is_on_digit(digit, (x, y)) for x in places] for y in places])
