import json
from pathlib import Path

import numpy as np
import pytest
import skimage
from PIL import Image

from colorizer import sample_photos
from colorizer.errors import ColorizerError
from colorizer.greyness import check_colourful
from colorizer.photo_files import find_photos
from colorizer.sample_photos import CROP_PX, cut_sample_crops, detail, write_sample_photos
from colorizer.study_photos import choose_photos

N_TRIALS = 54  # 10 practice and 44 test trials of a participant, no photo twice


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("samples") / "photos"
    write_sample_photos(out)
    return out


def test_there_are_enough_crops_for_a_participant(folder):
    assert len(list(folder.glob("*.png"))) >= N_TRIALS


def test_a_stimulus_set_accepts_every_crop(folder):
    photos, rows = choose_photos(find_photos([folder]), CROP_PX, CROP_PX, None, lambda *_: None)

    assert len(photos) == len(rows) >= N_TRIALS


def test_crops_have_colours_and_detail():
    for crop in cut_sample_crops():
        assert crop.rgb.shape == (CROP_PX, CROP_PX, 3)
        check_colourful(crop.rgb)
        assert detail(crop.rgb) >= 1.0


@pytest.mark.parametrize("name", ["astronaut", "coffee"])
def test_crops_are_pieces_of_the_photograph_that_do_not_overlap(name):
    photo = np.array(Image.open(Path(skimage.__file__).parent / "data" / f"{name}.png"))
    top, left = (photo.shape[0] % CROP_PX) // 2, (photo.shape[1] % CROP_PX) // 2
    n_columns = photo.shape[1] // CROP_PX
    crops = [crop for crop in cut_sample_crops() if crop.name.startswith(name)]

    assert crops
    for crop in crops:
        row, column = divmod(int(crop.name[-6:-4]), n_columns)
        y, x = top + row * CROP_PX, left + column * CROP_PX
        np.testing.assert_array_equal(crop.rgb, photo[y : y + CROP_PX, x : x + CROP_PX])
    assert len({crop.name for crop in crops}) == len(crops)


def test_the_detail_of_a_ramp_is_its_slope():
    levels = np.arange(64, 192, dtype=np.uint8)
    ramp = np.repeat(np.tile(levels, (64, 1))[..., np.newaxis], 3, axis=-1)

    # L* of grey by CIE 1976: 64 is 26.9, 191 is 77.2, over 127 steps
    assert detail(ramp) == pytest.approx((77.2 - 26.9) / 127, rel=0.01)


def test_the_folder_says_how_it_was_made(folder):
    provenance = json.loads((folder / "provenance.json").read_text())

    assert provenance["scikit-image"] == skimage.__version__
    assert len(provenance["crops"]) == len(list(folder.glob("*.png")))


def test_an_existing_folder_is_refused(folder):
    with pytest.raises(ColorizerError, match="there is something already"):
        write_sample_photos(folder)


def test_a_package_without_the_photographs_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(sample_photos.skimage, "__file__", str(tmp_path / "__init__.py"))

    with pytest.raises(ColorizerError, match=r"comes without astronaut\.png"):
        write_sample_photos(tmp_path / "out")
