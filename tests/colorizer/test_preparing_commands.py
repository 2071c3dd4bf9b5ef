import csv

import pytest
from click.testing import CliRunner

from colorizer.__main__ import main
from tests.colorizer.factories import write_photos


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
