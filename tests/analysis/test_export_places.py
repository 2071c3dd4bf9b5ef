from pathlib import Path

import pytest

from analysis.errors import TrialTableError
from analysis.export_folder import BESIDE_THE_TABLE, input_files
from analysis.export_places import ARCHIVE_MARK, is_archive, place_of
from analysis.recorded_flow import read_recorded_flow
from analysis.sources import find_source
from analysis.study_record import read_study_record

TRIALS = "data/study-colours_description-trials_data.csv"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    for name in ("data", "documentation", "materials"):
        (tmp_path / name).mkdir()
    (tmp_path / ARCHIVE_MARK).write_text("{}")
    (tmp_path / TRIALS).write_text("study_id\n")
    return tmp_path


def test_the_table_of_an_archive_is_found_by_its_keyword(archive: Path) -> None:
    found = find_source(archive)

    assert (found.kind, found.files, found.folder) == ("csv", (archive / TRIALS,), archive)
    assert find_source(archive / TRIALS).folder is None


def test_what_stands_beside_the_table_is_read_from_its_place(archive: Path) -> None:
    start = archive / "data" / "study-colours_description-"
    Path(f"{start}participants_data.csv").write_text("participant_id\nann\n")
    Path(f"{start}participantFlow_data.csv").write_text("step,n\ninvitation,7\n")
    (archive / "documentation" / "provenance.json").write_text('{"study_digest": "cd"}')
    (archive / "materials" / "study.toml").write_text("[protocol]\ndisplay_ms = 500\n")

    record = read_study_record(archive)

    assert record.participants is not None
    assert list(record.participants["participant_id"]) == ["ann"]
    assert (record.study_sha256, record.protocol) == ("cd", {"display_ms": 500})
    assert record.flow == read_recorded_flow(archive)
    assert record.flow is not None
    assert record.flow.steps == {"invitation": 7}


def test_every_input_has_a_place_of_its_own(archive: Path) -> None:
    places = input_files(archive)

    assert len(set(places)) == 1 + len(BESIDE_THE_TABLE)
    assert all(path.parent != archive for path in places)


def test_a_plain_export_is_no_archive_whatever_lies_in_it(archive: Path) -> None:
    assert is_archive(archive)

    (archive / "trials.csv").write_text("study_id\n")

    assert not is_archive(archive)
    assert place_of(archive, "study.toml") == archive / "study.toml"
    assert find_source(archive).files == (archive / "trials.csv",)


def test_two_tables_of_one_kind_are_refused(archive: Path) -> None:
    (archive / "data" / "study-other_description-trials_data.csv").write_text("study_id\n")

    with pytest.raises(TrialTableError, match=r"found 2 files .*trials_data\.csv; allowed: one"):
        find_source(archive)


def test_an_archive_without_a_table_is_named(archive: Path) -> None:
    (archive / TRIALS).unlink()

    with pytest.raises(TrialTableError, match=r"the folder holds no trials\.csv"):
        find_source(archive)
