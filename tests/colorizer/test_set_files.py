import os

import pytest

from colorizer import set_files
from colorizer.errors import ManifestError
from colorizer.set_files import read_set_file


@pytest.fixture
def folder(tmp_path):
    """A set's folder with one file in a folder of its own, and a file beside the set."""
    (tmp_path / "set" / "images").mkdir(parents=True)
    (tmp_path / "set" / "images" / "a.png").write_bytes(b"picture")
    (tmp_path / "secret").write_bytes(b"not yours")
    return tmp_path / "set"


def refused(folder, path, **options):
    with pytest.raises(ManifestError) as caught:
        read_set_file(folder, path, **options)
    return str(caught.value)


def test_a_file_is_read(folder):
    assert read_set_file(folder, "images/a.png") == b"picture"


def test_the_folder_itself_may_be_a_link(folder, tmp_path):
    (tmp_path / "linked").symlink_to(folder)

    assert read_set_file(tmp_path / "linked", "images/a.png") == b"picture"


@pytest.mark.parametrize("path", ["b.png", "nowhere/b.png", "images/a.png/b"])
def test_a_missing_file_is_named(folder, path):
    assert refused(folder, path) == f"{path}: the file is missing"


def test_a_link_is_not_followed_neither_of_a_file_nor_of_a_folder(folder, tmp_path):
    (folder / "images" / "b.png").symlink_to(tmp_path / "secret")
    (folder / "other").symlink_to(tmp_path)
    (folder / "images" / "loop").symlink_to("loop")

    for path in ("images/b.png", "other/secret", "images/loop"):
        assert refused(folder, path).startswith(f"{path}: is reached through a link")


def test_a_link_put_there_in_the_last_moment_is_not_followed(folder, tmp_path, monkeypatch):
    """Between the look and the opening, a file is exchanged for a link."""
    monkeypatch.setattr(set_files, "_refuse_links", lambda place, path: str(place / path))
    (folder / "images" / "b.png").symlink_to(tmp_path / "secret")

    assert refused(folder, "images/b.png").startswith("images/b.png: cannot be read")


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_a_pipe_or_a_folder_is_no_file_and_not_waited_for(folder, kind):
    make = os.mkfifo if kind == "pipe" else os.mkdir
    make(folder / "images" / "b.png")

    assert "is no file but a folder, a pipe or a device" in refused(folder, "images/b.png")


def test_a_large_file_is_not_read(folder):
    with (folder / "images" / "b.png").open("wb") as file:
        file.truncate(2**40)  # takes no room on the disk, and would take all of the memory

    assert "has 1099511627776 bytes; allowed are at most 67108864" in refused(
        folder, "images/b.png"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(folder):
    (folder / "images" / "a.png").chmod(0)

    assert refused(folder, "images/a.png") == "images/a.png: cannot be read: Permission denied"
