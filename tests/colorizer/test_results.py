import json

import pytest

from colorizer.errors import ColorizerError
from colorizer.full_disk import FullDiskError
from colorizer.results import check_absent, check_apart, save_json, versions, whole_folder
from tests.colorizer.small_disks import disk_of_one_megabyte

MARKER = "made.json"


def test_a_folder_appears_when_it_is_whole(tmp_path):
    with whole_folder(tmp_path / "out", MARKER) as folder:
        (folder / "file").write_text("x")
        assert not (tmp_path / "out").exists()

    assert (tmp_path / "out" / "file").read_text() == "x"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_after_a_failure_there_is_no_result(tmp_path):
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "out", MARKER):
        raise RuntimeError

    assert list(tmp_path.iterdir()) == []


def test_a_result_is_replaced_only_when_asked(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old").write_text("x")
    (tmp_path / "out" / MARKER).write_text("{}")

    with (
        pytest.raises(ColorizerError, match="--overwrite"),
        whole_folder(tmp_path / "out", MARKER),
    ):
        pass
    assert (tmp_path / "out" / "old").exists()

    with whole_folder(tmp_path / "out", MARKER, overwrite=True) as folder:
        (folder / "new").write_text("x")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["new"]


def test_a_folder_that_is_no_result_is_never_replaced(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "precious.jpg").write_text("x")

    with (
        pytest.raises(ColorizerError, match=r"holds no made\.json"),
        whole_folder(tmp_path / "photos", MARKER, overwrite=True),
    ):
        pass

    assert (tmp_path / "photos" / "precious.jpg").exists()


@pytest.mark.parametrize("given", ["out", "out/photos", "out/photos/a.jpg"])
def test_a_result_is_not_written_over_its_input(tmp_path, given):
    (tmp_path / "out" / "photos").mkdir(parents=True)

    with pytest.raises(ColorizerError, match="holds the input"):
        check_apart([tmp_path / given], tmp_path / "out")


def test_a_result_may_lie_beside_or_below_its_input(tmp_path):
    check_apart([tmp_path, tmp_path / "photos"], tmp_path / "out")


def test_an_empty_folder_is_no_result(tmp_path):
    (tmp_path / "out").mkdir()

    check_absent(tmp_path / "out", overwrite=False)


def test_a_file_is_a_result(tmp_path):
    (tmp_path / "out").write_text("x")

    with pytest.raises(ColorizerError, match="out"):
        check_absent(tmp_path / "out", overwrite=False)


def test_json_is_written_whole_and_readable(tmp_path):
    save_json(tmp_path / "deep" / "record.json", {"b": "λ", "a": 1})

    text = (tmp_path / "deep" / "record.json").read_text(encoding="utf-8")
    assert json.loads(text) == {"a": 1, "b": "λ"}
    assert "λ" in text


def test_versions_name_python_and_numpy():
    assert {"python", "numpy"} <= set(versions())


def test_a_folder_that_fills_the_disk_is_one_sentence_and_is_gone(tmp_path):
    with disk_of_one_megabyte(tmp_path / "disk") as disk:
        with (
            pytest.raises(FullDiskError, match=r"result: the disk is full"),
            whole_folder(disk / "result", "marker") as folder,
        ):
            (folder / "photo.png").write_bytes(bytes(2_000_000))

        assert not list(disk.iterdir())
