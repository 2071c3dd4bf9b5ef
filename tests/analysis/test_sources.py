import zipfile
from pathlib import Path

import pytest

from analysis.amt_results import AmtSettings
from analysis.errors import TrialTableError
from analysis.parquet_table import parquet_bytes
from analysis.sources import find_source, read_source
from analysis.trial_table import read_trials

AMT_HEADER = (
    '"HITId","Input.gt_side0","Input.images_left0","Input.images_right0","Answer.selection0"'
)


def test_a_file_is_known_by_its_content_not_by_its_name(study_csv: Path, tmp_path: Path) -> None:
    contents = {
        "csv": study_csv.read_bytes(),
        "parquet": parquet_bytes(read_trials(study_csv).trials),
        "amt": b"\xef\xbb\xbf" + AMT_HEADER.encode() + b"\r\n",
        "database": b"SQLite format 3\0" + b"\0" * 100,
    }
    for kind, content in contents.items():
        path = tmp_path / "without.suffix"
        path.write_bytes(content)

        found = find_source(path)

        assert (found.kind, found.files, found.folder) == (kind, (path,), None)


def test_a_folder_is_read_by_its_table(study_csv: Path) -> None:
    found = find_source(study_csv.parent)

    assert (found.kind, found.files, found.folder) == ("csv", (study_csv,), study_csv.parent)


def test_a_folder_may_hold_parquet_or_amt_results(study_csv: Path, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "trials.parquet").write_bytes(parquet_bytes(read_trials(study_csv).trials))
    (tmp_path / "b").mkdir()
    for name in ("2.csv", "1.csv"):
        (tmp_path / "b" / name).write_text(AMT_HEADER + "\n")

    assert find_source(tmp_path / "a").kind == "parquet"
    found = find_source(tmp_path / "b")
    assert (found.kind, [path.name for path in found.files]) == ("amt", ["1.csv", "2.csv"])


def test_an_address_is_a_database(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'x.sqlite'}"

    found = find_source(address)

    assert (found.kind, found.address, found.files) == (
        "database",
        address,
        (tmp_path / "x.sqlite",),
    )
    assert find_source("postgresql+psycopg://h/db").files == ()


@pytest.mark.parametrize("content", [b"", b'"', b"\xff\xfe", b'"a\n'])
def test_what_is_nothing_known_is_taken_for_a_table(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(content)

    assert find_source(tmp_path / "x").kind == "csv"


def test_nothing_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrialTableError, match="there is no such file or folder"):
        find_source(tmp_path / "none")
    with pytest.raises(TrialTableError, match=r"the folder holds no trials\.csv"):
        find_source(tmp_path)


def test_options_for_another_kind_of_source_are_refused(study_csv: Path) -> None:
    with pytest.raises(TrialTableError, match="--study is for a database"):
        read_source(study_csv, study="a")
    with pytest.raises(TrialTableError, match="--amt-practice and --amt-vigilance are for results"):
        read_source(study_csv, amt=AmtSettings())


def test_a_zip_file_is_to_be_unpacked_first(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as packed:
        packed.writestr("archive/dataset_description.json", "{}")

    with pytest.raises(TrialTableError, match=r"archive\.zip: is a ZIP file or a spreadsheet; al"):
        find_source(tmp_path / "archive.zip")
