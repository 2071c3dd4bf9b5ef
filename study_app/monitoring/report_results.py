"""Read what a report has found, and decide what may be found now.

Place on the data's path: the desk shows the rows beside the link to the page. The numbers are the
command's own; nothing is computed here. A rate without its interval is not shown.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from study_app.catalog import file_of
from study_app.consented import has_people
from study_app.models import Study
from study_app.monitoring.blinding import ReportKind, may_make
from study_app.monitoring.report_job import Job, read_job
from study_app.study_states import Phase

EXPORT_NAME = "export"
PAGE_NAME = "report.html"
TWIN_NAME = "report.json"
SEQUENCE_NAME = "sequence.json"
RESULT_NAMES = (PAGE_NAME, TWIN_NAME, SEQUENCE_NAME)


@dataclass(frozen=True)
class RateRow:
    """A fool rate with its interval, or why it has none.

    Attributes:
        condition: name.
        fool_rate: a fraction.
        low: lower limit for people and photos, a fraction; None without an interval.
        high: upper limit.
        n_participants: on whose answers it stands.
        warning: in the command's words; empty if there is none.
    """

    condition: str
    fool_rate: float
    low: float | None
    high: float | None
    n_participants: int
    warning: str


def allowed_kind(session: Session, study: Study, phase: Phase) -> ReportKind | None:
    """Give what may be made now of the data of a study, or of its pilot."""
    allowed = file_of(study).desk.show_fool_rates
    people = has_people(session, study, phase)
    return may_make(study.state, phase, allowed=allowed, has_people=people)


def visible_job(session: Session, study: Study, phase: Phase, folder: Path) -> Job | None:
    """Give the last report as far as it may be seen now.

    What was made of simulated observers alone is of no use once people have come, and would be
    taken for theirs.
    """
    job = read_job(folder)
    if job is None or job.kind != allowed_kind(session, study, phase):
        return None
    return None if job.only_simulated and has_people(session, study, phase) else job


def read_rates(folder: Path, kind: ReportKind) -> list[RateRow]:
    """Give the fool rates of a finished report; none where there is nothing to read.

    Args:
        folder: of the report.
        kind: what was made.
    """
    name = TWIN_NAME if kind == "report" else SEQUENCE_NAME
    try:
        document = json.loads((folder / name).read_text(encoding="utf-8"))
        conditions: list[dict[str, Any]] = document["conditions"]
        rows = [
            _of_report(found) if kind == "report" else _of_sequence(found) for found in conditions
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [row for row in rows if row is not None]


def _of_report(found: dict[str, Any]) -> RateRow:
    return _row(found, found["condition"], found["people_and_photos"])


def _of_sequence(found: dict[str, Any]) -> RateRow | None:
    """Give the last point of a sequence; none before the tenth participant."""
    points = found["points"]
    return _row(points[-1], found["condition"], points[-1]) if points else None


def _row(source: dict[str, Any], condition: str, interval: dict[str, Any]) -> RateRow:
    return RateRow(
        condition=condition,
        fool_rate=source["fool_rate"],
        low=interval["low"],
        high=interval["high"],
        n_participants=source["n_participants"],
        warning=interval.get("warning", ""),
    )
