"""Enrol a participant: consent recorded, a condition leased, all trials planned and stored at once.

Place on the data's path: after consent, before the first trial. Which trials: ``protocol.py``.
"""

import contextlib
import fcntl
import os
import random
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.catalog import conditions_of, file_of, find_study, roles_of
from study_app.errors import N_, AlreadyTakenPart, StudyError, StudyFull, StudyNotOpen
from study_app.events import tell
from study_app.extensions import begin_write
from study_app.known_pairs import read_pairs, row_ids_of
from study_app.models import Condition, Participant, Study, StudySession, Trial
from study_app.opaque_names import new_trial_names
from study_app.pair_usage import count_pair_usage
from study_app.places import count_places, taken
from study_app.plan import plan_trials
from study_app.protocol import PlannedTrial, Roles, plan_digest, plan_settings
from study_app.study_states import ENROLLING, phase_of
from study_app.study_tables import StudyFile

CODE_BYTES = 9
SEED_BITS = 62
CONDITION_OF_BASIS = 1
_IN_THIS_PROCESS = threading.Lock()
TAKEN_PART_ALREADY = N_("Somebody with your participant number has taken part already.")


@dataclass(frozen=True)
class Applicant:
    """Who wants to take part.

    Attributes:
        enrolment_key: names one press of the consent button; the same key never enrols twice.
        simulated: a simulated observer with a signed token.
        external_id: the recruiter's name for the person, or None.
        seed: seed of the plan, from the token of a simulated observer; drawn if None.
        language: code of the language of the pages.
    """

    enrolment_key: str
    simulated: bool = False
    external_id: str | None = None
    seed: int | None = None
    language: str = "en"


@dataclass(frozen=True)
class _Plan:
    """A plan, and what it rests on.

    Attributes:
        basis: as of ``_basis``.
        trials: in the order in which they are shown.
        row_ids: of their pairs.
    """

    basis: tuple[Any, ...]
    trials: list[PlannedTrial]
    row_ids: list[int]

    @property
    def condition_id(self) -> int | None:
        """The row of the tested condition; None in a within design."""
        found: int | None = self.basis[CONDITION_OF_BASIS]
        return found


def enrol(session: Session, study_code: str, applicant: Applicant, now: datetime) -> StudySession:
    """Enrol an applicant; the same applicant again gets the same study session.

    Raises:
        UnknownStudy: no such study.
        StudyNotOpen: neither open nor in pilot.
        StudyFull: every condition has its participants.
        AlreadyTakenPart: the external id is enrolled already.
    """
    seed = secrets.randbits(SEED_BITS) if applicant.seed is None else applicant.seed
    with _one_at_a_time(session):
        early = _plan_early(session, study_code, applicant, seed, now)
        begin_write(session)
        # The lock makes enrolments of a study wait for each other, so that counts are exact.
        study = session.scalar(
            sa.select(Study).where(Study.code == study_code).with_for_update(key_share=True)
        ) or find_study(session, study_code)
        again = session.scalar(
            sa.select(StudySession).where(StudySession.enrolment_key == applicant.enrolment_key)
        )
        if again is not None:
            return again
        check_accepts(study, applicant.simulated)
        _check_first_time(session, study, applicant.external_id)
        study_session = _start_study_session(session, study, applicant, seed, now, early)
        session.commit()
    tell("enrolled")
    return study_session


def new_code() -> str:
    """Draw a code that no command takes for an option, and no spreadsheet for a formula."""
    while (code := secrets.token_urlsafe(CODE_BYTES)).startswith("-"):
        pass
    return code


def check_accepts(study: Study, simulated: bool) -> None:
    """Check that a study takes applicants of that kind in its state.

    Raises:
        StudyNotOpen: it does not.
    """
    if study.state == "closed":
        raise StudyNotOpen(N_("This study is closed; nobody can take part any more."), "closed")
    if study.state not in ENROLLING and not simulated:
        raise StudyNotOpen(N_("This study has not been opened yet."), "not-open")


