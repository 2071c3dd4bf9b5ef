"""Makes small photographs for tests: colourful, structured, different from one another."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

UInt8 = npt.NDArray[np.uint8]

GRID = 5  # cells of the coarse colour field along each side
SATURATION = 0.4  # as in photographs, most colours are near grey


def colourful_photo(seed: int = 0, height: int = 64, width: int = 80) -> UInt8:
    """Make a photograph-like picture: a smooth field of colours, a few shapes, fine texture.

    Returns:
        (height, width, 3), uint8; another one, and no near duplicate, for every seed.
    """
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (GRID, GRID, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(4):
        left, top = rng.integers(0, width - 8), rng.integers(0, height - 8)
        right, bottom = left + rng.integers(6, width // 2), top + rng.integers(6, height // 2)
        colour = tuple(int(level) for level in rng.integers(0, 256, 3))
        draw.ellipse((int(left), int(top), int(right), int(bottom)), fill=colour)
    vivid = np.asarray(image, np.float64)
    grey = vivid.mean(axis=-1, keepdims=True)
    texture = rng.normal(0, 4, (height, width, 1))
    return np.clip(grey + SATURATION * (vivid - grey) + texture, 0, 255).astype(np.uint8)


def grey_photo(seed: int = 0, height: int = 64, width: int = 80) -> UInt8:
    """Make the same picture without its colours, R = G = B; (height, width, 3), uint8."""
    luma = np.asarray(Image.fromarray(colourful_photo(seed, height, width)).convert("L"))
    return np.repeat(luma[..., np.newaxis], 3, axis=-1)


def encode(picture: UInt8 | Image.Image, file_format: str = "PNG", **options: Any) -> bytes:
    """Give the bytes of a picture file."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def write_photo(path: Path, picture: UInt8 | Image.Image, **options: Any) -> Path:
    """Write a picture file in the format its suffix says, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(path, **options)
    return path


def write_photos(folder: Path, n: int, height: int = 64, width: int = 80, seed: int = 0) -> Path:
    """Write ``n`` different colourful photographs, ``photo_000.png`` and so on."""
    for number in range(n):
        picture = colourful_photo(seed + number, height, width)
        write_photo(folder / f"photo_{number:03d}.png", picture)
    return folder
