"""Folders of fakes beside the default network, on photographs that come with scikit-image."""

import shutil

import numpy as np
import pytest
from PIL import Image

from colorizer import sample_photos
from colorizer.condition_specs import parse_conditions
from colorizer.fake_problems import FakesError
from colorizer.lab import lab_to_rgb, rgb_to_lab
from colorizer.manifest import load_manifest
from colorizer.set_checks import check_set
from colorizer.stimuli import SetSettings, build_set

SETTINGS = SetSettings(size_px=128, seed=3, match_lightness=True)
N_PHOTOS = 6


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Some of the crops, from different photographs."""
    everything = tmp_path_factory.mktemp("samples") / "all"
    sample_photos.write_sample_photos(everything)
    names = sorted(everything.glob("*.png"))
    folder = tmp_path_factory.mktemp("photos")
    for path in names[:: len(names) // N_PHOTOS][:N_PHOTOS]:
        shutil.copy(path, folder / path.name)
    return folder


def write_fakes(photos, folder, suffix, shift, **options):
    """Colour as another program might: half as colourful, towards one hue."""
    folder.mkdir()
    for path in photos.iterdir():
        lab = rgb_to_lab(np.asarray(Image.open(path).convert("RGB")))
        lab[..., 1:] = lab[..., 1:] / 2 + np.array(shift)
        Image.fromarray(lab_to_rgb(lab)).save(folder / f"{path.stem}{suffix}", **options)
    return folder


def test_two_folders_a_network_and_a_baseline_make_one_sound_set(photos, tmp_path):
    exact = write_fakes(photos, tmp_path / "exact", ".png", (4, 10))
    jpeg = write_fakes(photos, tmp_path / "jpeg", ".jpg", (-6, 2), quality=80)
    conditions = parse_conditions([
        "full=weights:default", f"exact=folder:{exact}", f"jpeg=folder:{jpeg}", "random=random",
    ])  # fmt: skip

    built = build_set([photos], tmp_path / "set", conditions, SETTINGS)

    checked = check_set(tmp_path / "set")
    assert checked.problems == ()
    assert checked.n_pairs == dict.fromkeys(("full", "exact", "jpeg", "random"), N_PHOTOS)
    assert built.notes == ()
    settings = {found.name: found.settings for found in load_manifest(tmp_path / "set").conditions}
    assert settings["exact"]["n_lightness_replaced"] == 0
    assert settings["jpeg"]["n_lightness_replaced"] == N_PHOTOS


def test_fakes_that_were_mixed_up_are_all_found(photos, tmp_path):
    fakes = write_fakes(photos, tmp_path / "mixed", ".png", (4, 10))
    paths = sorted(fakes.iterdir())
    contents = [path.read_bytes() for path in paths]
    for path, content in zip(paths, contents[1:] + contents[:1], strict=True):
        path.write_bytes(content)

    with pytest.raises(FakesError) as refused:
        build_set([photos], tmp_path / "set", parse_conditions([f"a=folder:{fakes}"]), SETTINGS)

    assert [found.problem for found in refused.value.problems] == ["crop"] * N_PHOTOS