def check_has_place(session: Session, study: Study, external_id: str | None, now: datetime) -> None:
    """Tell people before they read and agree that no place is left for them; ``enrol`` decides.

    Raises:
        AlreadyTakenPart: the external id is enrolled already.
        StudyFull: every condition has its participants.
    """
    _check_first_time(session, study, external_id)
    study_file = file_of(study)
    arms = _arms(session, study, study_file, roles_of(session, study))
    places = count_places(session, study, simulated=False, now=now, phase=phase_of(study.state))
    _check_free(min(places[arm.id if arm else None] for arm in arms), study_file)


def _check_free(fewest: int, study_file: StudyFile) -> None:
    if fewest >= study_file.participants.per_condition:
        raise StudyFull(N_("This study has all its participants. Thank you for your interest."))


def _check_first_time(session: Session, study: Study, external_id: str | None) -> None:
    if external_id is None:
        return
    known = sa.select(Participant.id).where(
        Participant.study_id == study.id, Participant.external_id == external_id
    )
    if session.scalar(known) is not None:
        raise AlreadyTakenPart(TAKEN_PART_ALREADY)


@contextlib.contextmanager
def _one_at_a_time(session: Session) -> Iterator[None]:
    """Let enrolments queue here, where they keep no connection and nobody else from writing.

    The queue only saves waiting and work: who gets in without it waits for the study's lock, and
    plans again where the early plan's basis is another one by then.
    """
    if session.in_transaction():
        session.rollback()
    with _IN_THIS_PROCESS, _queue_of_sqlite(session.get_bind().engine):
        yield


