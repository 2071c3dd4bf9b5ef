import hashlib

import pytest

from study_app.archive_check import check_archive, read_sums
from study_app.errors import ArchiveError
from tests.study_app.psych_ds.small_dataset import write_dataset


@pytest.fixture
def archive(tmp_path):
    folder = write_dataset(tmp_path / "archive")
    ignored = folder / ".psychds-ignore"
    ignored.write_text(ignored.read_text() + "SHA256SUMS\n")
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in paths
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))
    return folder


def found(folder):
    return {(problem.code, problem.place) for problem in check_archive(folder)}


def test_a_whole_archive_has_no_problem(archive):
    assert found(archive) == set()
    assert "README.md" in read_sums(archive)


def test_files_that_were_changed_removed_or_added_are_named(archive):
    (archive / "README.md").write_text("Another.\n")
    (archive / "CHANGES.md").unlink()
    (archive / "documentation" / "more.txt").write_text("More.\n")
    (archive / "results" / "report.html").write_text("Mine.\n")

    assert found(archive) == {
        ("FILE_CHANGED", "README.md"),
        ("FILE_MISSING", "CHANGES.md"),
        ("MISSING_CHANGES_DOC", ""),
        ("FILE_ADDED", "documentation/more.txt"),
    }
    assert [problem.severity for problem in check_archive(archive)] == [
        "error", "error", "warning", "warning",
    ]  # fmt: skip


def test_a_data_set_without_digests_may_be_one_all_the_same(archive):
    (archive / "SHA256SUMS").unlink()

    assert found(archive) == {("NO_DIGESTS", "")}


def test_a_list_that_is_none_is_named_with_its_line(archive):
    (archive / "SHA256SUMS").write_text("abc  README.md\n")

    with pytest.raises(ArchiveError, match=r"SHA256SUMS, line 1: found 'abc  README.md'; allowed"):
        check_archive(archive)


def test_no_folder_there_is_said(tmp_path):
    with pytest.raises(ArchiveError, match="there is no such folder"):
        check_archive(tmp_path / "none")
