from pathlib import Path

import pytest

from analysis.choices import Choices, settle
from analysis.errors import TrialTableError
from analysis.export_folder import input_files


def test_what_is_read_of_a_folder_of_a_file_and_of_a_database(study_csv: Path) -> None:
    names = [path.name for path in input_files(study_csv.parent)]
    assert names[:2] == ["trials.csv", "provenance.json"]
    assert set(names) >= {"participants.csv", "study.toml"}
    assert input_files(study_csv) == (study_csv,)
    assert input_files("sqlite:////x/study.sqlite") == (Path("/x/study.sqlite"),)
    assert input_files("postgresql+psycopg://host/study") == ()


def test_nothing_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrialTableError, match="there is no such file or folder"):
        input_files(tmp_path / "none")


def test_the_settings_are_settled_where_little_is_chosen(study_csv: Path) -> None:
    settings = settle(study_csv, Choices(level=0.9, vigilance_pass_share=0.5))

    assert (settings.level, settings.vigilance_pass_share) == (0.9, 0.5)
