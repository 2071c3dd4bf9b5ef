"""Count what happens before anybody is enrolled: a number per event, and nobody's name.

Place on the data's path: the pages up to consent call ``count``; the export and ``study-app
status`` read the numbers. A count is of openings of a page, not of people: no cookie and no address
tells whether two openings were one person's.
"""

from collections.abc import Mapping
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from study_app.errors import AlreadyTakenPart, StudyError, StudyNotOpen
from study_app.extensions import begin_write
from study_app.models import FlowCount, Study
from study_app.study_states import Phase, phase_of

FlowEvent = Literal[
    "invitation", "preview", "consent", "declined", "refused-full", "refused-closed",
    "refused-again", "refused-other",
]  # fmt: skip
FLOW_EVENTS: tuple[FlowEvent, ...] = get_args(FlowEvent)
# Counted apart: what a program opens is no sign of anybody's interest.
SIMULATED_PREFIX = "simulated-"
PILOT_PREFIX = "pilot-"
INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def count(session: Session, study: Study, event: FlowEvent, *, simulated: bool = False) -> None:
    """Count that something happened once more; in a pilot apart from the rest.

    Ends the session's transaction; a power failure, though no crash, may lose the last counts.

    Args:
        session: without changes.
        study: whose page it was.
        event: what happened.
        simulated: whether a simulated observer did it.
    """
    name = _prefix(simulated, phase_of(study.state)) + event
    study_id = study.id
    begin_write(session, durable=False)
    insert = INSERTS[session.get_bind().dialect.name]
    statement = insert(FlowCount).values(study_id=study_id, event=name, n=1)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[FlowCount.study_id, FlowCount.event], set_={"n": FlowCount.n + 1}
        )
    )
    session.commit()


def event_of_refusal(error: StudyError) -> FlowEvent:
    """Give the event of a refusal at the consent page."""
    if isinstance(error, AlreadyTakenPart):
        return "refused-again"
    if isinstance(error, StudyNotOpen) and error.reason in ("full", "closed"):
        return "refused-full" if error.reason == "full" else "refused-closed"
    return "refused-other"


def read_counts(
    session: Session, study: Study, *, simulated: bool = False, phase: Phase = "main"
) -> dict[FlowEvent, int]:
    """Give every event of a phase with its number, 0 included."""
    rows = session.execute(
        sa.select(FlowCount.event, FlowCount.n).where(FlowCount.study_id == study.id)
    )
    stored = {event: n for event, n in rows}
    prefix = _prefix(simulated, phase)
    return {event: stored.get(prefix + event, 0) for event in FLOW_EVENTS}


def told(counts: Mapping[FlowEvent, int]) -> str:
    """Say in one line what was counted; nothing where nothing was."""
    happened = ", ".join(f"{event} {n}" for event, n in counts.items() if n)
    return f"Openings of pages, not people: {happened}" if happened else ""


def _prefix(simulated: bool, phase: Phase) -> str:
    return (PILOT_PREFIX if phase == "pilot" else "") + (SIMULATED_PREFIX if simulated else "")
