import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.columns import COLUMN_NAMES
from analysis.errors import MOST_PROBLEMS_LISTED, TrialTableError
from analysis.trial_table import read_trials

Make = Callable[..., Any]


def refusal(path: Path) -> str:
    with pytest.raises(TrialTableError) as caught:
        read_trials(path)
    return str(caught.value)


def test_a_good_table_is_read_whole_with_types(row: Make, write_table: Make) -> None:
    unanswered = row(
        trial_index="1",
        chosen_side="",
        response_ms="",
        left_shown_ms="",
        right_shown_ms="",
        exposure_valid="",
        answered_at="",
    )
    path = write_table([row(), unanswered, row(trial_index="2", chosen_side="right")])

    trials = read_trials(path).trials

    assert list(trials.columns) == [*COLUMN_NAMES, "fooled"]
    assert trials["fooled"].to_list() == [True, pd.NA, False]
    assert trials["trial_index"].to_list() == [0, 1, 2]
    assert trials["response_ms"].to_numpy() == pytest.approx([812.5, np.nan, 812.5], nan_ok=True)
    assert trials["simulated"].dtype == bool
    assert trials["exposure_valid"].to_list() == [True, pd.NA, True]
    assert trials["answered_at"].iloc[0] == pd.Timestamp("2026-01-31T12:00:00Z")
    assert trials["chosen_side"].isna().to_list() == [False, True, False]


def test_the_digest_is_that_of_the_files_bytes(study_csv: Path) -> None:
    assert read_trials(study_csv).sha256 == hashlib.sha256(study_csv.read_bytes()).hexdigest()


def test_a_folder_written_by_export_is_read_by_its_trials_csv(study_csv: Path) -> None:
    (study_csv.parent / "codebook.json").write_text("{}")

    from_folder, from_file = read_trials(study_csv.parent), read_trials(study_csv)

    pd.testing.assert_frame_equal(from_folder.trials, from_file.trials)


def test_columns_may_stand_in_any_order(row: Make, write_table: Make) -> None:
    path = write_table([row()], header=tuple(reversed(COLUMN_NAMES)))

    assert read_trials(path).trials["photo_id"].to_list() == ["photo-1"]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text + "\n\n",
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("photo-1", '"photo, with a comma"'),
        lambda text: text.replace("photo-1", "写真"),
        lambda text: text.replace("photo-1", "NA"),
        lambda text: text.replace("12:00:00Z", "12:00:00.123456+00:00"),
    ],
)
def test_harmless_differences_of_the_file_are_read(
    change: Make, row: Make, write_table: Make
) -> None:
    path = write_table([row()])
    path.write_bytes(change(path.read_text(encoding="utf-8")).encode())

    trials = read_trials(path).trials

    assert len(trials) == 1
    assert trials["photo_id"].iloc[0] in ("photo-1", "photo, with a comma", "写真", "NA")
    assert trials["answered_at"].notna().all()


