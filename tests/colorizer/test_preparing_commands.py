import csv

import pytest
from click.testing import CliRunner

from colorizer.__main__ import main
from tests.colorizer.factories import write_photos
from tests.colorizer.small_disks import disk_of_one_megabyte


def call(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    photos = write_photos(folder / "photos", 6, 32, 32)
    result = call(
        "prepare", photos, "--out", folder / "shards", "--size", 24, "--workers", 1,
        "--validation", 0.0,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "6 training" in result.output
    return folder / "shards"


def test_prepare_reports_every_input(shards):
    with (shards / "report.csv").open(newline="", encoding="utf-8") as file:
        assert [row["outcome"] for row in csv.DictReader(file)] == ["training"] * 6


def test_prepare_refuses_to_replace(shards):
    result = call("prepare", shards.parent / "photos", "--out", shards)

    assert result.exit_code == 1
    assert "--overwrite" in result.stderr


def test_prepare_names_a_missing_input(tmp_path):
    result = call("prepare", tmp_path / "nowhere", "--out", tmp_path / "shards")

    assert result.exit_code == 3
    assert "nowhere: no such file or folder" in result.stderr


def test_help_has_an_example():
    result = call("prepare", "--help")

    assert result.exit_code == 0
    assert "Example: colorizer prepare" in result.output


def test_a_full_disk_is_one_sentence_and_nothing_is_left(tmp_path):
    photos = write_photos(tmp_path / "photos", 12, 160, 160)

    with disk_of_one_megabyte(tmp_path / "disk") as disk:
        result = call("prepare", photos, "--out", disk / "shards", "--size", 192, "--workers", 1)

        assert result.exit_code == 1
        assert result.stderr.startswith(f"colorizer: {disk / 'shards'}: the disk is full")
        assert result.stderr.count("\n") == 1
        assert not list(disk.iterdir())


def test_an_empty_folder_is_one_sentence(tmp_path):
    (tmp_path / "photos").mkdir()

    result = call("prepare", tmp_path / "photos", "--out", tmp_path / "shards")

    assert result.exit_code == 3
    assert "no photographs there" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_one_photograph_is_one_sentence(tmp_path):
    photos = write_photos(tmp_path / "photos", 1)

    result = call("prepare", photos, "--out", tmp_path / "shards", "--size", 48, "--workers", 1)

    assert result.exit_code == 4
    assert "usable photographs: 1 of 1; at least 2 are needed" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_a_list_with_a_bad_line_makes_nothing(tmp_path):
    photos = write_photos(tmp_path / "photos", 2)
    (tmp_path / "wnids.txt").write_text("n02084071\nperson\n")

    result = call(
        "prepare", photos, "--out", tmp_path / "shards", "--exclude-wnids", tmp_path / "wnids.txt"
    )

    assert result.exit_code == 1
    assert "wnids.txt, line 2: 'person' is no id" in result.stderr
    assert not (tmp_path / "shards").exists()


def test_a_cluster_that_does_not_answer_makes_nothing(tmp_path):
    pytest.importorskip("ray", reason="the extra [cluster] is not installed")
    photos = write_photos(tmp_path / "photos", 2)

    result = call(
        "prepare", photos, "--out", tmp_path / "shards", "--engine", "ray",
        "--ray-address", "127.0.0.1:9",
    )  # fmt: skip

    assert result.exit_code == 7
    assert "127.0.0.1:9: no cluster answers there" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]
