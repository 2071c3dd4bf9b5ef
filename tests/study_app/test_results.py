import stat

import pytest

from study_app.errors import ExportError
from study_app.results import write_text


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
