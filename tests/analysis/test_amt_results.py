import csv
import hashlib
import random
from pathlib import Path

import pytest

from analysis.amt_results import AmtSettings, is_amt_header
from analysis.errors import TrialTableError
from analysis.exclusions import counted_trials
from analysis.trial_table import read_trials

Cells = dict[str, str]
SMALL = AmtSettings(n_practice=2)


def assignment(
    worker: str,
    trials: list[tuple[str, str, str]],
    *,
    first: int = 0,
    real_folder: str = "gt",
    suffix: str = ".jpg",
) -> Cells:
    """One row: trials of (folder/photo of the fake, side of the real, selection)."""
    cells = {"HITId": "h", "AssignmentId": f"a-{worker}", "WorkerId": worker}
    for number, (fake, gt_side, selection) in enumerate(trials, start=first):
        real = f"{real_folder}/{fake.rpartition('/')[2]}"
        left, right = (real, fake) if gt_side == "left" else (fake, real)
        cells[f"Input.gt_side{number}"] = gt_side
        cells[f"Input.images_left{number}"] = left + suffix
        cells[f"Input.images_right{number}"] = right + suffix
        cells[f"Answer.selection{number}"] = selection
    return cells


def write(path: Path, rows: list[Cells]) -> Path:
    """Write rows as Mechanical Turk does: every cell in quotes."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
    return path


def four(*selections: str) -> list[tuple[str, str, str]]:
    folders = ("mine/1", "mine/2", "mine/3", "vigilance/4")
    sides = ("left", "right", "left", "right")
    return list(zip(folders, sides, selections, strict=True))


def refusal(path: Path, settings: AmtSettings = SMALL) -> list[str]:
    with pytest.raises(TrialTableError) as caught:
        read_trials(path, amt=settings)
    return str(caught.value).splitlines()


def test_a_row_becomes_a_study_session(tmp_path: Path) -> None:
    path = write(tmp_path / "r.csv", [assignment("W1", four("left", "left", "left", "left"))])

    table = read_trials(path, amt=SMALL)

    trials = table.trials
    assert trials["participant_id"].unique().tolist() == ["p0001"]
    assert trials["study_session_id"].unique().tolist() == ["p0001-s1"]
    assert trials["block"].tolist() == ["practice", "practice", "main", "main"]
    assert trials["trial_type"].tolist() == ["practice", "practice", "main", "vigilance"]
    assert trials["condition"].tolist() == ["mine", "mine", "mine", "vigilance"]
    assert trials["photo_id"].tolist() == ["1", "2", "3", "4"]
    assert trials["trial_index"].tolist() == [0, 1, 2, 3]
    assert trials["real_side"].tolist() == ["left", "right", "left", "right"]
    assert set(trials["first_side"]) == {"left"}
    assert trials["chosen_side"].tolist() == ["left"] * 4
    assert trials["fooled"].tolist() == [True, False, True, False]
    assert not trials["simulated"].any()
    for name in ("response_ms", "left_shown_ms", "exposure_valid", "answered_at"):
        assert trials[name].isna().all()
    assert table.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert "W1" not in trials.to_csv()


def test_the_fool_rate_is_the_share_that_called_the_real_image_fake(tmp_path: Path) -> None:
    """That tool's own score: correct where the selection is not the side of the real image."""
    chance = random.Random(5)
    rows = []
    fooled = {"ours": [0, 0], "theirs": [0, 0]}
    for worker in range(30):
        trials = []
        for number in range(12):
            folder = chance.choice(list(fooled))
            gt_side, selection = (chance.choice(["left", "right"]) for _ in range(2))
            trials.append((f"{folder}/{number}", gt_side, selection))
            if number >= 2:
                fooled[folder][0] += gt_side == selection
                fooled[folder][1] += 1
        rows.append(assignment(f"W{worker}", trials))
    path = write(tmp_path / "r.csv", rows)

    counted = counted_trials(read_trials(path, amt=SMALL).trials)

    rates = counted.groupby("condition")["fooled"].agg(["sum", "count"])
    assert {name: list(rates.loc[name]) for name in fooled} == fooled


@pytest.mark.parametrize(("first", "suffix"), [(0, ".jpg"), (1, ""), (1, ".png")])
def test_both_versions_of_the_tool_are_read(first: int, suffix: str, tmp_path: Path) -> None:
    row = assignment("W", four("left", "right", "left", "right"), first=first, suffix=suffix)

    trials = read_trials(write(tmp_path / "r.csv", [row]), amt=SMALL).trials

    assert trials["photo_id"].tolist() == ["1", "2", "3", "4"]
    assert trials["trial_index"].tolist() == [0, 1, 2, 3]


def test_a_worker_with_two_assignments_is_one_participant(tmp_path: Path) -> None:
    again = {**assignment("W1", four(*["left"] * 4)), "AssignmentId": "another"}
    rows = [assignment("W1", four(*["left"] * 4)), assignment("W2", four(*["left"] * 4)), again]

    trials = read_trials(write(tmp_path / "r.csv", rows), amt=SMALL).trials

    sessions = trials.drop_duplicates("study_session_id")
    assert sessions["participant_id"].tolist() == ["p0001", "p0002", "p0001"]