@contextlib.contextmanager
def _queue_of_sqlite(engine: sa.Engine) -> Iterator[None]:
    """Let the processes on a SQLite database queue by a lock of its folder."""
    database = engine.url.database
    if engine.dialect.name != "sqlite" or not database:
        yield
        return
    folder = os.open(Path(database).absolute().parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _plan_early(
    session: Session, study_code: str, applicant: Applicant, seed: int, now: datetime
) -> _Plan | None:
    """Plan before SQLite's only lock is taken, so that answers need not wait for it.

    None with PostgreSQL, where only enrolments wait for a study's lock, and where somebody is to be
    refused, which is decided under the lock.
    """
    if session.get_bind().dialect.name != "sqlite":
        return None
    try:
        return _make_plan(session, find_study(session, study_code), applicant, seed, now)
    except StudyError:
        return None


def _make_plan(
    session: Session, study: Study, applicant: Applicant, seed: int, now: datetime
) -> _Plan:
    """Choose the condition and plan all trials.

    Raises:
        StudyFull: every condition has its participants.
    """
    study_file, phase = file_of(study), phase_of(study.state)
    roles = roles_of(session, study)
    leased = _lease(session, study, study_file, roles, applicant.simulated, seed, now)
    basis = _basis(session, study, applicant, leased, now)
    usage = count_pair_usage(session, study, simulated=applicant.simulated, now=now, phase=phase)
    tested = (leased.name,) if leased else roles.tested
    wanted = [name for name in (*tested, roles.vigilance, roles.control) if name]
    pairs = read_pairs(session, study, wanted)
    trials = plan_trials(pairs, plan_settings(study_file.protocol, roles, tested), seed, usage)
    return _Plan(basis, trials, row_ids_of(session, study, [trial.pair_id for trial in trials]))


def _basis(
    session: Session,
    study: Study,
    applicant: Applicant,
    leased: Condition | None,
    now: datetime,
) -> tuple[Any, ...]:
    """Give what a plan rests on: as long as it is the same, so is the plan.

    These are the condition, the study sessions that take a place, and their trials: a trial is
    planned at enrolment or in the place of another one, which takes the next row.
    """
    phase, own = phase_of(study.state), StudySession.id
    sessions = session.execute(
        sa.select(sa.func.count(), sa.func.sum(own), sa.func.sum(sa.cast(own, sa.BigInteger) * own))
        .join(Participant)
        .where(
            Participant.study_id == study.id,
            Participant.simulated == applicant.simulated,
            StudySession.phase == phase,
            taken(now),
        )
    ).one()
    last_trial = session.scalar(sa.select(sa.func.max(Trial.id)))
    return (phase, leased.id if leased else None, *sessions, last_trial)


def _start_study_session(
    session: Session,
    study: Study,
    applicant: Applicant,
    seed: int,
    now: datetime,
    early: _Plan | None,
) -> StudySession:
    study_file = file_of(study)
    if early is not None and early.basis == _basis_now(session, study, applicant, seed, now):
        plan = early
    else:
        plan = _make_plan(session, study, applicant, seed, now)
    study_session = StudySession(
        code=new_code(),
        enrolment_key=applicant.enrolment_key,
        participant=Participant(
            study_id=study.id,
            code=new_code(),
            external_id=applicant.external_id,
            simulated=applicant.simulated,
        ),
        condition_id=plan.condition_id,
        phase=phase_of(study.state),
        seed=seed,
        plan_digest=plan_digest(plan.trials),
        recruiter=study_file.recruiter.kind,
        language=applicant.language,
        n_practice=study_file.protocol.n_practice,
        n_trials=len(plan.trials),
        consent_version=study_file.consent.version,
        consented_at=now,
        lease_expires_at=now + timedelta(minutes=study_file.participants.lease_minutes),
    )
    session.add(study_session)
    session.flush()
    _store_plan(session, study_session, plan)
    return study_session


def _basis_now(
    session: Session, study: Study, applicant: Applicant, seed: int, now: datetime
) -> tuple[Any, ...]:
    """Give the basis under the lock.

    Raises:
        StudyFull: every condition has its participants.
    """
    study_file, roles = file_of(study), roles_of(session, study)
    leased = _lease(session, study, study_file, roles, applicant.simulated, seed, now)
    return _basis(session, study, applicant, leased, now)


def _lease(
    session: Session,
    study: Study,
    study_file: StudyFile,
    roles: Roles,
    simulated: bool,
    seed: int,
    now: datetime,
) -> Condition | None:
    """Give the tested condition with the fewest places taken; None in a within design.

    Raises:
        StudyFull: all places are taken; simulated observers are never refused.
    """
    places = count_places(session, study, simulated=simulated, now=now, phase=phase_of(study.state))
    arms = _arms(session, study, study_file, roles)
    numbers = [places[arm.id if arm else None] for arm in arms]
    if not simulated:
        _check_free(min(numbers), study_file)
    candidates = [arm for arm, n in zip(arms, numbers, strict=True) if n == min(numbers)]
    return random.Random(seed).choice(candidates)  # noqa: S311 - repeatable, not secret


def _arms(
    session: Session, study: Study, study_file: StudyFile, roles: Roles
) -> list[Condition | None]:
    """Give what places are counted in: the tested conditions; in a within design all as one."""
    if study_file.protocol.design == "within":
        return [None]
    return [found for found in conditions_of(session, study) if found.name in roles.tested]


def _store_plan(session: Session, study_session: StudySession, plan: _Plan) -> None:
    rows = [
        {
            "study_session_id": study_session.id,
            "stimulus_pair_id": row_id,
            "trial_index": trial.trial_index,
            "place": trial.trial_index,
            "block": trial.block,
            "trial_type": trial.trial_type,
            "real_side": trial.real_side,
            "first_side": trial.first_side,
            **new_trial_names(),
            "n_issued": 0,
            "n_started": 0,
        }
        for trial, row_id in zip(plan.trials, plan.row_ids, strict=True)
    ]
    # Of the table, not of the class: what is inserted is not needed here again.
    session.execute(sa.insert(cast("sa.Table", Trial.__table__)), rows)
