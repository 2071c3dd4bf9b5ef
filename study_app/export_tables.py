"""The tables of an export beside the trial table: their columns with meanings, and their rows.

Place on the data's path: ``export.py`` writes them, of a pilot or of the study itself, never both
together. Who withdrew keeps the rows, but answers,
measurements and what the checks found stay out. Nobody is named: no table holds the hash of a
recruiter's name.
"""

import itertools
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel import force_locale
from sqlalchemy.orm import Session

from study_app.catalog import file_of
from study_app.flow_counts import read_counts
from study_app.models import (
    Condition,
    Erasure,
    Participant,
    QuestionAnswer,
    Response,
    ScreeningCheck,
    StimulusPair,
    Study,
    StudySession,
    Trial,
)
from study_app.questions import asked_questions
from study_app.steps import checks_of
from study_app.study_states import Phase

Row = Mapping[str, Any]
OPENINGS = "openings of a page"
STUDY_SESSIONS = "study sessions"
WITHDRAWN = "withdrawn"
LANGUAGE_OF_EXPORT = "en"
ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class TableColumn:
    """A column of a table: ``type`` is text, integer, number, boolean, time or json."""

    name: str
    type: str
    meaning: str
    unit: str = ""


@dataclass(frozen=True)
class ExportTable:
    """One file: its columns, and how its rows are read."""

    name: str
    columns: tuple[TableColumn, ...]
    rows: Callable[[Session, Study, Phase], Iterable[Row]]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Header of the file."""
        return tuple(column.name for column in self.columns)

    def text_rows(
        self, session: Session, study: Study, phase: Phase = "main"
    ) -> Iterator[dict[str, str]]:
        """Give the rows of a phase as they are written."""
        for row in self.rows(session, study, phase):
            yield {name: text_cell(row[name]) for name in self.column_names}


class ShownTrial(NamedTuple):
    """A trial of an export with all that belongs to it.

    Attributes:
        number: within the study session, from 0.
        study_session: whose it is.
        participant: whose it is.
        trial: as planned.
        pair: what it shows.
        condition: name of the pair's condition.
        response: None without an answer, and of who withdrew.
    """

    number: int
    study_session: StudySession
    participant: Participant
    trial: Trial
    pair: StimulusPair
    condition: str
    response: Response | None


def text_cell(value: object) -> str:
    """Write a value as text: nothing for None, times in UTC, JSON in one order."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def shown_trials(session: Session, study: Study, phase: Phase = "main") -> Iterator[ShownTrial]:
    """Give the trials of a phase of a study, in the order of enrolment and of the plan.

    A trial that was cut off stands just before the one that took its place.
    """
    number_of: defaultdict[int, Iterator[int]] = defaultdict(itertools.count)
    rows = session.execute(
        sa.select(StudySession, Participant, Trial, StimulusPair, Condition.name, Response)
        .join(Trial, Trial.study_session_id == StudySession.id)
        .join(Participant, StudySession.participant_id == Participant.id)
        .join(StimulusPair, Trial.stimulus_pair_id == StimulusPair.id)
        .join(Condition, StimulusPair.condition_id == Condition.id)
        .outerjoin(Response, Response.trial_id == Trial.id)
        .where(Participant.study_id == study.id, StudySession.phase == phase)
        .order_by(StudySession.id, Trial.place, Trial.trial_index)
        # A large study is not held in memory: the desk exports within the study's own server.
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for study_session, participant, trial, pair, condition, response in rows:
        number = next(number_of[study_session.id])
        told = None if study_session.state == WITHDRAWN else response
        yield ShownTrial(number, study_session, participant, trial, pair, condition, told)


def codebook_rows(tables: Iterable[ExportTable]) -> Iterator[dict[str, str]]:
    """Give one row per column of the tables."""
    for table in tables:
        for column in table.columns:
            yield {"file": table.name, "column": column.name, "type": column.type,
                   "unit": column.unit, "meaning": column.meaning}  # fmt: skip


def _participants(session: Session, study: Study, phase: Phase) -> Iterator[Row]:
    """One row per study session, in the order of enrolment."""
    passed = _passed_checks(session, study)
    rows = session.execute(
        sa.select(
            StudySession,
            Participant,
            Condition.name,
            _count_trials(Trial.n_issued > 1),
            _count_trials(Trial.interrupted_at.is_not(None)),
        )
        .join(Participant)
        .outerjoin(Condition, StudySession.condition_id == Condition.id)
        .where(Participant.study_id == study.id, StudySession.phase == phase)
        .order_by(StudySession.id)
    )
    for study_session, participant, condition, n_reissued, n_interrupted in rows:
        yield _stored(study_session, PARTICIPANTS) | {
            "participant_id": participant.code,
            "study_session_id": study_session.code,
            "simulated": participant.simulated,
            "condition": condition,
            "n_reissued": n_reissued,
            "n_interrupted": n_interrupted,
            "screened_at": passed.get(study_session.id),
        }


def _count_trials(which: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .where(Trial.study_session_id == StudySession.id, which)
        .scalar_subquery()
    )


def _passed_checks(session: Session, study: Study) -> dict[int, datetime]:
    """Give when each study session had all checks behind it; who was screened out is not there."""
    n_wanted = len(checks_of(file_of(study)))
    if not n_wanted:
        return {}
    rows = session.execute(
        sa.select(ScreeningCheck.study_session_id, sa.func.max(ScreeningCheck.done_at))
        .join(StudySession)
        .join(Participant)
        .where(Participant.study_id == study.id, StudySession.screened_out_at.is_(None))
        .group_by(ScreeningCheck.study_session_id)
        .having(sa.func.count(ScreeningCheck.done_at) >= n_wanted)
    )
    return {row_id: at for row_id, at in rows if at is not None}


def _screening(session: Session, study: Study, phase: Phase) -> Iterator[Row]:
    rows = session.execute(
        sa.select(ScreeningCheck, StudySession)
        .join(StudySession)
        .join(Participant)
        .where(Participant.study_id == study.id, StudySession.phase == phase)
        .order_by(StudySession.id, ScreeningCheck.id)
    )
    for check, study_session in rows:
        told = study_session.state != WITHDRAWN
        yield {
            "study_session_id": study_session.code,
            "check": check.name,
            "started_at": check.started_at,
            "done_at": check.done_at,
            "passed": check.passed if told else None,
            "details": check.details if told else None,
        }


def _answers(session: Session, study: Study, phase: Phase) -> Iterator[Row]:
    with force_locale(LANGUAGE_OF_EXPORT):
        words = {asked.id: str(asked.text) for asked in asked_questions(file_of(study))}
    rows = session.execute(
        sa.select(QuestionAnswer, StudySession.code)
        .join(StudySession)
        .join(Participant)
        .where(
            Participant.study_id == study.id,
            StudySession.phase == phase,
            StudySession.state != WITHDRAWN,
        )
        .order_by(StudySession.id, QuestionAnswer.id)
    )
    for answer, code in rows:
        yield {
            "study_session_id": code,
            "question_id": answer.question_id,
            "question": words.get(answer.question_id, ""),
            "answer": answer.answer,
            "answered_at": answer.answered_at,
        }


def _exposures(session: Session, study: Study, phase: Phase) -> Iterator[Row]:
    """One row per trial, in the order and with the numbers of the trial table."""
    for shown in shown_trials(session, study, phase):
        yield _stored(shown.response, EXPOSURES) | {
            "study_session_id": shown.study_session.code,
            "trial_index": shown.number,
            "pair_id": shown.pair.pair_id,
            "n_issued": shown.trial.n_issued,
            "started_at": shown.trial.started_at,
            "interrupted_at": shown.trial.interrupted_at,
        }


def _erasures(session: Session, study: Study, phase: Phase) -> Iterator[Row]:
    rows = session.scalars(
        sa.select(Erasure)
        .where(Erasure.study_id == study.id, Erasure.phase == phase)
        .order_by(Erasure.id)
    )
    for erasure in rows:
        yield _stored(erasure, ERASURES) | {"condition": erasure.condition_name}


def _flow(session: Session, study: Study, phase: Phase) -> Iterator[Row]:
    for simulated in (False, True):
        for event, n in read_counts(session, study, simulated=simulated, phase=phase).items():
            yield {"step": event, "simulated": simulated, "n": n, "counted": OPENINGS}
        for step, n in _count_sessions(session, study, simulated, phase).items():
            yield {"step": step, "simulated": simulated, "n": n, "counted": STUDY_SESSIONS}


def _count_sessions(
    session: Session, study: Study, simulated: bool, phase: Phase
) -> dict[str, int]:
    n_erased = session.scalar(
        sa.select(sa.func.count()).where(
            Erasure.study_id == study.id,
            Erasure.simulated == simulated,
            Erasure.phase == phase,
        )
    )
    rows = session.execute(
        sa.select(
            StudySession.id,
            StudySession.state,
            StudySession.n_answered,
            StudySession.screened_out_by,
        )
        .join(Participant)
        .where(
            Participant.study_id == study.id,
            Participant.simulated == simulated,
            StudySession.phase == phase,
        )
    ).all()
    reasons = [row.screened_out_by for row in rows if row.screened_out_by is not None]
    checks = checks_of(file_of(study))
    passed = _passed_checks(session, study)
    n_passed = sum(row.id in passed for row in rows)
    return {
        "enrolled": len(rows) + (n_erased or 0),
        **{f"screened-out-{name}": reasons.count(name) for name in checks},
        **({"screened": n_passed} if checks else {}),
        "started": sum(row.n_answered > 0 for row in rows),
        "finished": sum(row.state == "finished" for row in rows),
        "withdrawn": sum(row.state == WITHDRAWN for row in rows),
        "erased": n_erased or 0,
    }


def _stored(source: object | None, table: ExportTable) -> dict[str, Any]:
    """Give what a row of the database has under the names of the table's columns."""
    return {name: getattr(source, name, None) for name in table.column_names}


PARTICIPANTS = ExportTable(
    "participants.csv",
    (
        TableColumn("participant_id", "text", "code of the participant"),
        TableColumn("study_session_id", "text", "code of the study session"),
        TableColumn("simulated", "boolean", "made by study-app simulate"),
        TableColumn("condition", "text", "tested condition; empty in a within design"),
        TableColumn("state", "text", "running, finished, withdrawn or screened-out"),
        TableColumn("n_trials", "integer", "trials planned"),
        TableColumn("n_answered", "integer", "trials answered"),
        TableColumn("n_reissued", "integer", "trials that the browser was given more than once"),
        TableColumn("consent_version", "text", "version of the consent text agreed to"),
        TableColumn("consented_at", "time", "when they agreed"),
        TableColumn("finished_at", "time", "when the last answer was stored"),
        TableColumn("withdrawn_at", "time", "when they withdrew"),
        TableColumn("recruiter", "text", "link, prolific, mturk or kiosk"),
        TableColumn("language", "text", "language of the pages, at the end"),
        TableColumn(
            "screened_at",
            "time",
            "when all checks were behind them; empty where the study has none, too",
        ),
        TableColumn("screened_out_at", "time", "when a check ended the study session"),
        TableColumn("screened_out_by", "text", "device or colour-vision"),
        TableColumn("payment", "text", "open, due or none; never depends on the answers"),
        TableColumn(
            "inclusion", "text", "open, included or excluded: what counts towards the number wanted"
        ),
        TableColumn("inclusion_reason", "text", "why excluded"),
        TableColumn("n_interrupted", "integer", "trials given up because their showing was cut"),
        TableColumn("seed", "integer", "seed of the plan"),
        TableColumn("plan_digest", "text", "SHA-256 of the plan as it was stored at enrolment"),
        TableColumn("phase", "text", "pilot or main: the part of the study it belongs to"),
    ),
    _participants,
)
SCREENING = ExportTable(
    "screening.csv",
    (
        TableColumn("study_session_id", "text", "code of the study session"),
        TableColumn("check", "text", "device, colour-vision or display"),
        TableColumn("started_at", "time", "when the page was first shown"),
        TableColumn("done_at", "time", "when the check was done"),
        TableColumn("passed", "boolean", "whether it was passed; empty of who withdrew"),
        TableColumn("details", "json", "what was measured, asked and answered"),
    ),
    _screening,
)
ANSWERS = ExportTable(
    "answers.csv",
    (
        TableColumn("study_session_id", "text", "code of the study session"),
        TableColumn("question_id", "text", "id of the question in the study file"),
        TableColumn("question", "text", "the question, in English or the researcher's words"),
        TableColumn("answer", "text", "what was chosen or written"),
        TableColumn("answered_at", "time", "when the answers were stored"),
    ),
    _answers,
)
_SHOWN = (
    ("planned_ms", "number", "planned exposure", "ms"),
    ("onset_ms", "number", "first frame with the picture, from the first frame of the trial", "ms"),
    ("offset_ms", "number", "first frame without it, from the first frame of the trial", "ms"),
    ("shown_ms", "number", "measured exposure", "ms"),
    ("n_dropped_frames", "integer", "frames that the display missed", ""),
)
EXPOSURES = ExportTable(
    "exposures.csv",
    (
        TableColumn("study_session_id", "text", "code of the study session"),
        TableColumn("trial_index", "integer", "as in trials.csv"),
        TableColumn("pair_id", "text", "as in trials.csv"),
        TableColumn("n_issued", "integer", "how often the browser was given the trial"),
        TableColumn("started_at", "time", "when the browser began to show the pair, last"),
        TableColumn("interrupted_at", "time", "when it was given up for another pair"),
        *(
            TableColumn(f"{side}_{name}", kind, f"{side} picture: {meaning}", unit)
            for side in ("left", "right")
            for name, kind, meaning, unit in _SHOWN
        ),
        TableColumn("frame_interval_ms", "number", "median time between two frames", "ms"),
        TableColumn("max_frame_interval_ms", "number", "longest time between two frames", "ms"),
        TableColumn("n_hidden", "integer", "how often the page was hidden"),
        TableColumn("n_blurred", "integer", "how often the page lost the focus"),
        TableColumn("n_resized", "integer", "how often the window was resized"),
        TableColumn("events", "json", "what disturbed the trial: kind, and at_ms from its start"),
        TableColumn("window_width_px", "number", "width of the window", "CSS px"),
        TableColumn("window_height_px", "number", "height of the window", "CSS px"),
        TableColumn("device_pixel_ratio", "number", "device pixels per CSS pixel"),
        TableColumn("zoom", "number", "pinch zoom; 1 is none"),
        TableColumn("shown_px", "number", "width at which the pictures were drawn", "CSS px"),
        TableColumn("input", "text", "keyboard, mouse or touch"),
        TableColumn("exposure_valid", "boolean", "by the study's rule; as in trials.csv"),
    ),
    _exposures,
)
ERASURES = ExportTable(
    "erasures.csv",
    (
        TableColumn("receipt", "text", "code of the receipt that was given"),
        TableColumn("requested_by", "text", "participant or researcher"),
        TableColumn("state_before", "text", "state of the study session that was erased"),
        TableColumn("condition", "text", "its tested condition; empty in a within design"),
        TableColumn("simulated", "boolean", "made by study-app simulate"),
        TableColumn("n_trials", "integer", "trials that were deleted"),
        TableColumn("n_responses", "integer", "answers that were deleted"),
        TableColumn("erased_at", "time", "when"),
    ),
    _erasures,
)
FLOW = ExportTable(
    "participant_flow.csv",
    (
        TableColumn("step", "text", "invitation to erased, in the order of the way"),
        TableColumn("simulated", "boolean", "made by study-app simulate"),
        TableColumn("n", "integer", "how often"),
        TableColumn("counted", "text", f"{OPENINGS}, which are not people, or {STUDY_SESSIONS}"),
    ),
    _flow,
)
EXPORT_TABLES = (PARTICIPANTS, SCREENING, ANSWERS, EXPOSURES, ERASURES, FLOW)
