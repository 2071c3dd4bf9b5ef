from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorizer.accepted_crops import AcceptedCrops
from colorizer.baselines import grey_fake
from colorizer.equal_lightness import check_equal_lightness
from colorizer.errors import PhotoError
from colorizer.fakes_folder import FakesFolder
from colorizer.lab import rgb_to_lab
from colorizer.photo_files import find_photos
from colorizer.photos import photo_id, read_photo, resize, square_of_size
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


def test_the_settings_change_with_the_fakes(tmp_path, photos):
    fakes = write_photos(tmp_path / "fakes", 2)
    before = FakesFolder("mine", fakes, photos, False).settings
    again = FakesFolder("mine", fakes, photos, False).settings
    write_photo(fakes / "photo_001.png", colourful_photo(5))
    after = FakesFolder("mine", fakes, photos, False).settings

    assert before == again
    assert before["folder"] == "fakes"
    assert before["fakes_digest"] != after["fakes_digest"]


def problems_of(folder: Path, photos: list[StudyPhoto], match_lightness: bool = False):
    """Look at all fakes of a folder; gives the kinds by the number of the photo."""
    fakes = FakesFolder("mine", folder, photos, match_lightness)
    found = fakes.check(lambda photo: real_of(photo.number))
    return {int(problem.photograph[-5]): problem.problem for problem in found}


def test_all_problems_of_a_folder_are_found_at_once(tmp_path):
    photos = study_photos(write_photos(tmp_path / "photos", 8))
    fakes = tmp_path / "fakes"
    write_photo(fakes / "photo_000.png", grey_fake(real_of(0)))
    write_photo(fakes / "photo_001.png", np.fliplr(real_of(1)))
    write_photo(fakes / "photo_002.png", real_of(2)[:, :20])
    write_photo(fakes / "photo_003.jpg", real_of(3), quality=60)
    write_photo(fakes / "photo_004.png", see_through(real_of(4)))
    (fakes / "photo_005.png").write_text("no picture")
    write_photo(fakes / "photo_006.png", real_of(0))

    expected = {
        1: "crop", 2: "size", 3: "lightness", 4: "transparent", 5: "unreadable", 6: "crop",
        7: "missing",
    }  # fmt: skip
    assert problems_of(fakes, photos) == expected
    # the real L* cannot make up for another picture
    del expected[3]
    assert problems_of(fakes, photos, match_lightness=True) == expected


@pytest.mark.parametrize("accepted", ["one", "all"])
def test_a_fake_that_somebody_has_looked_at_is_taken_and_the_manifest_keeps_it(
    tmp_path, photos, accepted
):
    fakes = tmp_path / "fakes"
    write_photo(fakes / "photo_000.png", np.fliplr(real_of(0)))
    write_photo(fakes / "photo_001.png", grey_fake(real_of(1)))
    refused = FakesFolder("mine", fakes, photos, True).check(lambda photo: real_of(photo.number))
    said = AcceptedCrops(accepted == "all", frozenset({"photo_000.png"} - {accepted}))

    folder = FakesFolder("mine", fakes, photos, True, said)

    assert [problem.message for problem in refused] == [
        "looks mirrored; if it is the right one, --accept-crop mine/photo_000.png takes it"
    ]
    assert folder.check(lambda photo: real_of(photo.number)) == []
    assert folder.settings["accepted_crops"] == {"photo_000.png": "looks mirrored"}
    assert "1 of the 2 fakes does not look like its photograph" in folder.notes[0]
    check_equal_lightness(real_of(0), folder.make(photos[0], real_of(0)))


def test_what_was_accepted_for_its_part_must_have_the_real_lightness_all_the_same(tmp_path, photos):
    fakes = tmp_path / "fakes"
    for number in range(2):
        write_photo(fakes / f"photo_00{number}.png", np.fliplr(real_of(number)))
    folder = FakesFolder("mine", fakes, photos, False, AcceptedCrops(everything=True))

    problems = folder.check(lambda photo: real_of(photo.number))

    assert [problem.problem for problem in problems] == ["lightness", "lightness"]


