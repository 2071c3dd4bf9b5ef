"""The commands as a researcher types them, in one process."""

import zipfile

import pytest

from tests.study_app import factories
from tests.study_app.test_commands import fail, run, succeed


@pytest.fixture
def here(tmp_path, monkeypatch, open_app):
    """A folder whose instance holds the open study and a draft."""
    monkeypatch.chdir(tmp_path)
    factories.point_commands_at(monkeypatch, open_app)
    return tmp_path


def test_an_archive_is_written_and_passes_the_check(here):
    result = run(
        "export", "--study", "colours", "--out", "archive", "--format", "psych-ds",
        "--license", "CC0-1.0", "--author", "Ada Lovelace", "--date-published", "2026-04-01",
    )  # fmt: skip

    assert result.exit_code == 0, result.output
    assert "archive: 30 files, 0 trials; SHA256SUMS sha256 " in result.stdout
    assert result.stderr.splitlines() == [
        "Before others get it: the study is not closed (its state is open): the archive says which"
        " pictures are fakes, and there may be more data"
    ]
    assert "Ada Lovelace" in (here / "archive" / "README.md").read_text()
    checked = succeed("check-archive", "archive")
    assert checked.splitlines()[-1] == "archive: keeps the rules of Psych-DS, warnings: 1"


def test_a_zip_holds_the_same_files(here):
    succeed("export", "--study", "colours", "--out", "archive.zip", "--format", "psych-ds")

    with zipfile.ZipFile(here / "archive.zip") as packed:
        assert "archive/dataset_description.json" in packed.namelist()
    assert "exists already" in fail(
        "export", "--study", "colours", "--out", "archive.zip", "--format", "psych-ds"
    )


def test_a_plain_export_says_what_it_wrote_and_takes_no_words_for_others(here):
    line = succeed("export", "--study", "colours", "--out", "plain")

    assert line.startswith("plain: 0 trials of 0 study sessions; trials.csv sha256 ")
    assert "are for --format psych-ds" in fail("export", "--out", "x", "--license", "CC0-1.0")
    assert not (here / "x").exists()


def test_what_is_no_author_or_day_is_refused_before_anything_is_written(here):
    message = fail(
        "export", "--study", "colours", "--out", "a", "--format", "psych-ds",
        "--date-published", "tomorrow",
    )  # fmt: skip

    assert "date_published = 'tomorrow' is no day" in message
    assert not (here / "a").exists()


def test_a_broken_archive_is_told_with_every_problem(here):
    succeed("export", "--study", "colours", "--out", "a", "--format", "psych-ds")
    (here / "a" / "README.md").write_text("Another.\n")
    (here / "a" / "data" / "study-colours_description-answers_data.csv").unlink()

    result = run("check-archive", "a")

    assert result.exit_code == 14
    assert "error FILE_CHANGED: README.md" in result.stdout
    assert "error FILE_MISSING: data/study-colours_description-answers_data.csv" in result.stdout
    assert result.stderr.startswith("study-app: a: broken rules of Psych-DS or digests: ")
    assert "there is no such folder" in fail("check-archive", "none")
