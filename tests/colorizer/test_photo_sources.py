from pathlib import Path, PurePosixPath

import pytest

from colorizer.errors import PhotoError
from colorizer.photo_sources import (
    find_category,
    is_hidden_name,
    is_photo_name,
    is_tar_name,
    path_inside,
    readable,
    refused_source,
    source_of_file,
    tar_stem,
)


@pytest.mark.parametrize(
    ("relative", "root", "category"),
    [
        ("photo.jpg", "", None),
        ("photo.jpg", "holidays", None),
        ("cats/photo.jpg", "", "cats"),
        ("animals/cats/photo.jpg", "", "cats"),
        ("n02084071/photo.jpg", "", "n02084071"),
        ("n02084071-dog/train/photo.jpg", "", "n02084071"),
        ("n02084071_12.JPEG", "", "n02084071"),
        ("cats/n02084071_12.JPEG", "", "n02084071"),
        ("photo.jpg", "n02084071", "n02084071"),
        ("ILSVRC2012_val_00000001.JPEG", "", None),
        ("xn02084071/photo.jpg", "", "xn02084071"),
        ("n020840711/photo.jpg", "", "n020840711"),
    ],
)
def test_the_category_is_the_wordnet_id_or_else_the_class_folder(relative, root, category):
    assert find_category(PurePosixPath(relative), root) == category


def test_a_tar_cut_by_size_is_no_category():
    relative = PurePosixPath("cats/train-0/photo.jpg")

    assert find_category(relative, tar_folder=PurePosixPath("cats/train-0")) == "cats"


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("a/b.jpg", "a/b.jpg"),
        ("./a/b.jpg", "a/b.jpg"),
        ("/etc/b.jpg", "etc/b.jpg"),
        ("../../b.jpg", "b.jpg"),
        ("a/../../b.jpg", "a/b.jpg"),
        ("..\\b.jpg", "b.jpg"),
        ("C:\\photos\\b.jpg", "C_/photos/b.jpg"),
    ],
)
def test_no_member_name_leaves_the_folder(name, inside):
    assert str(path_inside(name)) == inside


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG", "a.b.png", "写真.webp", "n01_1.JPEG"])
def test_photographs_are_known_by_their_suffix(name):
    assert is_photo_name(name)


@pytest.mark.parametrize("name", ["index.csv", "jpg", "a.jpg.part", "Thumbs.db"])
def test_other_files_are_none(name):
    assert not is_photo_name(name)


@pytest.mark.parametrize("name", ["a.tar", "a.TAR", "a.tar.gz", "a.tgz", "a.tar.xz"])
def test_tar_files_are_known_by_their_suffix_and_stand_for_their_stem(name):
    assert is_tar_name(name)
    assert tar_stem(name) == "a"


@pytest.mark.parametrize("name", [".DS_Store", "._photo.jpg", "__MACOSX"])
def test_hidden_names_are_recognised(name):
    assert is_hidden_name(name)


@pytest.mark.parametrize(
    ("name", "read_as"),
    [
        ("köln 1.jpg", "köln 1.jpg"),
        ("caf\udce9.jpg", r"caf\udce9.jpg"),
        ("a\nb\0.jpg", r"a\nb\x00.jpg"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
    ],
)
def test_a_name_that_no_report_could_hold_is_written_out(tmp_path, name, read_as):
    source = source_of_file(tmp_path / name, PurePosixPath(f"cats/{name}"))

    assert readable(name) == source.name == read_as
    assert (source.relative_path, source.category) == (f"cats/{read_as}", "cats")
    assert source.origin == f"{tmp_path}/{read_as}"


def test_a_missing_file_says_so_when_it_is_read(tmp_path: Path):
    source = source_of_file(tmp_path / "none.jpg", PurePosixPath("none.jpg"))

    with pytest.raises(PhotoError, match=r"^cannot be read: No such file"):
        source.read()


def test_a_refused_source_raises_its_reason():
    source = refused_source(PurePosixPath("a"), "a.tar", "damaged tar file")

    with pytest.raises(PhotoError, match=r"^damaged tar file$"):
        source.read()