def see_through(rgb: np.ndarray) -> Image.Image:
    image = Image.fromarray(rgb).convert("RGBA")
    image.putpixel((3, 3), (0, 0, 0, 254))
    return image


def sixteen_bit(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)


@pytest.mark.parametrize(
    ("suffix", "convert", "options"),
    [
        (".png", lambda image: image.convert("RGBA"), {}),
        (".webp", lambda image: image, {"lossless": True}),
        (".webp", lambda image: image, {"quality": 90}),
        (".jpg", lambda image: image, {"quality": 90}),
        (".jpg", lambda image: image.convert("CMYK"), {"quality": 95}),
        (".tif", lambda image: image, {}),
        (".gif", lambda image: image.quantize(64), {}),
        (".png", lambda image: image.convert("L"), {}),
        (".png", sixteen_bit, {}),
    ],
)  # fmt: skip
def test_fakes_come_in_any_format(tmp_path, photos, suffix, convert, options):
    fakes = tmp_path / "fakes"
    for number in range(2):
        image = convert(Image.fromarray(real_of(number)))
        write_photo(fakes / f"photo_00{number}{suffix}", image, **options)

    folder = FakesFolder("mine", fakes, photos, match_lightness=True)

    assert folder.check(lambda photo: real_of(photo.number)) == []
    check_equal_lightness(real_of(1), folder.make(photos[1], real_of(1)))


def test_an_orientation_in_exif_is_followed_in_photographs_and_fakes_alike(tmp_path):
    lying = Image.fromarray(colourful_photo(0))
    exif = lying.getexif()
    exif[0x0112] = 6
    write_photo(tmp_path / "photos" / "photo_000.jpg", lying, exif=exif, quality=95)
    photos = study_photos(tmp_path / "photos")
    upright = read_photo(photos[0].source)
    real = square_of_size(upright, SIZE_PX)
    write_photo(tmp_path / "right" / "photo_000.png", grey_fake(upright))
    write_photo(tmp_path / "lost" / "photo_000.png", grey_fake(colourful_photo(0)))

    right = FakesFolder("mine", tmp_path / "right", photos, match_lightness=False)
    lost = FakesFolder("mine", tmp_path / "lost", photos, match_lightness=True)

    assert right.check(lambda _photo: real) == []
    (problem,) = lost.check(lambda _photo: real)
    assert "as if the orientation in the photograph's EXIF was lost" in problem.message


def test_other_sizes_will_do_where_only_the_colours_count(tmp_path, photos):
    fakes = tmp_path / "fakes"
    write_photo(fakes / "photo_000.png", resize(real_of(0), 16, 16))
    write_photo(fakes / "photo_001.png", resize(colourful_photo(1), 32, 40))

    assert problems_of(fakes, photos) == {0: "size", 1: "size"}
    folder = FakesFolder("mine", fakes, photos, match_lightness=True)
    assert folder.check(lambda photo: real_of(photo.number)) == []
    assert folder.settings["n_resized"] == 2
    check_equal_lightness(real_of(0), folder.make(photos[0], real_of(0)))


def test_the_manifest_keeps_how_much_lightness_was_put_back(tmp_path, photos):
    fakes = tmp_path / "fakes"
    write_photo(fakes / "photo_000.png", grey_fake(real_of(0)))
    lighter = np.minimum(real_of(1).astype(int) + 12, 255).astype(np.uint8)
    write_photo(fakes / "photo_001.png", lighter)
    folder = FakesFolder("mine", fakes, photos, match_lightness=True)

    folder.check(lambda photo: real_of(photo.number))

    assert folder.settings["n_lightness_replaced"] == 1
    assert 3 < folder.settings["largest_lightness_difference"] < 8
    plain = FakesFolder("mine", fakes, photos, match_lightness=False).settings
    assert set(plain) == {"folder", "fakes_digest", "match_lightness"}


def test_a_folder_of_the_photographs_themselves_is_noted(tmp_path, photos):
    folder = FakesFolder("mine", tmp_path / "photos", photos, match_lightness=False)

    assert folder.check(lambda photo: real_of(photo.number)) == []

    assert folder.notes == (
        "condition mine: 2 of the 2 fakes have the photograph's own colours, the first is that of"
        " photo_000.png",
    )
