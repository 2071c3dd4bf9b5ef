"""Read what an export folder counted on the way to consent, and who was erased since.

Place on the data's path: ``study_app/export.py`` writes ``participant_flow.csv`` and
``erasures.csv``; ``database_record.py`` reads the same out of the tables; ``participant_flow.py``
puts it before the steps that it counts itself. Exports without these files recorded none of it.
"""

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import TrialTableError
from analysis.export_places import place_of

FLOW_NAME = "participant_flow.csv"
ERASURES_NAME = "erasures.csv"
INVITED, CHECKED, DECLINED = "invitation", "screened", "declined"
# What the events of a refusal mean, for people.
TURNED_AWAY = {
    DECLINED: "declined",
    "refused-full": "refused, all places taken",
    "refused-closed": "refused, study closed",
    "refused-again": "refused, had taken part",
    "refused-other": "refused, other reasons",
}


@dataclass(frozen=True)
class RecordedFlow:
    """What was counted before consent, and who is in no table any more.

    Attributes:
        steps: how often each event or step was counted, people and simulated observers together;
            events are openings of a page, not people.
        erased: the tested condition of every erased participant; empty text where there was none.
    """

    steps: Mapping[str, int]
    erased: tuple[str, ...] = ()

    @property
    def has_checks(self) -> bool:
        """Whether the study made checks before the first trial."""
        return CHECKED in self.steps

    @property
    def turned_away(self) -> dict[str, int]:
        """Who came to the consent page and did not get in, by reason; only what happened."""
        found = {words: self.steps.get(event, 0) for event, words in TURNED_AWAY.items()}
        return {words: n for words, n in found.items() if n}


def read_recorded_flow(folder: Path) -> RecordedFlow | None:
    """Read both files of an export folder; None where there is no ``participant_flow.csv``.

    Raises:
        TrialTableError: a file cannot be read, lacks a column, or a count is no number.
    """
    path = place_of(folder, FLOW_NAME)
    if not path.is_file():
        return None
    steps: Counter[str] = Counter()
    for number, row in enumerate(_rows(path, ("step", "n")), start=2):
        if not row["n"].isdecimal():
            raise TrialTableError(
                f"{path}, row {number}, column n: found {row['n']!r}; allowed: a whole number"
            )
        steps[row["step"]] += int(row["n"])
    erasures = place_of(folder, ERASURES_NAME)
    erased = _rows(erasures, ("condition",)) if erasures.is_file() else []
    return RecordedFlow(dict(steps), tuple(row["condition"] for row in erased))


def _rows(path: Path, needed: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except OSError as error:
        raise TrialTableError(f"{path}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error):
        raise TrialTableError(f"{path}: is no CSV; allowed: the file of the export") from None
    header = rows[0] if rows else []
    missing = [name for name in needed if name not in header]
    if missing or any(len(row) != len(header) for row in rows):
        raise TrialTableError(f"{path}: is not the file of the export; allowed: study-app export's")
    return [dict(zip(header, row, strict=True)) for row in rows[1:]]
