import unicodedata
from pathlib import Path

import numpy as np
import pytest

from colorizer.baselines import grey_fake
from colorizer.equal_lightness import check_equal_lightness
from colorizer.errors import ColorizerError, PhotoError
from colorizer.fakes_folder import FakesFolder
from colorizer.lab import rgb_to_lab
from colorizer.photo_files import find_photos
from colorizer.photos import photo_id, read_photo, square_of_size
from colorizer.study_photos import StudyPhoto
from tests.colorizer.factories import colourful_photo, write_photo, write_photos

SIZE_PX = 32


def study_photos(folder: Path) -> list[StudyPhoto]:
    sources = enumerate(find_photos([folder]))
    return [StudyPhoto(n, photo_id(read_photo(source)), source) for n, source in sources]


def real_of(seed: int) -> np.ndarray:
    return square_of_size(colourful_photo(seed), SIZE_PX)


@pytest.fixture
def photos(tmp_path) -> list[StudyPhoto]:
    return study_photos(write_photos(tmp_path / "photos", 2))


def test_a_fake_as_large_as_the_crop_is_taken_as_it_is(tmp_path, photos):
    fakes = tmp_path / "fakes"
    for number in range(2):
        write_photo(fakes / f"photo_00{number}.png", grey_fake(real_of(number)))

    folder = FakesFolder("mine", fakes, photos, match_lightness=False)

    for number, photo in enumerate(photos):
        fake = folder.make(photo, real_of(number))
        np.testing.assert_array_equal(fake, grey_fake(real_of(number)))


def test_a_fake_as_large_as_the_photograph_is_cropped_and_keeps_the_crops_lightness(
    tmp_path, photos
):
    fakes = tmp_path / "fakes"
    for number in range(2):
        write_photo(fakes / f"photo_00{number}.tif", grey_fake(colourful_photo(number)))

    fake = FakesFolder("mine", fakes, photos, False).make(photos[1], real_of(1))

    check_equal_lightness(real_of(1), fake)
    assert np.abs(rgb_to_lab(fake)[..., 1:]).max() < 1


def test_a_fake_of_another_lightness_is_refused_with_numbers_and_the_way_out(tmp_path, photos):
    fakes = tmp_path / "fakes"
    for number in range(2):
        lighter = np.minimum(real_of(number).astype(int) + 12, 255).astype(np.uint8)
        write_photo(fakes / f"photo_00{number}.png", lighter)

    message = r"photo_000\.png: its L\* differs .* up to \d+\.\d+ .*--match-lightness"
    with pytest.raises(PhotoError, match=message):
        FakesFolder("mine", fakes, photos, False).make(photos[0], real_of(0))


@pytest.mark.parametrize("as_large_as", ["crop", "photograph"])
def test_the_real_lightness_is_put_in_its_place_when_asked_for(tmp_path, photos, as_large_as):
    fakes = tmp_path / "fakes"
    for number in range(2):
        picture = real_of(number) if as_large_as == "crop" else colourful_photo(number)
        write_photo(fakes / f"photo_00{number}.jpg", picture, quality=80)

    fake = FakesFolder("mine", fakes, photos, True).make(photos[0], real_of(0))

    check_equal_lightness(real_of(0), fake)
    difference = np.abs(rgb_to_lab(fake) - rgb_to_lab(real_of(0)))[..., 1:]
    assert difference.mean() < 6  # its own colours, up to the loss of JPEG


def test_a_fake_of_any_other_size_is_refused_with_the_allowed_ones(tmp_path, photos):
    fakes = write_photos(tmp_path / "fakes", 2, height=40, width=50)

    message = r"photo_000\.png: 50 x 40 pixels; allowed are 32 x 32, the crop, and 80 x 64, the pho"
    with pytest.raises(PhotoError, match=message):
        FakesFolder("mine", fakes, photos, False).make(photos[0], real_of(0))


def test_a_fake_that_cannot_be_read_is_named(tmp_path, photos):
    fakes = write_photos(tmp_path / "fakes", 2)
    (fakes / "photo_001.png").write_text("no picture")

    with pytest.raises(PhotoError, match=r"photo_001\.png: not a picture in a known format"):
        FakesFolder("mine", fakes, photos, False).make(photos[1], real_of(1))


def test_missing_fakes_are_counted_before_any_is_made(tmp_path, photos):
    fakes = write_photos(tmp_path / "fakes", 1)

    with pytest.raises(ColorizerError, match=r"no fake of 1 of the 2 .* first is photo_001"):
        FakesFolder("mine", fakes, photos, False)


def test_two_fakes_of_one_photograph_are_refused(tmp_path, photos):
    fakes = write_photos(tmp_path / "fakes", 2)
    write_photo(fakes / "photo_001.jpg", colourful_photo(1))

    with pytest.raises(ColorizerError, match=r"2 fakes of photo_001\.png .*photo_001\.jpg and pho"):
        FakesFolder("mine", fakes, photos, False)


@pytest.mark.parametrize(
    "fake_name", ["photo.png", "sub/photo.png", "photo.gif.png", "x/photo.gif.png"]
)
def test_a_fake_is_found_at_the_same_place_or_by_its_name_alone(tmp_path, fake_name):
    write_photo(tmp_path / "photos" / "sub" / "photo.gif", colourful_photo(0))
    write_photo(tmp_path / "fakes" / fake_name, grey_fake(real_of(0)))
    photos = study_photos(tmp_path / "photos")

    fakes = FakesFolder("mine", tmp_path / "fakes", photos, match_lightness=True)

    assert fakes.make(photos[0], real_of(0)).shape == (SIZE_PX, SIZE_PX, 3)


def test_photographs_of_one_name_need_their_fakes_at_the_same_place(tmp_path):
    for number, folder in enumerate("ab"):
        write_photo(tmp_path / "photos" / folder / "1.png", colourful_photo(number))
        write_photo(tmp_path / "right" / folder / "1.png", grey_fake(real_of(number)))
    write_photo(tmp_path / "flat" / "1.png", grey_fake(real_of(0)))
    photos = study_photos(tmp_path / "photos")

    right = FakesFolder("mine", tmp_path / "right", photos, match_lightness=False)

    np.testing.assert_array_equal(right.make(photos[1], real_of(1)), grey_fake(real_of(1)))
    with pytest.raises(ColorizerError, match=r"no fake of 2 of the 2 .* first is a/1\.png"):
        FakesFolder("mine", tmp_path / "flat", photos, match_lightness=False)


def test_accents_match_however_the_file_system_writes_them(tmp_path):
    write_photo(tmp_path / "photos" / unicodedata.normalize("NFD", "é.png"), colourful_photo(0))
    fake_name = unicodedata.normalize("NFC", "é.png")
    write_photo(tmp_path / "fakes" / fake_name, grey_fake(real_of(0)))
    photos = study_photos(tmp_path / "photos")

    FakesFolder("mine", tmp_path / "fakes", photos, False).make(photos[0], real_of(0))


def test_the_settings_change_with_the_fakes(tmp_path, photos):
    fakes = write_photos(tmp_path / "fakes", 2)
    before = FakesFolder("mine", fakes, photos, False).settings
    again = FakesFolder("mine", fakes, photos, False).settings
    write_photo(fakes / "photo_001.png", colourful_photo(5))
    after = FakesFolder("mine", fakes, photos, False).settings

    assert before == again
    assert before["folder"] == "fakes"
    assert before["fakes_digest"] != after["fakes_digest"]
