from pathlib import Path

import pytest

from analysis.errors import TrialTableError
from analysis.participants_file import read_participants


def test_the_participants_of_an_export_folder_are_read_as_text(tmp_path: Path) -> None:
    (tmp_path / "participants.csv").write_text("participant_id,withdrawn_at\nann,\nbob,2026\n")

    for source in (tmp_path, tmp_path / "participants.csv"):
        participants = read_participants(source)

        assert participants is not None
        assert participants.to_dict("list") == {
            "participant_id": ["ann", "bob"],
            "withdrawn_at": ["", "2026"],
        }


def test_a_trial_table_alone_has_no_participants(tmp_path: Path) -> None:
    table = tmp_path / "trials.csv"
    table.write_text("participant_id\n")

    assert read_participants(table) is None
    assert read_participants(tmp_path) is None
    assert read_participants(tmp_path / "no such folder") is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"code,state\nann,finished\n", "row 1: found no column participant_id"),
        (b"participant_id,state\nann,finished\nbob\n", "row 3: found 1 cell; allowed: 2"),
        (b'participant_id\n"ann', "is not comma-separated"),
        (b"participant_id\n\xff\n", "not UTF-8"),
    ],
)
def test_a_damaged_file_is_refused_in_one_sentence(
    content: bytes, message: str, tmp_path: Path
) -> None:
    (tmp_path / "participants.csv").write_bytes(content)

    with pytest.raises(TrialTableError, match=message) as caught:
        read_participants(tmp_path)

    assert str(caught.value).startswith(f"{tmp_path / 'participants.csv'}")
    assert "\n" not in str(caught.value)
