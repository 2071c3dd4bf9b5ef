import stat

import pytest

from study_app.errors import ExportError
from study_app.results import write_folder, write_text


def test_a_text_is_written_whole_and_nothing_beside_it(tmp_path):
    write_text(tmp_path / "a.txt", "né\n")

    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "né\n"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.txt"]
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o644


def test_an_earlier_text_is_replaced(tmp_path):
    (tmp_path / "a.txt").write_text("old and long")

    write_text(tmp_path / "a.txt", "new")

    assert (tmp_path / "a.txt").read_text() == "new"


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ExportError, match=r"none/a\.txt: cannot be written: No such file"):
        write_text(tmp_path / "none" / "a.txt", "new")


def test_a_folder_is_written_with_the_folders_in_it_and_replaced_as_a_whole(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old.txt").write_text("old")

    write_folder(tmp_path / "out", {"a.txt": b"a", "in/deep/b.txt": b"b"})

    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.txt")}
    assert found == {"out/a.txt", "out/in/deep/b.txt"}
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o755


def test_a_folder_that_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(ExportError, match="cannot be written"):
        write_folder(tmp_path / "out", {"a": b"", "a/b": b""})
    with pytest.raises(ExportError, match="cannot be written"):
        write_folder(tmp_path / "file" / "out", {})
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
