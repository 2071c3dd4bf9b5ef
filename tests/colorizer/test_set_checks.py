import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from colorizer import set_checks
from colorizer.condition_specs import parse_conditions
from colorizer.errors import ManifestError
from colorizer.manifest import ImageFile, StimulusSet, load_manifest, save_manifest
from colorizer.png_encoding import decode_png, encode_png
from colorizer.set_checks import check_set
from colorizer.stimuli import SetSettings, build_set
from tests.colorizer.factories import encode, write_photos


@pytest.fixture
def folder(tmp_path) -> Path:
    photos = write_photos(tmp_path / "photos", 3)
    conditions = parse_conditions(["random=random", "same=real"])
    build_set([photos], tmp_path / "set", conditions, SetSettings(size_px=32))
    return tmp_path / "set"


def replace_image(folder: Path, image: ImageFile, data: bytes) -> ImageFile:
    """Put other bytes in an image's place, with their right digest."""
    (folder / image.path).write_bytes(data)
    return ImageFile(image.path, hashlib.sha256(data).hexdigest())


def edit_pairs(folder: Path, edit: Callable[[StimulusSet], StimulusSet]) -> None:
    save_manifest(edit(load_manifest(folder)), folder)


def with_fake(folder: Path, change: Callable[[np.ndarray], bytes]) -> str:
    """Change the first fake and the manifest with it; give its path."""
    stimulus_set = load_manifest(folder)
    first, *others = stimulus_set.pairs
    rgb = decode_png((folder / first.fake.path).read_bytes())
    changed = dataclasses.replace(first, fake=replace_image(folder, first.fake, change(rgb)))
    save_manifest(dataclasses.replace(stimulus_set, pairs=(changed, *others)), folder)
    return first.fake.path


def test_a_sound_set_has_no_problems(folder):
    checked = check_set(folder)

    assert checked.problems == ()
    assert (checked.n_photos, checked.n_pairs) == (3, {"random": 3, "same": 3})
    assert 0 < checked.largest_lightness_difference < 0.5


def test_a_folder_without_a_manifest_is_refused(tmp_path):
    with pytest.raises(ManifestError, match=r"no manifest\.json there"):
        check_set(tmp_path)


def test_a_changed_byte_is_found(folder):
    path = folder / load_manifest(folder).pairs[0].fake.path
    data = bytearray(path.read_bytes())
    data[-30] ^= 1
    path.write_bytes(data)

    problems = check_set(folder).problems

    assert f"images/{path.name}: its SHA-256 is not the one in the manifest" in problems


def test_a_missing_image_is_found(folder):
    path = folder / load_manifest(folder).pairs[0].fake.path
    path.unlink()

    assert check_set(folder).problems == (f"images/{path.name}: the file is missing",)


def test_another_encoder_is_found_although_the_pixels_are_equal(folder):
    path = with_fake(folder, encode)

    message = f"{path}: not written by the encoder of stimulus sets, or with metadata"
    assert check_set(folder).problems == (message,)


def test_another_size_is_found(folder):
    path = with_fake(folder, lambda rgb: encode_png(rgb[:16, :16]))

    assert check_set(folder).problems == (f"{path}: 16 x 16 pixels, the manifest says 32",)


def test_another_lightness_is_found(folder):
    with_fake(folder, lambda rgb: encode_png(np.maximum(rgb, 5) - np.uint8(5)))

    (problem,) = check_set(folder).problems

    assert "L* of real and fake differs by up to" in problem


def test_a_photo_that_stands_in_twice_is_found(folder):
    """The second photo's real image is replaced by the first one's, mirrored."""

    def edit(stimulus_set: StimulusSet) -> StimulusSet:
        first, second = stimulus_set.pairs[0], stimulus_set.pairs[1]
        rgb = decode_png((folder / first.real.path).read_bytes())
        image = replace_image(folder, second.real, encode_png(rgb[:, ::-1]))
        pairs = [
            dataclasses.replace(pair, real=image) if pair.real.path == image.path else pair
            for pair in stimulus_set.pairs
        ]
        return dataclasses.replace(stimulus_set, pairs=tuple(pairs))

    ids = load_manifest(folder).photo_ids
    edit_pairs(folder, edit)

    assert f"photo {ids[1]}: the same as photo {ids[0]}, or nearly" in check_set(folder).problems


def test_an_image_in_two_roles_is_found(folder):
    def edit(stimulus_set: StimulusSet) -> StimulusSet:
        first, *others = stimulus_set.pairs
        return dataclasses.replace(
            stimulus_set, pairs=(dataclasses.replace(first, fake=first.real), *others)
        )

    real = load_manifest(folder).pairs[0].real.path
    edit_pairs(folder, edit)

    assert f"{real}: both a real and a fake" in check_set(folder).problems


def test_a_stray_file_among_the_images_is_found(folder):
    (folder / "images" / "left_over.png").write_bytes(b"x")

    assert check_set(folder).problems == ("images/left_over.png: not in the manifest",)


def test_each_image_is_read_once(folder, monkeypatch):
    """However many conditions share a photo: a set may have 100,000 pairs."""
    read, real_read = [], set_checks.read_image_file
    monkeypatch.setattr(
        set_checks,
        "read_image_file",
        lambda *given: (read.append(given[1].path), real_read(*given))[1],
    )

    assert check_set(folder).problems == ()
    assert len(read) == len(set(read)) == 9
