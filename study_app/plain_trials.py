"""The next trial, its images, its start and its answer where nothing is out of the ordinary.

Nearly all requests of a study are these five, so they are made cheap: one statement finds the row
and states everything that has to be so; no row, and ``trial_flow.py`` finds out what is different
(the first trial, the last one, a reload, a lease that ran out, a replay, a wrong order) and does
what is right then. So the rules stand there, and nothing is refused here.

Place on the data's path: between the trial API and ``trial_flow.py``.
"""

import functools
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from study_app.events import tell
from study_app.models import (
    Participant,
    Response,
    StimulusPair,
    StimulusSet,
    Study,
    StudySession,
    Trial,
)
from study_app.padded_pairs import Half, PairFiles
from study_app.prepared import Driver, GiveUp, Row
from study_app.protocol import Side
from study_app.responses import ResponseReport, is_exposure_valid, response_columns
from study_app.study_file import parse_study_file
from study_app.study_tables import StudyFile
from study_app.trial_flow import Feedback, IssuedTrial, issued_trial

MOST_SESSIONS_KNOWN = 4096
N_OF_ISSUED = 8  # columns of an issued trial
ONCE = 1  # shown once, as far as the report goes


class Recorded(NamedTuple):
    """What becomes of an answer.

    Attributes:
        feedback: in practice, None in the main block.
        following: the next trial, given out too; None where nobody asked, or it is not plain.
    """

    feedback: Feedback | None
    following: IssuedTrial | None = None


class NotPlain(Exception):  # noqa: N818 - says what is so
    """Something is out of the ordinary: ask ``trial_flow.py``."""