@pytest.mark.parametrize(
    ("column", "value", "allowed"),
    [
        ("real_side", "Left", "left, right"),
        ("real_side", "", "left, right"),
        ("first_side", "top", "left, right, both"),
        ("chosen_side", "none", "left, right, or nothing"),
        ("block", "test", "practice, main"),
        ("trial_type", "catch", "practice, main, vigilance, control"),
        ("simulated", "True", "true, false"),
        ("exposure_valid", "1", "true, false, or nothing"),
        ("trial_index", "-1", "a whole number from 0 up"),
        ("trial_index", "1.0", "a whole number from 0 up"),
        ("trial_index", "²", "a whole number from 0 up"),
        ("trial_index", "9" * 5000, "a whole number from 0 up"),
        ("response_ms", "-3", "a number with a decimal point from 0 up, in ms, or nothing"),
        ("response_ms", "812,5", "a number with a decimal point from 0 up, in ms, or nothing"),
        ("response_ms", "nan", "a number with a decimal point from 0 up, in ms, or nothing"),
        ("response_ms", "1e999", "a number with a decimal point from 0 up, in ms, or nothing"),
        ("left_shown_ms", "1_000", "a number with a decimal point from 0 up, in ms, or nothing"),
        ("answered_at", "2026-01-31T12:00:00", "an ISO 8601 time in UTC"),
        ("answered_at", "2026-01-31T12:00:00+01:00", "an ISO 8601 time in UTC"),
        ("answered_at", "2026-02-31T12:00:00Z", "an ISO 8601 time in UTC"),
        ("answered_at", "31.1.2026", "an ISO 8601 time in UTC"),
        ("participant_id", "", "printable text"),
        ("participant_id", " ann", "printable text without spaces around it"),
        ("photo_id", "a\x07b", "printable text without spaces around it"),
    ],
)
def test_a_bad_cell_is_named_with_file_row_column_value_and_what_is_allowed(
    column: str, value: str, allowed: str, row: Make, write_table: Make
) -> None:
    path = write_table([row(), row(trial_index="1"), row(**{"trial_index": "2", column: value})])

    message = refusal(path)

    assert message.startswith(f"{path}, row 4: column {column}: found ")
    assert (repr(value)[:20] if value else "nothing") in message
    assert f"allowed: {allowed}" in message
    assert "\n" not in message


def test_every_bad_row_is_reported_in_the_files_order(row: Make, write_table: Make) -> None:
    path = write_table([row(real_side="x"), row(trial_index="1"), row(block="y", trial_index="z")])

    lines = refusal(path).splitlines()

    assert [line.split(": ")[:2] for line in lines] == [
        [f"{path}, row 2", "column real_side"],
        [f"{path}, row 4", "column block"],
        [f"{path}, row 4", "column trial_index"],
    ]


def test_a_long_list_of_problems_is_cut_and_counted(row: Make, write_table: Make) -> None:
    path = write_table([row(trial_index=str(i), real_side="x") for i in range(1000)])

    lines = refusal(path).splitlines()

    assert len(lines) == MOST_PROBLEMS_LISTED + 1
    assert (
        lines[-1] == f"{path}: {1000 - MOST_PROBLEMS_LISTED} more problems like these, 1000 in all"
    )


def test_a_trial_that_stands_twice_is_refused(row: Make, write_table: Make) -> None:
    path = write_table([row(), row(trial_index="1"), row(trial_index="01")])

    assert refusal(path) == (
        f"{path}, row 4: column trial_index: found 1 of study session ann-1,"
        " which stands in row 3 already; allowed: each trial once"
    )


def test_the_same_trial_index_in_another_study_session_is_no_repeat(
    row: Make, write_table: Make
) -> None:
    path = write_table([row(), row(study_session_id="ann-2")])

    assert len(read_trials(path).trials) == 2


@pytest.mark.parametrize(
    ("block", "kind", "allowed"),
    [
        ("practice", "main", "allowed in block practice: practice"),
        ("practice", "vigilance", "allowed in block practice: practice"),
        ("main", "practice", "allowed in block main: main, vigilance, control"),
    ],
)
def test_a_trial_type_in_the_wrong_block_is_refused(
    block: str, kind: str, allowed: str, row: Make, write_table: Make
) -> None:
    path = write_table([row(block=block, trial_type=kind)])

    assert refusal(path) == (
        f"{path}, row 2: column trial_type: found {kind!r} in block {block}; {allowed}"
    )


