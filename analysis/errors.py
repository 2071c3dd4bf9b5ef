"""The errors of ``analysis`` that a user can cause, with exit codes; standard library only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# A message lists this many problems and counts the rest; ``every_line`` lists all.
MOST_PROBLEMS_LISTED = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad cell or row.

    Attributes:
        row: as a spreadsheet counts, the header being row 1; None for the whole table.
        column: name of the column; None for the whole row.
        found: what stands there.
        allowed: what may stand there.
        sentence: the whole message where it is not ``column …: found …; allowed: …``.
        place: the file, where a table is made of several.
    """

    row: int | None
    column: str | None
    found: str
    allowed: str
    sentence: str | None = None
    place: str | None = None

    @property
    def message(self) -> str:
        """Say in one sentence what was found and what is allowed."""
        if self.sentence is not None:
            return self.sentence
        where = "" if self.column is None else f"column {self.column}: "
        return f"{where}found {self.found}; allowed: {self.allowed}"


class AnalysisError(Exception):
    """A user's mistake: each line of the message is shown, without a traceback."""

    exit_code = 1

    def every_line(self) -> Iterator[str]:
        """Give the whole message, however long."""
        yield from str(self).splitlines()


class TrialTableError(AnalysisError):
    """A trial table or its export folder is missing, unreadable or damaged; a line per problem.

    Attributes:
        place: what the problems are in: a file, or a database without its password.
        problems: every bad cell and row; empty where the table could not be looked at.
    """

    exit_code = 3

    def __init__(self, message: str, place: str = "", problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.place = place
        self.problems = tuple(problems)

    @classmethod
    def of_problems(cls, place: str, problems: Sequence[Problem]) -> "TrialTableError":
        """Make the error of a table's problems; its message lists a screenful."""
        lines = [_line(place, problem) for problem in problems[:MOST_PROBLEMS_LISTED]]
        rest = len(problems) - MOST_PROBLEMS_LISTED
        if rest > 0:
            more = "more problem like these" if rest == 1 else "more problems like these"
            lines.append(f"{place}: {rest} {more}, {len(problems)} in all")
        return cls("\n".join(lines), place, problems)

    def every_line(self) -> Iterator[str]:
        """Give one line per problem, all of them."""
        if not self.problems:
            yield from super().every_line()
        for problem in self.problems:
            yield _line(self.place, problem)


class ResultError(AnalysisError):
    """A result exists already, or cannot be written where it was asked for."""

    exit_code = 4


class SimulationError(AnalysisError):
    """No simulated study has the settings that were asked for."""

    exit_code = 5


class RulesError(AnalysisError):
    """A file of exclusion rules is missing, unreadable or says what no rule can."""

    exit_code = 6


class StimulusSetError(AnalysisError):
    """The stimulus set given beside a trial table is missing, damaged or another study's."""

    exit_code = 7


def _line(place: str, problem: Problem) -> str:
    file = problem.place or place
    where = file if problem.row is None else f"{file}, row {problem.row}"
    return f"{where}: {problem.message}"
