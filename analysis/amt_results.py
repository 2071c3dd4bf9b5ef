"""Read the result files of AMT_Real_vs_Fake, so that old studies can be analysed anew.

Place on the data's path: ``sources.py`` hands in the rows of one or several files; they become a
trial table. That tool (github.com/phillipi/AMT_Real_vs_Fake, read for its format) writes one row
per assignment, one group of columns per trial: ``Input.gt_side{i}`` is the real photo's side,
``Input.images_left{i}`` and ``Input.images_right{i}`` the images as FOLDER/FILE,
``Answer.selection{i}`` the side called fake (``unset`` where none was). i begins at 0 or 1.

Its left image is always first. It measures neither response times nor exposure; those cells stay
empty. A fake is known by its folder (the condition) and its file (the photo). Worker and assignment
identifiers are personal data: they become numbers in the order of the files.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

import numpy as np

from analysis.cells import quoted
from analysis.columns import COLUMN_NAMES, SIDES
from analysis.csv_table import ragged_rows, split_rows
from analysis.errors import Problem, TrialTableError
from analysis.text_table import FIRST_TRIAL_ROW, TextTable, text_columns

GROUP = re.compile(r"(Input|Answer)[._](gt_side|images_left|images_right|selection)(\d+)")
GT_SIDE, LEFT, RIGHT, SELECTION = "gt_side", "images_left", "images_right", "selection"
PARTS = (GT_SIDE, LEFT, RIGHT, SELECTION)
WORKER, ASSIGNMENT = "WorkerId", "AssignmentId"
UNANSWERED = ("unset", "")
ORIGIN = "results of AMT_Real_vs_Fake"


@dataclass(frozen=True)
class AmtSettings:
    """What the result files do not say of themselves; the defaults are that tool's.

    Attributes:
        n_practice: trials at the beginning of each assignment that were practice.
        vigilance_folder: folder of the obviously wrong fakes.
        study: what ``study_id`` says.
    """

    n_practice: int = 10
    vigilance_folder: str = "vigilance"
    study: str = "amt"


@dataclass
class _Study:
    """What has been read so far.

    Attributes:
        settings: what the files do not say of themselves.
        people: the code of each worker.
        assignments: where each assignment stands.
        rows: the trial table's cells, in the order of ``COLUMN_NAMES``.
        row_numbers: the row of its file that each trial stands in.
        problems: of all files.
    """

    settings: AmtSettings
    people: dict[str, str] = field(default_factory=dict)
    assignments: dict[str, str] = field(default_factory=dict)
    rows: list[list[str]] = field(default_factory=list)
    row_numbers: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def is_amt_header(names: Sequence[str]) -> bool:
    """Say whether these are the columns of a result file of that tool."""
    parts = {match[2] for name in names if (match := GROUP.fullmatch(name))}
    return {GT_SIDE, SELECTION} <= parts


def read_amt_results(files: Sequence[tuple[str, bytes]], settings: AmtSettings) -> TextTable:
    """Turn result files into one trial table; the columns may differ between files.

    Args:
        files: what messages call each, and its bytes.
        settings: what they do not say of themselves.

    Raises:
        TrialTableError: a file is no such file, or its rows have problems.
    """
    study = _Study(settings)
    for place, content in files:
        _add_file(study, place, content)
    place = files[0][0] if len(files) == 1 else f"{files[0][0]} and {len(files) - 1} more"
    if study.problems:
        raise TrialTableError.of_problems(place, study.problems)
    if not study.rows:
        raise TrialTableError(f"{place}: the file holds a header and no assignments")
    sha256 = _joint_digest([content for _, content in files])
    order = np.array(study.row_numbers, dtype=np.int64)
    return TextTable(place, text_columns(study.rows), order, sha256, origin=ORIGIN)


def _add_file(study: _Study, place: str, content: bytes) -> None:
    """Add the trials of one file, and what is wrong with it, row by row."""
    header, *rows = split_rows(place, content)
    groups = _groups(place, header, study.settings)
    ragged = {problem.row: problem for problem in ragged_rows([header, *rows], len(header))}
    for number, cells in enumerate(rows, start=FIRST_TRIAL_ROW):
        if number in ragged:
            problems = [ragged[number]]
        else:
            problems = _add_assignment(
                study, place, number, groups, dict(zip(header, cells, strict=True))
            )
        study.problems.extend(replace(problem, place=place) for problem in problems)


def _add_assignment(
    study: _Study, place: str, row: int, groups: list[dict[str, str]], named: dict[str, str]
) -> list[Problem]:
    """Add the trials of one row, unless it stands somewhere already; gives its problems."""
    where = f"{place}, row {row}"
    key = named.get(ASSIGNMENT) or where
    if key in study.assignments:
        found = f"{quoted(key)}, which stands in {study.assignments[key]} already"
        return [Problem(row, ASSIGNMENT, found, "each assignment once")]
    study.assignments[key] = where
    worker = named.get(WORKER) or key
    person = study.people.setdefault(worker, f"p{len(study.people) + 1:04d}")
    codes = {
        "participant_id": person,
        "study_session_id": f"{person}-s{len(study.assignments)}",
    }
    problems = []
    for number, columns in enumerate(groups):
        texts = {part: named[column].strip() for part, column in columns.items()}
        if not any(texts.values()):
            continue  # files of several designs have empty groups
        found_here = list(_trial_problems(row, columns, texts))
        problems.extend(found_here)
        if not found_here:
            cells = _cells(texts, number, study.settings) | codes
            study.rows.append([cells[name] for name in COLUMN_NAMES])
            study.row_numbers.append(row)
    return problems


def _groups(place: str, header: list[str], settings: AmtSettings) -> list[dict[str, str]]:
    """Give the columns of each trial by their part, in the order of their numbers.

    Raises:
        TrialTableError: a column of a group is missing, or all trials would be practice.
    """
    found: dict[int, dict[str, str]] = {}
    for name in header:
        if match := GROUP.fullmatch(name):
            found.setdefault(int(match[3]), {})[match[2]] = name
    prefix = {SELECTION: "Answer"}
    missing = [
        f"{prefix.get(part, 'Input')}.{part}{number}"
        for number, columns in sorted(found.items())
        for part in PARTS
        if part not in columns
    ]
    if missing:
        needed = ", ".join(f"{prefix.get(part, 'Input')}.{part}{{i}}" for part in PARTS)
        raise TrialTableError.of_problems(
            place,
            [
                Problem(1, name, "nothing", needed, f"column {name} is missing; allowed: {needed}")
                for name in missing
            ],
        )
    if settings.n_practice >= len(found):
        raise TrialTableError(
            f"{place}: found {len(found)} trials per assignment and {settings.n_practice} of"
            f" practice; allowed: --amt-practice below {len(found)}"
        )
    return [found[number] for number in sorted(found)]


def _trial_problems(row: int, columns: dict[str, str], texts: dict[str, str]) -> Iterator[Problem]:
    if texts[GT_SIDE] not in SIDES:
        yield Problem(row, columns[GT_SIDE], quoted(texts[GT_SIDE]), ", ".join(SIDES))
    if texts[SELECTION] not in (*SIDES, *UNANSWERED):
        allowed = f"{', '.join(SIDES)}, unset, or nothing"
        yield Problem(row, columns[SELECTION], quoted(texts[SELECTION]), allowed)
    for part in (LEFT, RIGHT):
        path = PurePosixPath(texts[part])
        if str(path.parent) == "." or not path.stem:
            yield Problem(row, columns[part], quoted(texts[part]), "an image as FOLDER/FILE")
    if PurePosixPath(texts[LEFT]).parent == PurePosixPath(texts[RIGHT]).parent:
        found = f"{quoted(texts[RIGHT])} beside {quoted(texts[LEFT])}"
        yield Problem(row, columns[RIGHT], found, "a real and a fake image of two folders")


def _cells(texts: dict[str, str], number: int, settings: AmtSettings) -> dict[str, str]:
    """Write a trial as a row of the trial table, but for the codes of its participant."""
    real_side = texts[GT_SIDE]
    parts = (LEFT, RIGHT) if real_side == "left" else (RIGHT, LEFT)
    real, fake = (PurePosixPath(texts[part]) for part in parts)
    condition = str(fake.parent)
    is_practice = number < settings.n_practice
    is_vigilance = condition.rstrip("/") == settings.vigilance_folder.rstrip("/")
    pair = f"{condition}/{fake.stem}"
    return dict.fromkeys(COLUMN_NAMES, "") | {
        "study_id": settings.study,
        "simulated": "false",
        "condition": condition,
        "block": "practice" if is_practice else "main",
        "trial_type": "practice" if is_practice else "vigilance" if is_vigilance else "main",
        "trial_index": str(number),
        # Unpaired studies set a fake against the real photo of another scene.
        "pair_id": pair if real.stem == fake.stem else f"{pair} against {real.stem}",
        "photo_id": fake.stem,
        "real_side": real_side,
        "first_side": "left",
        "chosen_side": "" if texts[SELECTION] in UNANSWERED else texts[SELECTION],
    }


def _joint_digest(contents: Sequence[bytes]) -> str:
    """Give the digest of one file's bytes, or of the digests of several, a line each, in order."""
    digests = [hashlib.sha256(content).hexdigest() for content in contents]
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("".join(f"{digest}\n" for digest in digests).encode()).hexdigest()