@pytest.mark.parametrize("changes", [{"answered_at": ""}, {"response_ms": ""}])
def test_an_answer_without_a_side_is_refused(
    changes: dict[str, str], row: Make, write_table: Make
) -> None:
    path = write_table([row(chosen_side="", **changes)])

    assert "row 2: column chosen_side: found nothing beside a response_ms or" in refusal(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"participant_id": "bob"},
            "column participant_id: found 'bob' for study_session_id ann-1; allowed: 'ann'",
        ),
        (
            {"simulated": "true"},
            "column simulated: found 'true' for participant_id ann; allowed: 'false'",
        ),
        (
            {"photo_id": "photo-2"},
            "column photo_id: found 'photo-2' for pair_id pair-1; allowed: 'photo-1'",
        ),
    ],
)
def test_a_code_that_changes_its_meaning_is_refused(
    changes: dict[str, str], message: str, row: Make, write_table: Make
) -> None:
    path = write_table([row(), row(trial_index="1", **changes)])

    assert refusal(path) == f"{path}, row 3: {message}, as in row 2"


def test_a_missing_column_is_named(row: Make, write_table: Make) -> None:
    header = tuple(name for name in COLUMN_NAMES if name not in ("block", "photo_id"))

    lines = refusal(write_table([row()], header=header)).splitlines()

    assert len(lines) == 2
    assert "row 1: column block is missing; allowed: all of study_id, participant_id" in lines[0]
    assert "row 1: column photo_id is missing" in lines[1]


def test_an_unknown_column_is_named(row: Make, write_table: Make) -> None:
    path = write_table([row() | {"fooled": "true"}], header=(*COLUMN_NAMES, "fooled"))

    assert "row 1: found column 'fooled'; allowed: only study_id, " in refusal(path)


def test_a_column_that_stands_twice_is_named(row: Make, write_table: Make) -> None:
    path = write_table([row()], header=(*COLUMN_NAMES, "block"))

    assert refusal(path) == f"{path}, row 1: column block stands there 2 times; allowed: once"


@pytest.mark.parametrize(("mark", "name"), [(";", "';'"), ("\t", r"'\t'")])
def test_another_separator_is_named(mark: str, name: str, row: Make, write_table: Make) -> None:
    path = write_table([row()])
    path.write_text(path.read_text().replace(",", mark))

    assert refusal(path) == f"{path}, row 1: found columns separated by {name}; allowed: commas"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"  \n"])
def test_an_empty_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "trials.csv"
    path.write_bytes(content)

    assert refusal(path) == (f"{path}: the file is empty; allowed: a header and one row per trial")


def test_a_header_without_trials_is_refused(write_table: Make) -> None:
    path = write_table([])

    assert refusal(path) == f"{path}: the table holds a header and no trials"


def test_another_encoding_is_refused_with_its_row(row: Make, write_table: Make) -> None:
    path = write_table([row(), row(trial_index="1", photo_id="café", pair_id="pair-2")])
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1"))

    assert refusal(path) == (
        f"{path}, row 3: found byte 0xe9, which is not UTF-8; allowed: text saved as UTF-8"
    )


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trials.csv"
    path.write_bytes(b"\x89PNG" + bytes(range(256)))

    assert "is not UTF-8" in refusal(path)


@pytest.mark.parametrize("cells", ["only,three,cells", "," * 25])
def test_a_row_of_another_length_is_named(cells: str, row: Make, write_table: Make) -> None:
    path = write_table([row()])
    path.write_text(path.read_text() + cells + "\n")

    n_found = cells.count(",") + 1
    assert refusal(path) == (
        f"{path}, row 3: found {n_found} cells; allowed: 18, as many as the header"
    )


def test_a_blank_row_between_trials_is_named(row: Make, write_table: Make) -> None:
    path = write_table([row(), row(trial_index="1")])
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:2], "", *lines[2:]]))

    assert refusal(path).startswith(f"{path}, row 3: found 0 cells")


def test_an_open_quote_is_named(row: Make, write_table: Make) -> None:
    path = write_table([row(), row(trial_index="1")])
    path.write_text(path.read_text().replace("study,ann", '"study,ann', 1))

    assert refusal(path).startswith(f"{path}, row 2: not comma-separated: ")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert (
        refusal(tmp_path / "none.csv")
        == f"{tmp_path / 'none.csv'}: there is no such file or folder"
    )


def test_a_folder_without_a_table_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path}: the folder holds no trials.csv"
