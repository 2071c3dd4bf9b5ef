import random
from pathlib import Path

import pytest

from colorizer.errors import PhotoError
from colorizer.photo_files import find_photos
from tests.colorizer.factories import write_photos
from tests.colorizer.tar_factories import write_tar


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def relative_paths(*inputs: Path) -> list[str]:
    return [source.relative_path for source in find_photos(inputs)]


def test_folders_are_searched_to_the_bottom_in_sorted_order(tmp_path):
    names = ["b/2.jpg", "b/1.png", "a/x/9.jpeg", "c.JPG", "B.webp"]
    random.Random(3).shuffle(names)
    touch(tmp_path, *names)

    assert relative_paths(tmp_path) == ["B.webp", "a/x/9.jpeg", "b/1.png", "b/2.jpg", "c.JPG"]


def test_hidden_files_mac_leftovers_and_other_files_are_passed_over(tmp_path):
    touch(tmp_path, "1.jpg", ".2.jpg", "._1.jpg", ".git/3.jpg", "__MACOSX/1.jpg", "index.csv")

    assert relative_paths(tmp_path) == ["1.jpg"]


def test_a_folder_that_is_itself_hidden_is_searched_when_asked_for(tmp_path):
    touch(tmp_path / ".cache", "1.jpg")

    assert relative_paths(tmp_path / ".cache") == ["1.jpg"]


def test_names_of_any_script_and_with_any_sign_are_found_and_read(tmp_path):
    name = "ünï naïve 写真 (1) файл' & semi;colon $HOME.jpg"
    touch(tmp_path, name)

    (source,) = find_photos([tmp_path])

    assert source.name == name
    assert source.read() == name.encode()


def test_a_photograph_itself_is_an_input_whatever_its_suffix(tmp_path):
    touch(tmp_path, "scan.raw")

    (source,) = find_photos([tmp_path / "scan.raw"])

    assert (source.name, source.category) == ("scan.raw", None)


def test_the_category_is_the_class_folder(tmp_path):
    touch(tmp_path, "cats/1.jpg", "n02084071/2.jpg", "3.jpg")

    assert [source.category for source in find_photos([tmp_path])] == [None, "cats", "n02084071"]


def test_the_name_of_the_input_folder_can_hold_the_wordnet_id(tmp_path):
    touch(tmp_path / "n02084071", "1.jpg")

    (source,) = find_photos([tmp_path / "n02084071"])

    assert source.category == "n02084071"


def test_a_linked_folder_is_entered_but_a_loop_is_not(tmp_path):
    touch(tmp_path / "real", "1.jpg")
    touch(tmp_path / "input", "2.jpg")
    (tmp_path / "input" / "linked").symlink_to(tmp_path / "real")
    (tmp_path / "input" / "loop").symlink_to(tmp_path / "input")

    assert relative_paths(tmp_path / "input") == ["2.jpg", "linked/1.jpg"]


def test_tar_files_in_a_folder_are_opened_as_folders(tmp_path):
    write_photos(tmp_path, 1)
    write_tar(tmp_path / "train-0.tar", {"t0.jpg": b"zero", "t1.jpg": b"one"})

    sources = list(find_photos([tmp_path]))

    assert [s.relative_path for s in sources] == [
        "photo_000.png",
        "train-0/t0.jpg",
        "train-0/t1.jpg",
    ]
    assert [s.category for s in sources] == [None, None, None]
    assert sources[2].read() == b"one"


def test_a_text_file_lists_paths_relative_to_itself(tmp_path):
    touch(tmp_path, "photos/a/1.jpg", "elsewhere/2.jpg")
    listing = tmp_path / "photos" / "list.txt"
    absolute = tmp_path / "elsewhere" / "2.jpg"
    listing.write_text(f"# mine\n\na/1.jpg\n../elsewhere/2.jpg\n{absolute}\nnone.jpg\n")

    *found, missing = find_photos([listing])

    assert [s.relative_path for s in found] == ["a/1.jpg", "elsewhere/2.jpg", "2.jpg"]
    assert found[0].read() == b"photos/a/1.jpg"
    assert found[1].read() == found[2].read() == b"elsewhere/2.jpg"
    with pytest.raises(PhotoError, match="cannot be read"):
        missing.read()


def test_a_list_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "list.txt").write_bytes(b"\xff\xfe\x00photo")

    with pytest.raises(PhotoError, match=r"list\.txt: not a text file of paths"):
        list(find_photos([tmp_path / "list.txt"]))


def test_a_missing_input_is_refused(tmp_path):
    with pytest.raises(PhotoError, match=r"none: no such file or folder"):
        list(find_photos([tmp_path / "none"]))


def test_a_folder_without_photographs_is_refused_with_the_allowed_suffixes(tmp_path):
    touch(tmp_path, "index.csv")

    with pytest.raises(PhotoError, match=r"no photographs there; allowed suffixes are .*\.jpg"):
        list(find_photos([tmp_path]))
