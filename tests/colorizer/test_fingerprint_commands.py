from click.testing import CliRunner

from colorizer.__main__ import main
from colorizer.fingerprints import file_sha256, load_fingerprints
from tests.colorizer.factories import write_photos


def call(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_fingerprints_are_written_and_what_is_refused_is_named(tmp_path):
    photos = write_photos(tmp_path / "photos", 3)
    (photos / "text.jpg").write_text("no picture")
    out = tmp_path / "some.fingerprints.npy"

    result = call("fingerprints", photos, "--out", out)

    assert result.exit_code == 0, result.output
    assert len(load_fingerprints(out)) == 3
    assert "3 fingerprints of 3 photographs, 1 refused" in result.stdout
    assert f"digest {file_sha256(out)}" in result.stdout
    assert "text.jpg: not a picture" in result.stderr


def test_a_file_that_is_there_is_replaced_only_when_asked(tmp_path):
    photos = write_photos(tmp_path / "photos", 1)
    (tmp_path / "x.npy").write_bytes(b"old")

    refused = call("fingerprints", photos, "--out", tmp_path / "x.npy")

    assert refused.exit_code == 1
    assert "--overwrite" in refused.stderr
    assert (tmp_path / "x.npy").read_bytes() == b"old"
    assert call("fingerprints", photos, "--out", tmp_path / "x.npy", "--overwrite").exit_code == 0


def test_a_missing_input_is_named(tmp_path):
    result = call("fingerprints", tmp_path / "nowhere", "--out", tmp_path / "x.npy")

    assert result.exit_code == 3
    assert "nowhere: no such file or folder" in result.stderr
    assert not (tmp_path / "x.npy").exists()


def test_help_has_an_example():
    result = call("fingerprints", "--help")

    assert result.exit_code == 0
    assert "Example: colorizer fingerprints" in result.output
