"""Read who was invited, consented, withdrew and was erased out of the study's database.

Place on the data's path: beside ``database_table.py``; gives what ``participants_file.py`` and
``recorded_flow.py`` read from an export folder. A database from before these were counted gives
nothing.
"""

import tomllib
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from analysis.database_table import (
    CONDITION,
    PARTICIPANT,
    TIME,
    StoredStudy,
    connected,
    find_stored_study,
    of_study_itself,
    text_cell,
)
from analysis.recorded_flow import CHECKED, RecordedFlow

SIMULATED_PREFIX = "simulated-"
PILOT_PREFIX = "pilot-"
CHECKS = ("device", "colour_vision", "display")
COLUMNS = ("participant_id", "condition", "consented_at", "screened_at", "withdrawn_at")

STUDY_SESSION = sa.table(
    "study_session",
    *(sa.column(name) for name in ("id", "participant_id", "condition_id", "phase")),
    *(sa.column(name, TIME) for name in ("consented_at", "withdrawn_at", "screened_out_at")),
)
SCREENING_CHECK = sa.table(
    "screening_check", sa.column("study_session_id"), sa.column("done_at", TIME)
)
FLOW_COUNT = sa.table("flow_count", *(sa.column(name) for name in ("study_id", "event", "n")))
ERASURE = sa.table(
    "erasure", *(sa.column(name) for name in ("id", "study_id", "condition_name", "phase"))
)


@dataclass(frozen=True)
class DatabaseRecord:
    """What a database holds of the participants beside their trials.

    Attributes:
        participants: as ``read_participants`` gives them, with the columns that the flow asks for;
            None from an old database.
        flow: what was counted; None from an old database.
    """

    participants: pd.DataFrame | None = None
    flow: RecordedFlow | None = None


def read_database_record(address: str, study: str | None = None) -> DatabaseRecord:
    """Read participants and counts; arguments and errors as of ``read_database_table``."""
    with connected(address) as (connection, place):
        stored = find_stored_study(connection, place, study)
        if not sa.inspect(connection).has_table(FLOW_COUNT.name):
            return DatabaseRecord()
        n_checks = _count_checks(stored)
        wanted = _select(stored).where(of_study_itself(connection, STUDY_SESSION.c.phase))
        rows = [_text_row(row, n_checks) for row in connection.execute(wanted)]
        participants = pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")
        n_screened = int((participants["screened_at"] != "").sum())
        steps = _count_events(connection, stored) | ({CHECKED: n_screened} if n_checks else {})
        return DatabaseRecord(participants, RecordedFlow(steps, _erased(connection, stored)))


def _count_checks(study: StoredStudy) -> int:
    """Count the checks that a study file asks for."""
    stated = tomllib.loads(study.source).get("screening", {})
    return sum(stated.get(name, "off") != "off" for name in CHECKS)


def _select(study: StoredStudy) -> sa.Select[Any]:
    """Every study session in the order of enrolment, with the checks that are done."""
    own = SCREENING_CHECK.c.study_session_id == STUDY_SESSION.c.id
    done = SCREENING_CHECK.c.done_at
    return (
        sa.select(
            PARTICIPANT.c.code.label("participant_id"),
            CONDITION.c.name.label("condition"),
            *(STUDY_SESSION.c[name] for name in ("consented_at", "withdrawn_at")),
            STUDY_SESSION.c.screened_out_at,
            sa.select(sa.func.count(done)).where(own).scalar_subquery().label("n_done"),
            sa.select(sa.func.max(done, type_=TIME)).where(own).scalar_subquery().label("done_at"),
        )
        .select_from(STUDY_SESSION)
        .join(PARTICIPANT, STUDY_SESSION.c.participant_id == PARTICIPANT.c.id)
        .outerjoin(CONDITION, STUDY_SESSION.c.condition_id == CONDITION.c.id)
        .where(PARTICIPANT.c.study_id == study.id)
        .order_by(STUDY_SESSION.c.id)
    )


def _text_row(row: sa.Row[Any], n_checks: int) -> list[str]:
    passed = n_checks > 0 and row.n_done >= n_checks and row.screened_out_at is None
    times = (row.consented_at, row.done_at if passed else None, row.withdrawn_at)
    return [row.participant_id, row.condition or "", *(text_cell(value) for value in times)]


def _count_events(connection: sa.Connection, study: StoredStudy) -> dict[str, int]:
    counts: Counter[str] = Counter()
    own = FLOW_COUNT.c.study_id == study.id
    for event, n in connection.execute(sa.select(FLOW_COUNT.c.event, FLOW_COUNT.c.n).where(own)):
        if not event.startswith(PILOT_PREFIX):
            counts[event.removeprefix(SIMULATED_PREFIX)] += n
    return dict(counts)


def _erased(connection: sa.Connection, study: StoredStudy) -> tuple[str, ...]:
    own = sa.select(ERASURE.c.condition_name).where(
        ERASURE.c.study_id == study.id, of_study_itself(connection, ERASURE.c.phase)
    )
    return tuple(name or "" for name in connection.scalars(own.order_by(ERASURE.c.id)))
