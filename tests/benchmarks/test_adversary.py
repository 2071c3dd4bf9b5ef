"""The adversary of ``benchmarks/adversary.py`` on a small set: fakes that any eye would find."""

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorizer.manifest import Condition, ImageFile, StimulusPair, StimulusSet, save_manifest
from colorizer.png_encoding import encode_png
from tests.benchmarks.benchmark_runs import run_benchmark

pytestmark = pytest.mark.slow  # make long

N_PHOTOS = 51
SIZE_PX = 32


def write_set(folder: Path, encode) -> Path:
    """Write photographs of noise, and fakes without most of their colour."""
    rng = np.random.default_rng(1)
    pairs = []
    for number in range(N_PHOTOS):
        pixels = rng.integers(0, 256, (SIZE_PX, SIZE_PX, 3), dtype=np.uint8)
        grey = pixels.mean(axis=2, keepdims=True)
        dull = np.uint8(0.2 * pixels + 0.8 * grey)
        files = [
            write(folder, f"{name}/{number}.png", encode(image))
            for name, image in (("original", pixels), ("full", dull))
        ]
        pairs.append(StimulusPair(f"pair-{number}", f"{number:016x}", "full", *files))
    save_manifest(StimulusSet(SIZE_PX, "png", (Condition("full", "folder"),), tuple(pairs)), folder)
    return folder


def write(folder: Path, path: str, data: bytes) -> ImageFile:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(data)
    return ImageFile(path, hashlib.sha256(data).hexdigest())


def attack(folder: Path, tmp_path: Path) -> tuple[int, dict]:
    out = tmp_path / "found.json"
    code, found, _ = run_benchmark("adversary.py", out, "--set", folder, "--pairs", 150)
    return code, found


def test_nothing_on_the_wire_tells_the_real_picture_but_its_colours(tmp_path):
    code, found = attack(write_set(tmp_path / "set", encode_png), tmp_path)

    by_name = {row["evidence"]: row for row in found["evidence"]}
    baseline = by_name.pop("the colours themselves (baseline)")
    assert baseline["low"] > 0.9, "the classifier finds what there is to find"
    assert len(by_name) == 7
    for row in by_name.values():
        assert row["low"] <= 0.5 <= row["high"], row
    assert by_name["lengths"]["features"] == 0
    assert by_name["structure of the files"]["features"] == 0
    assert (found["pairs"], found["remade"]) == (150, found["files"])
    assert code == 0


def test_an_encoder_that_tells_is_found_out(tmp_path):
    """Compressed, a picture with less colour is shorter; the padding hides its length only."""

    def compressed(pixels):
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "PNG")
        return buffer.getvalue()

    code, found = attack(write_set(tmp_path / "set", compressed), tmp_path)

    by_name = {row["evidence"]: row for row in found["evidence"]}
    assert by_name["lengths"]["features"] == 0
    assert by_name["structure of the files"]["low"] > 0.7
    assert found["remade"] == 0
    assert code == 1