def test_without_worker_identifiers_each_row_is_a_participant(tmp_path: Path) -> None:
    rows = [assignment(name, four(*["left"] * 4)) for name in "ab"]
    for row in rows:
        del row["WorkerId"], row["AssignmentId"]

    trials = read_trials(write(tmp_path / "r.csv", rows), amt=SMALL).trials

    assert trials["participant_id"].nunique() == 2


def test_several_files_of_a_folder_are_one_study(tmp_path: Path) -> None:
    for name, worker in (("batch_2.csv", "W2"), ("batch_1.csv", "W1")):
        write(tmp_path / name, [assignment(worker, four(*["left"] * 4))])
    (tmp_path / "notes.csv").write_text("a,b\n")

    table = read_trials(tmp_path, amt=SMALL)

    assert table.trials["participant_id"].unique().tolist() == ["p0001", "p0002"]
    digests = [
        hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        for name in ("batch_1.csv", "batch_2.csv")
    ]
    lines = "".join(f"{digest}\n" for digest in digests)
    assert table.sha256 == hashlib.sha256(lines.encode()).hexdigest()


def test_unpaired_images_are_known_by_the_fakes_photo(tmp_path: Path) -> None:
    row = assignment("W", four(*["left"] * 4))
    row["Input.images_left2"] = "gt/77.jpg"

    trials = read_trials(write(tmp_path / "r.csv", [row]), amt=SMALL).trials

    assert trials["photo_id"].tolist() == ["1", "2", "3", "4"]
    assert trials["pair_id"].tolist() == ["mine/1", "mine/2", "mine/3 against 77", "vigilance/4"]


@pytest.mark.parametrize("nothing", ["unset", ""])
def test_what_was_not_selected_is_unanswered(nothing: str, tmp_path: Path) -> None:
    path = write(tmp_path / "r.csv", [assignment("W", four("left", "left", "left", nothing))])

    assert read_trials(path, amt=SMALL).trials["chosen_side"].isna().tolist() == [False] * 3 + [
        True
    ]


def test_the_folder_of_vigilance_fakes_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "r.csv", [assignment("W", four(*["left"] * 4))])

    trials = read_trials(path, amt=AmtSettings(n_practice=0, vigilance_folder="mine")).trials

    assert trials["trial_type"].tolist() == ["vigilance"] * 3 + ["main"]


def test_every_bad_cell_is_named_by_the_files_own_column(tmp_path: Path) -> None:
    first, second = (assignment(name, four(*["left"] * 4)) for name in "ab")
    first["Input.gt_side1"] = "Left"
    first["Answer.selection2"] = "both"
    second["Input.images_right0"] = "3.jpg"
    second["Input.images_left3"] = second["Input.images_right3"]
    path = write(tmp_path / "r.csv", [first, second])

    assert refusal(path) == [
        f"{path}, row 2: column Input.gt_side1: found 'Left'; allowed: left, right",
        f"{path}, row 2: column Answer.selection2: found 'both';"
        " allowed: left, right, unset, or nothing",
        f"{path}, row 3: column Input.images_right0: found '3.jpg';"
        " allowed: an image as FOLDER/FILE",
        f"{path}, row 3: column Input.images_right3: found 'gt/4.jpg' beside 'gt/4.jpg';"
        " allowed: a real and a fake image of two folders",
    ]


def test_the_problems_of_all_files_are_named(tmp_path: Path) -> None:
    for name in "ab":
        row = assignment(name, four(*["left"] * 4)) | {"Input.gt_side1": name}
        write(tmp_path / f"{name}.csv", [row])

    assert refusal(tmp_path) == [
        f"{tmp_path / name}.csv, row 2: column Input.gt_side1: found '{name}'; allowed: left, right"
        for name in "ab"
    ]


def test_an_assignment_that_stands_twice_is_named(tmp_path: Path) -> None:
    """Batches that were downloaded twice overlap."""
    row = assignment("W", four(*["left"] * 4))
    path = write(tmp_path / "a.csv", [row, row])

    assert refusal(path) == [
        f"{path}, row 3: column AssignmentId: found 'a-W', which stands in {path}, row 2 already;"
        " allowed: each assignment once"
    ]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    row = assignment("W", four(*["left"] * 4))
    del row["Input.images_left2"]

    (line,) = refusal(write(tmp_path / "r.csv", [row]))

    assert "row 1: column Input.images_left2 is missing; allowed: Input.gt_side{i}, " in line


@pytest.mark.parametrize("n_practice", [4, 10])
def test_more_practice_than_trials_is_refused(n_practice: int, tmp_path: Path) -> None:
    path = write(tmp_path / "r.csv", [assignment("W", four(*["left"] * 4))])

    assert refusal(path, AmtSettings(n_practice)) == [
        f"{path}: found 4 trials per assignment and {n_practice} of practice;"
        " allowed: --amt-practice below 4"
    ]


def test_a_file_without_assignments_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(",".join(assignment("W", four(*["left"] * 4))) + "\n")

    assert refusal(path) == [f"{path}: the file holds a header and no assignments"]


def test_the_header_tells_what_it_is() -> None:
    assert is_amt_header(["HITId", "Input.gt_side1", "Answer.selection1"])
    assert is_amt_header(["Input_gt_side1", "Answer_selection1"])
    assert not is_amt_header(["Input.gt_side1", "Answer.comments"])
