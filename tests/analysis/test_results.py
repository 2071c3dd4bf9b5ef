import json
from pathlib import Path

import pytest

from analysis.errors import ResultError
from analysis.results import (
    check_free,
    check_not_input,
    json_bytes,
    provenance_path,
    versions,
    write_results,
)


def test_results_that_belong_together_are_written(tmp_path: Path) -> None:
    write_results({tmp_path / "a.html": b"page", tmp_path / "a.json": b"twin"})

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "a.html": b"page",
        "a.json": b"twin",
    }


def test_an_existing_result_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"old")

    with pytest.raises(ResultError, match=r"a\.json: exists already; allowed: .* --overwrite"):
        write_results({tmp_path / "a.html": b"page", tmp_path / "a.json": b"twin"})

    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_overwrite_replaces_it(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"old")

    write_results({tmp_path / "a.json": b"new"}, overwrite=True)

    assert (tmp_path / "a.json").read_bytes() == b"new"


def test_a_failed_write_leaves_no_half_file(tmp_path: Path) -> None:
    """The temporary name is taken by a folder, so the second file cannot be written."""
    (tmp_path / ".b.json.part").mkdir()

    with pytest.raises(ResultError, match=r"b\.json: cannot be written"):
        write_results({tmp_path / "a.html": b"page", tmp_path / "b.json": b"twin"})

    assert not (tmp_path / "a.html").exists()
    assert not (tmp_path / "b.json").exists()


def test_a_missing_folder_and_a_folder_in_the_way_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match=r"the folder .* does not exist"):
        check_free(tmp_path / "none" / "a.html")
    with pytest.raises(ResultError, match="is a folder"):
        check_free(tmp_path, overwrite=True)


def test_a_result_is_kept_from_its_input_under_every_name(tmp_path: Path) -> None:
    table = tmp_path / "trials.csv"
    table.write_bytes(b"rows")
    (tmp_path / "soft.csv").symlink_to(table)
    (tmp_path / "hard.csv").hardlink_to(table)
    (tmp_path / "folder").mkdir()

    for name in ("trials.csv", "soft.csv", "hard.csv", "folder/../trials.csv"):
        with pytest.raises(ResultError, match=r"would replace the input .*trials\.csv;"):
            check_not_input(tmp_path / "other.json", tmp_path / name, inputs=[table])
    with pytest.raises(ResultError, match="would replace"):
        check_not_input(tmp_path / "folder/../new", inputs=[tmp_path / "new"])
    check_not_input(tmp_path / "other.json", inputs=[table])


def test_json_keeps_letters_and_refuses_what_json_has_no_word_for() -> None:
    assert json_bytes({"b": "写真", "a": None}) == '{\n  "b": "写真",\n  "a": null\n}\n'.encode()
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_bytes({"x": float("nan")})


def test_versions_name_what_could_change_a_number() -> None:
    found = versions()

    assert {"python", "colorization-turing-test", "numpy", "scipy", "pandas"} <= set(found)
    assert json.loads(json_bytes(found)) == found


def test_a_provenance_record_is_named_after_its_result() -> None:
    assert provenance_path(Path("x/rates.json")) == Path("x/rates.provenance.json")
