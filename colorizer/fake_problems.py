"""What can be wrong with fakes that another program made: all of it at once, with what to do.

Place on the data's path: ``fakes_folder.py`` finds the problems, ``fakes.py`` raises them together
before any fake is made, ``colorizer build-set --problems`` writes them as a table.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Literal

from colorizer.errors import PhotoError

Kind = Literal["missing", "several", "unreadable", "transparent", "size", "crop", "lightness"]

MOST_LISTED = 5  # of one condition and kind


@dataclass(frozen=True)
class FakeProblem:
    """One fake that cannot be used.

    Attributes:
        condition: whose fake it is.
        photograph: its path below the input.
        fake: path of the file; empty where there is none.
        problem: of which kind.
        message: what was found and what is allowed, the rest of a sentence.
    """

    condition: str
    photograph: str
    fake: str
    problem: Kind
    message: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"condition {self.condition}, {self.fake or self.photograph}: {self.message}"


class FakeError(PhotoError):
    """One fake cannot be used.

    Args:
        kind: of the problem.
        message: the rest of a sentence.
    """

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind: Kind = kind


class FakesError(PhotoError):
    """Fakes from folders cannot be used; one line for each of the first, and how many there are.

    Args:
        problems: all of them.
        hints: what is true of many at once, one sentence each.
        n_fakes: how many fakes were wanted.
    """

    def __init__(
        self, problems: Sequence[FakeProblem], n_fakes: int, hints: Sequence[str] = ()
    ) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(_lines(problems, n_fakes, hints)))


def save_problems(problems: Sequence[FakeProblem], path: Path) -> None:
    """Write one row per problem.

    Raises:
        PhotoError: the file cannot be written.
    """
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow([column.name for column in fields(FakeProblem)])
            writer.writerows(astuple(problem) for problem in problems)
    except OSError as error:
        raise PhotoError(f"{path}: cannot be written: {error.strerror}") from None


def _lines(problems: Sequence[FakeProblem], n_fakes: int, hints: Sequence[str]) -> Iterator[str]:
    yield f"{len(problems)} of the {n_fakes} fakes from folders cannot be used:"
    groups: dict[tuple[str, Kind], list[FakeProblem]] = {}
    for problem in problems:
        groups.setdefault((problem.condition, problem.problem), []).append(problem)
    for (condition, kind), group in groups.items():
        yield from (f"  {problem}" for problem in group[:MOST_LISTED])
        if len(group) > MOST_LISTED:
            yield f"  condition {condition}: and {len(group) - MOST_LISTED} more ({kind})"
    yield from (f"  {hint}" for hint in hints)
    if any(len(group) > MOST_LISTED for group in groups.values()):
        yield "  --problems FILE lists all of them"
