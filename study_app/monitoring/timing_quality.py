"""Measure how well exposures kept to the plan, by the refresh rate of the display.

Place on the data's path: ``overview.py`` warns by it and the page on quality shows it. Every
answered trial counts, practice included; what was answered is not looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.models import Participant, Response, Study, StudySession, Trial
from study_app.monitoring.watching import watched

MS_PER_SECOND = 1000.0
# Displays are said to have one of these; what is measured wobbles around it.
USUAL_RATES_HZ = (24, 30, 48, 50, 60, 72, 75, 90, 100, 120, 144, 165, 180, 200, 240, 360, 480)
LARGEST_WOBBLE = 0.04


@dataclass(frozen=True)
class TimingRow:
    """The exposures on displays of one refresh rate.

    Attributes:
        rate_hz: usual rate, or the measured one where none is near.
        n_people: study sessions with such a display.
        n_trials: answered trials.
        n_invalid: of those, not as planned by the study's rule.
        mean_error_ms: mean over all pictures of |shown - planned|.
        largest_error_ms: largest of them.
        n_dropped_frames: frames missed, both pictures together.
    """

    rate_hz: int
    n_people: int
    n_trials: int
    n_invalid: int
    mean_error_ms: float
    largest_error_ms: float
    n_dropped_frames: int

    @property
    def invalid_share(self) -> float:
        """Share of trials whose exposure was not as planned."""
        return self.n_invalid / self.n_trials


def usual_rate(measured_hz: float) -> int:
    """Give the usual refresh rate near a measured one, within 4 %; else the measured, rounded."""
    nearest = min(USUAL_RATES_HZ, key=lambda rate: abs(rate - measured_hz))
    is_near = abs(nearest - measured_hz) <= LARGEST_WOBBLE * nearest
    return nearest if is_near else round(measured_hz)


def measure_timing(session: Session, study: Study, *, simulated: bool) -> list[TimingRow]:
    """Give one row per refresh rate, the slowest first.

    The database adds up by whole measured rates, so that a large study is as quick as a small one.
    """
    rate = sa.cast(sa.func.round(MS_PER_SECOND / Response.frame_interval_ms), sa.Integer)
    errors = [
        sa.func.abs(getattr(Response, f"{side}_shown_ms") - getattr(Response, f"{side}_planned_ms"))
        for side in ("left", "right")
    ]
    larger = sa.case((errors[0] > errors[1], errors[0]), else_=errors[1])
    rows = session.execute(
        sa.select(
            rate.label("rate"),
            Trial.study_session_id,
            sa.func.count(),
            sa.func.sum(sa.case((Response.exposure_valid, 0), else_=1)),
            sa.func.sum(errors[0] + errors[1]),
            sa.func.max(larger),
            sa.func.sum(Response.left_n_dropped_frames + Response.right_n_dropped_frames),
        )
        .select_from(Response)
        .join(Trial, Response.trial_id == Trial.id)
        .join(StudySession, Trial.study_session_id == StudySession.id)
        .join(Participant, StudySession.participant_id == Participant.id)
        .where(
            *watched(study, simulated=simulated),
            Response.frame_interval_ms > 0,
        )
        .group_by("rate", Trial.study_session_id)
    )
    return _by_usual_rate([tuple(row) for row in rows])


def count_interrupted(session: Session, study: Study, *, simulated: bool) -> int:
    """Count the trials that were given up because their showing was cut off."""
    n = session.scalar(
        sa.select(sa.func.count())
        .select_from(Trial)
        .join(StudySession, Trial.study_session_id == StudySession.id)
        .join(Participant, StudySession.participant_id == Participant.id)
        .where(
            *watched(study, simulated=simulated),
            Trial.interrupted_at.is_not(None),
        )
    )
    return n or 0


def _by_usual_rate(rows: Sequence[tuple[int, int, int, int, float, float, int]]) -> list[TimingRow]:
    grouped: dict[int, list[tuple[int, int, int, int, float, float, int]]] = {}
    for row in rows:
        grouped.setdefault(usual_rate(row[0]), []).append(row)
    return [_timing_row(rate_hz, own) for rate_hz, own in sorted(grouped.items())]


def _timing_row(
    rate_hz: int, rows: Sequence[tuple[int, int, int, int, float, float, int]]
) -> TimingRow:
    _, people, n_trials, n_invalid, errors, largest, dropped = zip(*rows, strict=True)
    return TimingRow(
        rate_hz=rate_hz,
        n_people=len(set(people)),
        n_trials=sum(n_trials),
        n_invalid=sum(n_invalid),
        mean_error_ms=sum(errors) / (2 * sum(n_trials)),
        largest_error_ms=max(largest),
        n_dropped_frames=sum(dropped),
    )
