"""Gather what the first page of a study's desk shows: one glance at where it stands.

Place on the data's path: the view renders it, and again every few seconds; the parts come from
``progress.py``, ``flow_counts.py`` and the modules beside this one.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from study_app.catalog import file_of
from study_app.flow_counts import FlowEvent, read_counts
from study_app.models import Study
from study_app.monitoring.arrivals import Chart, arrivals_chart
from study_app.monitoring.attention import Notice, RefreshRate, Situation, notices
from study_app.monitoring.pace import Expectation, expected_end
from study_app.monitoring.set_presence import count_missing_images, missing_sets
from study_app.monitoring.timing_quality import count_interrupted, measure_timing
from study_app.monitoring.watching import WatchedSession, read_sessions
from study_app.progress import ALL_CONDITIONS, Arm, Progress, measure_progress, told_of_pilot


@dataclass(frozen=True)
class Overview:
    """Where a study stands.

    Attributes:
        now: when it was measured.
        measured: counts per condition, and what the conditions' answers are once closed.
        people: arms of people.
        simulated: arms of simulated observers; empty if there are none.
        shows_simulated: whether chart and notices are of simulated observers, because no person has
            come.
        flow: openings of pages before enrolment.
        chart: arrivals and completions.
        pilot: in one line, who took part in a pilot that is over; empty if nobody did.
        notices: what needs attention.
        expectation: of the end; None if none can be had.
    """

    now: datetime
    measured: Progress
    people: tuple[Arm, ...]
    simulated: tuple[Arm, ...]
    shows_simulated: bool
    flow: dict[FlowEvent, int]
    chart: Chart
    pilot: str
    notices: tuple[Notice, ...]
    expectation: Expectation | None


def measure_overview(session: Session, study: Study, now: datetime, instance: Path) -> Overview:
    """Measure where a study stands now.

    Args:
        session: of the database.
        study: the study.
        now: the time.
        instance: folder where it is kept which pictures are there.
    """
    measured = measure_progress(session, study, now)
    people = tuple(arm for arm in measured.arms if not arm.simulated)
    simulated = tuple(arm for arm in measured.arms if arm.simulated)
    shows_simulated = bool(simulated) and not any(arm.enrolled for arm in people)
    sessions = read_sessions(session, study, simulated=shows_simulated)
    arms = simulated if shows_simulated else people
    return Overview(
        now=now,
        measured=measured,
        people=people,
        simulated=simulated,
        shows_simulated=shows_simulated,
        flow=read_counts(session, study, simulated=shows_simulated, phase=measured.phase),
        chart=arrivals_chart(
            [watched.consented_at for watched in sessions],
            [watched.finished_at for watched in sessions if watched.finished_at is not None],
            now,
        ),
        pilot=told_of_pilot(measured),
        notices=notices(
            dataclasses.replace(
                _situation(session, study, sessions, arms, shows_simulated, now),
                missing_sets=missing_sets(study),
                n_missing_images=count_missing_images(session, study, instance),
            )
        ),
        expectation=_expectation(study, sessions, people, now),
    )


def _situation(
    session: Session,
    study: Study,
    sessions: Sequence[WatchedSession],
    arms: Sequence[Arm],
    simulated: bool,
    now: datetime,
) -> Situation:
    participants = file_of(study).participants
    return Situation(
        now=now,
        state=study.state,
        opened_at=study.opened_at,
        contact=study.contact,
        wanted=participants.per_condition,
        lease=timedelta(minutes=participants.lease_minutes),
        sessions=sessions,
        arms=[] if simulated else arms,
        refresh_rates=[
            RefreshRate(row.rate_hz, row.n_trials, row.n_invalid)
            for row in measure_timing(session, study, simulated=simulated)
        ],
        n_interrupted=count_interrupted(session, study, simulated=simulated),
    )


def _expectation(
    study: Study,
    sessions: Sequence[WatchedSession],
    people: Sequence[Arm],
    now: datetime,
) -> Expectation | None:
    if study.state != "open" or study.opened_at is None:
        return None
    finished: dict[str, list[datetime]] = {arm.condition: [] for arm in people}
    for watched in sessions:
        name = watched.condition or ALL_CONDITIONS
        if watched.finished_at is not None and watched.inclusion != "excluded":
            finished[name].append(watched.finished_at)
    return expected_end(finished, file_of(study).participants.per_condition, study.opened_at, now)
