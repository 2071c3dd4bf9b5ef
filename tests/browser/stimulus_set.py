"""A small stimulus set of coloured patterns, with right digests, for studies in the browser."""

import hashlib
import io
from pathlib import Path

import numpy as np
from PIL import Image

from colorizer.manifest import (
    Condition,
    ImageFile,
    StimulusPair,
    StimulusSet,
    check_files,
    save_manifest,
)

IMAGE_SIZE_PX = 256
N_PHOTOS = 60
CONDITIONS = (
    Condition("full", "folder"),
    Condition("random", "random"),
    Condition("real", "real"),
)


def write_stimulus_set(folder: Path, n_photos: int = N_PHOTOS) -> StimulusSet:
    """Write patterns whose fakes have their colour channels turned round."""
    rng = np.random.default_rng(20160328)
    pairs = [pair for photo in range(n_photos) for pair in _write_photo(folder, photo, rng)]
    stimulus_set = StimulusSet(IMAGE_SIZE_PX, "png", CONDITIONS, tuple(pairs))
    save_manifest(stimulus_set, folder)
    assert check_files(stimulus_set, folder) == []
    return stimulus_set


def _write_photo(folder: Path, photo: int, rng: np.random.Generator) -> list[StimulusPair]:
    pixels = _pattern(rng)
    photo_id = hashlib.sha256(pixels.tobytes()).hexdigest()[:16]
    versions = {"full": pixels[..., [2, 0, 1]], "random": pixels[..., ::-1], "real": pixels}
    real = _write(folder, f"original/{photo_id}.png", pixels)
    return [
        StimulusPair(
            pair_id=f"pair{photo:03}{name}",
            photo_id=photo_id,
            condition=name,
            real=real,
            fake=_write(folder, f"{name}/{photo_id}.png", fake),
        )
        for name, fake in versions.items()
    ]


def _pattern(rng: np.random.Generator) -> np.ndarray:
    """Give 8 × 8 fields of random colours: (256, 256, 3), uint8."""
    fields = rng.integers(0, 256, size=(8, 8, 3), dtype=np.uint8)
    return np.kron(fields, np.ones((IMAGE_SIZE_PX // 8, IMAGE_SIZE_PX // 8, 1), np.uint8))


def _write(folder: Path, path: str, pixels: np.ndarray) -> ImageFile:
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "PNG")
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(buffer.getvalue())
    return ImageFile(path, hashlib.sha256(buffer.getvalue()).hexdigest())
