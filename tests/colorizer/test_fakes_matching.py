import unicodedata

import pytest

from colorizer.errors import ColorizerError
from colorizer.fakes_matching import match_fakes
from colorizer.photo_files import find_photos
from colorizer.study_photos import StudyPhoto
from tests.colorizer.factories import colourful_photo, write_photo, write_photos


def study_photos(folder):
    return [StudyPhoto(n, "0" * 16, source) for n, source in enumerate(find_photos([folder]))]


def write_empty(folder, *names):
    """Files that claim to be pictures: only names are looked at here."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def matched_names(found):
    return {number: source.relative_path for number, source in found.fakes.items()}


@pytest.mark.parametrize(
    "fake_name", ["photo.png", "sub/photo.png", "photo.gif.png", "x/photo.gif.png"]
)
def test_a_fake_is_found_at_the_same_place_or_by_its_name_alone(tmp_path, fake_name):
    photos = study_photos(write_empty(tmp_path / "photos", "sub/photo.gif"))
    fakes = write_empty(tmp_path / "fakes", fake_name)

    found = match_fakes("mine", fakes, photos)

    assert matched_names(found) == {0: fake_name}
    assert (found.problems, found.hints) == ((), ())


def test_photographs_of_one_name_need_their_fakes_at_the_same_place(tmp_path):
    photos = study_photos(write_empty(tmp_path / "photos", "a/1.png", "b/1.png"))
    right = write_empty(tmp_path / "right", "a/1.png", "b/1.png")
    flat = write_empty(tmp_path / "flat", "1.png")

    assert matched_names(match_fakes("mine", right, photos)) == {0: "a/1.png", 1: "b/1.png"}
    messages = [str(problem) for problem in match_fakes("mine", flat, photos).problems]
    assert messages == [
        f"condition mine, {name}/1.png: no fake; looked for {name}/1.* or {name}/1.png.*, at the"
        " same place, for others have the name"
        for name in "ab"
    ]


def test_accents_match_however_the_file_system_writes_them(tmp_path):
    name = unicodedata.normalize("NFD", "é.png")
    photos = study_photos(write_empty(tmp_path / "photos", name))
    fakes = write_empty(tmp_path / "fakes", unicodedata.normalize("NFC", "é.png"))

    assert list(match_fakes("mine", fakes, photos).fakes) == [0]


def test_every_missing_fake_is_listed_with_what_the_folder_holds_instead(tmp_path):
    photos = study_photos(write_photos(tmp_path / "photos", 3))
    names = [f"photo_00{number}_coloured.png" for number in (1, 2)] + ["x.png", "y.png"]
    fakes = write_empty(tmp_path / "fakes", "photo_000.png", *names)

    found = match_fakes("mine", fakes, photos)

    assert [problem.photograph for problem in found.problems] == ["photo_001.png", "photo_002.png"]
    assert {problem.problem for problem in found.problems} == {"missing"}
    assert "looked for photo_001.* or photo_001.png.*, in any folder" in found.problems[0].message
    (hint,) = found.hints
    assert "holds 4 files that are no photograph's: photo_001_coloured.png" in hint
    assert "and 1 more" in hint


def test_several_fakes_of_one_photograph_are_named(tmp_path):
    photos = study_photos(write_empty(tmp_path / "photos", "1.png"))
    fakes = write_empty(tmp_path / "fakes", "1.png", "1.jpg")

    (problem,) = match_fakes("mine", fakes, photos).problems

    assert problem.problem == "several"
    assert problem.message == "one of 2 fakes of 1.png: 1.jpg and 1.png; leave one"


def test_a_folder_without_pictures_is_named_with_its_condition(tmp_path):
    photos = study_photos(write_empty(tmp_path / "photos", "1.png"))
    fakes = write_empty(tmp_path / "fakes", "notes.txt")

    with pytest.raises(ColorizerError, match=r"condition mine: .*fakes: no photographs there"):
        match_fakes("mine", fakes, photos)
    write_photo(tmp_path / "fakes" / "1.png", colourful_photo(0))
    assert match_fakes("mine", fakes, photos).problems == ()
