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
from dataclasses import dataclass
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


@dataclass(frozen=True)
class _Trial:
    """One group of columns of one assignment, as text."""

    row: int
    number: int
    gt_side: str
    images: dict[str, str]
    selection: str


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
    people: dict[str, str] = {}
    assignments: dict[str, str] = {}
    rows: list[list[str]] = []
    numbers: list[int] = []
    for place, content in files:
        problems: list[Problem] = []
        for trial, codes in _read_file(place, content, people, assignments, settings, problems):
            cells = _cells(trial, codes, settings)
            rows.append([cells[name] for name in COLUMN_NAMES])
            numbers.append(trial.row)
        if problems:
            raise TrialTableError.of_problems(place, sorted(problems, key=lambda p: p.row or 0))
    place = files[0][0] if len(files) == 1 else f"{files[0][0]} and {len(files) - 1} more"
    if not rows:
        raise TrialTableError(f"{place}: the file holds a header and no assignments")
    sha256 = _joint_digest([content for _, content in files])
    order = np.array(numbers, dtype=np.int64)
    return TextTable(place, text_columns(rows), order, sha256, origin=ORIGIN)


def _read_file(
    place: str,
    content: bytes,
    people: dict[str, str],
    assignments: dict[str, str],
    settings: AmtSettings,
    problems: list[Problem],
) -> Iterator[tuple[_Trial, tuple[str, str]]]:
    """Give each trial with the codes of its participant and study session; notes problems."""
    header, *rows = split_rows(place, content)
    groups = _groups(place, header, settings)
    ragged = {problem.row: problem for problem in ragged_rows([header, *rows], len(header))}
    problems.extend(ragged.values())
    for row_number, row in enumerate(rows, start=FIRST_TRIAL_ROW):
        if row_number in ragged:
            continue
        named = dict(zip(header, row, strict=True))
        if (repeated := named.get(ASSIGNMENT)) and repeated in assignments:
            found = f"{quoted(repeated)}, which stands in {assignments[repeated]} already"
            problems.append(Problem(row_number, ASSIGNMENT, found, "each assignment once"))
            continue
        key = named.get(ASSIGNMENT) or f"{place} row {row_number}"
        assignments[key] = f"{place}, row {row_number}"
        person = people.setdefault(named.get(WORKER) or key, f"p{len(people) + 1:04d}")
        codes = person, f"{person}-s{len(assignments)}"
        for number, columns in enumerate(groups):
            texts = {part: named[column].strip() for part, column in columns.items()}
            if not any(texts.values()):
                continue
            found_here = list(_trial_problems(row_number, columns, texts))
            problems.extend(found_here)
            if not found_here:
                images = {"left": texts[LEFT], "right": texts[RIGHT]}
                trial = _Trial(row_number, number, texts[GT_SIDE], images, texts[SELECTION])
                yield trial, codes


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


def _cells(trial: _Trial, codes: tuple[str, str], settings: AmtSettings) -> dict[str, str]:
    """Write a trial as a row of the trial table."""
    fake_side = "right" if trial.gt_side == "left" else "left"
    fake, real = (PurePosixPath(trial.images[side]) for side in (fake_side, trial.gt_side))
    condition = str(fake.parent)
    is_practice = trial.number < settings.n_practice
    is_vigilance = condition.rstrip("/") == settings.vigilance_folder.rstrip("/")
    kind = "practice" if is_practice else "vigilance" if is_vigilance else "main"
    pair = f"{condition}/{fake.stem}"
    return dict.fromkeys(COLUMN_NAMES, "") | {
        "study_id": settings.study,
        "participant_id": codes[0],
        "study_session_id": codes[1],
        "simulated": "false",
        "condition": condition,
        "block": "practice" if is_practice else "main",
        "trial_type": kind,
        "trial_index": str(trial.number),
        # Unpaired studies set a fake against the real photo of another scene.
        "pair_id": pair if real.stem == fake.stem else f"{pair} against {real.stem}",
        "photo_id": fake.stem,
        "real_side": trial.gt_side,
        "first_side": "left",
        "chosen_side": "" if trial.selection in UNANSWERED else trial.selection,
    }


def _joint_digest(contents: Sequence[bytes]) -> str:
    """Give the digest of one file's bytes, or of the digests of several, a line each, in order."""
    digests = [hashlib.sha256(content).hexdigest() for content in contents]
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("".join(f"{digest}\n" for digest in digests).encode()).hexdigest()