class PlainTrials:
    """The plain case of every trial, on one database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._driver = Driver(engine)
        prepare = self._driver.prepare
        self._study_source = prepare(_study_source())
        self._issue = prepare(_issue(engine.dialect.name))
        self._start = prepare(_start(engine.dialect.name))
        self._image = prepare(_image())
        if self._driver.is_sqlite:
            self._store = self._store_in_two
            self._take_turn, self._insert = prepare(_take_turn()), prepare(_insert())
        else:
            self._store = self._store_at_once
            self._record = prepare(_take_turn_and_insert())
            self._record_and_issue = prepare(_take_turn_and_insert(and_issue=True))
        # A study session never changes its study, nor a study its file.
        self._file_of = functools.lru_cache(MOST_SESSIONS_KNOWN)(self._read_study_file)

    def issue_next(self, code: str, now: datetime, page_key: str | None) -> IssuedTrial:
        """Give the next trial and count that it was given; as ``trial_flow.issue_next_trial``.

        Raises:
            NotPlain: it is the first one, or one that another page has begun to show, or something
                forbids it.
        """
        row = self._run(self._issue, code=code, now=now, page_key=page_key or "")
        return issued_trial(self._file_of(code).protocol, *row[:N_OF_ISSUED])

    def start(self, code: str, trial_key: str, page_key: str, now: datetime) -> None:
        """Note that a page is about to show the pair; as ``trial_flow.start_trial``.

        Raises:
            NotPlain: it was noted before, or something forbids it.
        """
        self._run(self._start, code=code, trial_key=trial_key, page_key=page_key, now=now)

    def find_image(self, code: str, token: str) -> tuple[PairFiles, Half]:
        """Give the files behind a token of the current trial; as ``trial_flow.find_trial_image``.

        Raises:
            NotPlain: it is no token of the current trial, or something forbids it.
        """
        try:
            with self._driver.reading() as connection:
                row = connection.first(self._image, {"code": code, "token": token})
        except self._driver.Error:
            raise NotPlain from None
        if row is None:
            raise NotPlain
        left_token, real_side, folder, *files = row
        shown: Side = "left" if token == left_token else "right"
        pair = PairFiles(folder, (files[0], files[1]), (files[2], files[3]))
        return pair, "real" if shown == real_side else "fake"

    def record(
        self,
        code: str,
        trial_key: str,
        report: ResponseReport,
        now: datetime,
        page_key: str | None = None,
    ) -> Recorded:
        """Store the response to the next trial; as ``trial_flow.record_response``.

        Args:
            code: of the study session.
            trial_key: of the trial.
            report: the answer.
            now: the time.
            page_key: names the opening of the page that goes on, and is given the trial after it.

        Raises:
            NotPlain: it is the last one, the trial was answered before, or something forbids it.
        """
        study_file = self._file_of(code)
        lease = timedelta(minutes=study_file.participants.lease_minutes)
        values = response_columns(report, answered_at=now) | {
            "code": code,
            "trial_key": trial_key,
            "now": now,
            "until": now + lease,
            "shown_well": _is_shown_well(report, study_file),
            "page_key": page_key,
        }
        try:
            row = self._store(values)
        except self._driver.Error:
            raise NotPlain from None  # if it was stored for all that, it is found there
        if row is None:
            raise NotPlain
        tell("answered")
        real_side, *following = row
        feedback = real_side and Feedback(report.chosen_side != real_side, real_side)
        if not following or following[0] is None:
            return Recorded(feedback)
        return Recorded(feedback, issued_trial(study_file.protocol, *following))

    def _store_in_two(self, values: Mapping[str, Any]) -> Row | None:
        """Take the turn, then store the response and give out the next trial, as one transaction.

        Gives the real side in practice, and what was given out.
        """
        row = None
        with self._driver.transaction() as connection:
            if connection.first(self._take_turn, values) is None:
                raise GiveUp
            row = connection.first(self._insert, values)
            if row is None:  # given up meanwhile
                raise GiveUp
            if values["page_key"] is not None:
                row = (*row, *(connection.first(self._issue, values) or ()))
        return row

    def _store_at_once(self, values: Mapping[str, Any]) -> Row | None:
        """Do the same in one statement, which SQLite does not know; it saves four ways to it."""
        statement = self._record if values["page_key"] is None else self._record_and_issue
        with self._driver.writing() as connection:
            return connection.first(statement, values)

    def _run(self, statement: Any, **values: Any) -> tuple[Any, ...]:
        try:
            with self._driver.writing(durable=False) as connection:
                row = connection.first(statement, values)
        except self._driver.Error:
            raise NotPlain from None
        if row is None:
            raise NotPlain
        return row

    def _read_study_file(self, code: str) -> StudyFile:
        try:
            with self._driver.reading() as connection:
                row = connection.first(self._study_source, {"code": code})
        except self._driver.Error:
            raise NotPlain from None
        if row is None:
            raise NotPlain
        return parse_study_file(row[0])


def _is_shown_well(report: ResponseReport, study_file: StudyFile) -> bool:
    """Say whether the exposure is valid if the pair was shown once, which the database knows."""
    return is_exposure_valid(
        report,
        display_ms=study_file.protocol.display_ms,
        n_issued=ONCE,
        n_started=ONCE,
        rule=study_file.exposure,
    )


# --- the statements: built once ------------------------------------------------------------------

_CODE = sa.bindparam("code", type_=sa.String)
_TRIAL_KEY = sa.bindparam("trial_key", type_=sa.String)
_NOW = sa.bindparam("now", type_=StudySession.lease_expires_at.type)
_OF_ISSUED = (
    Trial.trial_key,
    Trial.place,
    Trial.block,
    Trial.first_side,
    Trial.left_token,
    Trial.right_token,
)
# What a change gives back of another table: SQLite takes no joined one there, but looks it up.
_OF_SESSION = "(SELECT {} FROM study_session WHERE study_session.id = trial.study_session_id)"
_REAL_SIDE_IN_PRACTICE = (
    "(SELECT real_side FROM trial WHERE trial.id = response.trial_id AND trial.block = 'practice')"
)
_OWN = Trial.study_session_id == StudySession.id
# Who goes on: not the first trial, before which there may be checks, and within the lease.
_GOES_ON = (
    StudySession.code == _CODE,
    StudySession.state == "running",
    StudySession.lease_expires_at > _NOW,
)
_IS_CURRENT = (
    _OWN,
    Trial.place == StudySession.n_answered,
    Trial.interrupted_at.is_(None),
)


def _study_source() -> sa.ClauseElement:
    return (
        sa.select(Study.source)
        .join(Participant, Participant.study_id == Study.id)
        .join(StudySession, StudySession.participant_id == Participant.id)
        .where(StudySession.code == _CODE)
    )


def _issue(dialect: str) -> sa.ClauseElement:
    numbers: list[sa.ColumnElement[int]] = [
        sa.literal_column(_OF_SESSION.format(name)) for name in ("n_practice", "n_trials")
    ]
    return (
        _given_out()
        .where(*_GOES_ON, StudySession.n_answered > 0, *_IS_CURRENT)
        .returning(*_OF_ISSUED, *numbers, *_reaches_the_disk_later(dialect))
    )


def _given_out() -> sa.Update:
    """Count that a trial is given to a page, unless another one has begun to show it."""
    page_key = sa.bindparam("page_key", type_=sa.String)
    return (
        sa.update(Trial)
        .where(sa.or_(Trial.started_on.is_(None), Trial.started_on == page_key))
        .values(n_issued=Trial.n_issued + 1)
    )


def _reaches_the_disk_later(dialect: str) -> tuple[sa.ColumnElement[Any], ...]:
    """Let PostgreSQL commit a statement without waiting for the disk, by a column it returns.

    What was issued and started is told to nobody; a power failure, though no crash of the server,
    may lose the last moment of it. SQLite is told so by the connection.
    """
    if dialect != "postgresql":
        return ()
    return (sa.func.set_config("synchronous_commit", "off", sa.true()),)


def _start(dialect: str) -> sa.ClauseElement:
    return (
        sa.update(Trial)
        .where(StudySession.code == _CODE, StudySession.state == "running", *_IS_CURRENT)
        .where(Trial.trial_key == _TRIAL_KEY, Trial.n_issued > 0, Trial.started_on.is_(None))
        .values(
            n_started=Trial.n_started + 1,
            started_at=_NOW,
            started_on=sa.bindparam("page_key", type_=sa.String),
        )
        .returning(Trial.id, *_reaches_the_disk_later(dialect))
    )


def _image() -> sa.ClauseElement:
    token = sa.bindparam("token", type_=sa.String)
    return (
        sa.select(
            Trial.left_token,
            Trial.real_side,
            StimulusSet.folder,
            StimulusPair.real_path,
            StimulusPair.fake_path,
            StimulusPair.real_sha256,
            StimulusPair.fake_sha256,
        )
        .select_from(StudySession)
        .join(Trial, sa.and_(*_IS_CURRENT))
        .join(StimulusPair, Trial.stimulus_pair_id == StimulusPair.id)
        .join(StimulusSet, StimulusPair.stimulus_set_id == StimulusSet.id)
        .where(StudySession.code == _CODE, StudySession.state == "running", Trial.n_issued > 0)
        .where(sa.or_(Trial.left_token == token, Trial.right_token == token))
    )


def _take_turn() -> sa.ClauseElement:
    """Move the study session past a trial, unless it is the last one."""
    place = (
        sa.select(Trial.place)
        .where(_OWN, Trial.trial_key == _TRIAL_KEY, Trial.n_issued > 0)
        .where(Trial.interrupted_at.is_(None))
        .correlate(StudySession)
        .scalar_subquery()
    )
    return _moved_on().where(StudySession.n_answered == place)


def _moved_on() -> ReturningUpdate[int, int, int, int]:
    """Move the study session on by one, unless its last trial is next."""
    until = sa.bindparam("until", type_=StudySession.lease_expires_at.type)
    return (
        sa.update(StudySession)
        .where(*_GOES_ON, StudySession.n_answered + 1 < StudySession.n_trials)
        .values(n_answered=StudySession.n_answered + 1, lease_expires_at=until)
        .returning(
            StudySession.id,
            StudySession.n_answered,
            StudySession.n_practice,
            StudySession.n_trials,
        )
    )


def _insert() -> sa.ClauseElement:
    """Store a response, unless its trial was given up; gives the real side in practice."""
    return _inserted(
        Trial, lambda row: row.where(Trial.trial_key == _TRIAL_KEY, Trial.interrupted_at.is_(None))
    )


def _take_turn_and_insert(*, and_issue: bool = False) -> sa.ClauseElement:
    """Do what ``_take_turn`` and ``_insert`` do, and ``_issue`` for the next trial if wanted.

    The trial is locked before it is looked at, so that nobody gives it up meanwhile: what a
    statement reads without a lock is as old as its beginning, even after it waited for the study
    session.
    """
    current = (
        sa.select(Trial)
        .where(Trial.trial_key == _TRIAL_KEY, Trial.n_issued > 0, Trial.interrupted_at.is_(None))
        .with_for_update()
        .cte("current")
    )
    turn = (
        _moved_on()
        .where(StudySession.id == current.c.study_session_id)
        .where(StudySession.n_answered == current.c.place)
        .cte("turn")
    )
    insert = _inserted(current.c, lambda row: row.where(current.c.study_session_id == turn.c.id))
    if not and_issue:
        return insert
    stored = insert.cte("stored")
    issued = (
        _given_out()
        .where(Trial.study_session_id == turn.c.id, Trial.place == turn.c.n_answered)
        .where(Trial.interrupted_at.is_(None))
        .returning(*_OF_ISSUED, turn.c.n_practice, turn.c.n_trials)
        .cte("issued")
    )
    told = stored.outerjoin(issued, sa.true())
    return sa.select(stored.c.real_side, *issued.c).select_from(told)


def _inserted(
    trial: Any, limited: Callable[[sa.Select[Any]], sa.Select[Any]]
) -> ReturningInsert[Any]:
    """Store a response to a trial.

    Args:
        trial: where its columns are.
        limited: says which trial it is.
    """
    table = cast("sa.Table", Response.__table__)
    n_shown = sa.case((trial.n_started > 0, trial.n_started), else_=trial.n_issued)
    known: dict[str, Any] = {
        "trial_id": trial.id,
        "exposure_valid": sa.and_(sa.bindparam("shown_well", type_=sa.Boolean), n_shown == ONCE),
    }
    columns = [column for column in table.c if column.name != "id"]
    row = sa.select(
        *(known.get(c.name, sa.bindparam(c.name, type_=c.type)).label(c.name) for c in columns)
    )
    return (
        sa.insert(table)
        .from_select([c.name for c in columns], limited(row), include_defaults=False)
        .returning(sa.literal_column(_REAL_SIDE_IN_PRACTICE).label("real_side"))
    )
