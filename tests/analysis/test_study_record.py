import json
from pathlib import Path

import pytest

from analysis.errors import TrialTableError
from analysis.study_record import NO_RECORD, read_study_record


def test_an_empty_folder_says_nothing(tmp_path: Path) -> None:
    assert read_study_record(tmp_path) == NO_RECORD


def test_everything_an_export_holds_is_read(tmp_path: Path) -> None:
    (tmp_path / "participants.csv").write_text("participant_id,consented_at\nann,2026\n")
    (tmp_path / "provenance.json").write_text(
        json.dumps(
            {
                "study_digest": "cd" * 32,
                "stimulus_set_digest": "ab" * 32,
                "deviations_from_2016": ["Four vigilance trials."],
                "phase": "pilot",
            }
        )
    )
    (tmp_path / "study.toml").write_text("[protocol]\ndisplay_ms = 500\nn_main = 40\n")

    record = read_study_record(tmp_path)

    assert record.participants is not None
    assert list(record.participants["participant_id"]) == ["ann"]
    assert (record.set_sha256, record.study_sha256) == ("ab" * 32, "cd" * 32)
    assert record.protocol == {"display_ms": 500}
    assert record.deviations == ("Four vigilance trials.",)
    assert record.is_pilot


@pytest.mark.parametrize("content", ["{}", '{"phase": "main"}'])
def test_what_is_not_said_to_be_of_a_pilot_is_of_the_study(tmp_path: Path, content: str) -> None:
    (tmp_path / "provenance.json").write_text(content)

    assert not read_study_record(tmp_path).is_pilot


@pytest.mark.parametrize("content", ["[]", '{"stimulus_set_digest": 3, "deviations_from_2016": 3}'])
def test_what_has_another_form_says_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "provenance.json").write_text(content)
    (tmp_path / "study.toml").write_text("protocol = 3\n")

    assert read_study_record(tmp_path) == NO_RECORD


@pytest.mark.parametrize("name", ["provenance.json", "study.toml"])
def test_a_damaged_file_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{")

    with pytest.raises(TrialTableError, match=name):
        read_study_record(tmp_path)
