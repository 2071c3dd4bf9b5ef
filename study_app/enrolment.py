"""Enrol a participant: consent recorded, a condition leased, all trials planned and stored at once.

Place on the data's path: after consent, before the first trial. Which trials: ``protocol.py``.
"""

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.catalog import conditions_of, file_of, find_study, roles_of
from study_app.errors import N_, AlreadyTakenPart, StudyFull, StudyNotOpen
from study_app.events import tell
from study_app.extensions import begin_write
from study_app.models import (
    Condition,
    Participant,
    StimulusPair,
    Study,
    StudySession,
    StudyStimulusSet,
    Trial,
)
from study_app.opaque_names import new_trial_names
from study_app.pair_usage import count_pair_usage
from study_app.places import count_places
from study_app.plan import plan_trials
from study_app.protocol import (
    PlannablePair,
    PlannedTrial,
    ProtocolSettings,
    Roles,
    plan_digest,
    plan_settings,
)
from study_app.study_states import ENROLLING, phase_of
from study_app.study_tables import StudyFile

CODE_BYTES = 9
SEED_BITS = 62
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


def enrol(session: Session, study_code: str, applicant: Applicant, now: datetime) -> StudySession:
    """Enrol an applicant; the same applicant again gets the same study session.

    Raises:
        UnknownStudy: no such study.
        StudyNotOpen: neither open nor in pilot.
        StudyFull: every condition has its participants.
        AlreadyTakenPart: the external id is enrolled already.
    """
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
    study_session = _start_study_session(session, study, applicant, now)
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


def plannable_pairs(
    session: Session, study: Study, conditions: Sequence[str]
) -> list[PlannablePair]:
    """Give the pairs of some conditions in all sets of a study."""
    rows = session.execute(
        sa.select(StimulusPair.pair_id, StimulusPair.photo_id, Condition.name)
        .join(Condition)
        .where(StimulusPair.stimulus_set_id.in_(set_ids(study)), Condition.name.in_(conditions))
    )
    return [PlannablePair(*row) for row in rows]


def set_ids(study: Study) -> sa.Select[Any]:
    """Give the row ids of the stimulus sets of a study, as a subquery."""
    return sa.select(StudyStimulusSet.stimulus_set_id).where(StudyStimulusSet.study_id == study.id)


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


def _start_study_session(
    session: Session, study: Study, applicant: Applicant, now: datetime
) -> StudySession:
    study_file = file_of(study)
    roles = roles_of(session, study)
    seed = secrets.randbits(SEED_BITS) if applicant.seed is None else applicant.seed
    leased = _lease(session, study, study_file, roles, applicant.simulated, seed, now)
    phase = phase_of(study.state)
    usage = count_pair_usage(session, study, simulated=applicant.simulated, now=now, phase=phase)
    plan = _plan(session, study, study_file.protocol, roles, leased, seed, usage)
    study_session = StudySession(
        code=new_code(),
        enrolment_key=applicant.enrolment_key,
        participant=Participant(
            study_id=study.id,
            code=new_code(),
            external_id=applicant.external_id,
            simulated=applicant.simulated,
        ),
        condition_id=leased.id if leased else None,
        phase=phase,
        seed=seed,
        plan_digest=plan_digest(plan),
        recruiter=study_file.recruiter.kind,
        language=applicant.language,
        n_practice=study_file.protocol.n_practice,
        n_trials=len(plan),
        consent_version=study_file.consent.version,
        consented_at=now,
        lease_expires_at=now + timedelta(minutes=study_file.participants.lease_minutes),
    )
    session.add(study_session)
    session.flush()
    _store_plan(session, study, study_session, plan)
    return study_session


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
    taken = [places[arm.id if arm else None] for arm in arms]
    if not simulated:
        _check_free(min(taken), study_file)
    candidates = [arm for arm, n in zip(arms, taken, strict=True) if n == min(taken)]
    return random.Random(seed).choice(candidates)  # noqa: S311 - repeatable, not secret


def _arms(
    session: Session, study: Study, study_file: StudyFile, roles: Roles
) -> list[Condition | None]:
    """Give what places are counted in: the tested conditions; in a within design all as one."""
    if study_file.protocol.design == "within":
        return [None]
    return [found for found in conditions_of(session, study) if found.name in roles.tested]


def _plan(
    session: Session,
    study: Study,
    protocol: ProtocolSettings,
    roles: Roles,
    leased: Condition | None,
    seed: int,
    usage: dict[str, int],
) -> list[PlannedTrial]:
    tested = (leased.name,) if leased else roles.tested
    wanted = [name for name in (*tested, roles.vigilance, roles.control) if name]
    pairs = plannable_pairs(session, study, wanted)
    return plan_trials(pairs, plan_settings(protocol, roles, tested), seed, usage)


def _store_plan(
    session: Session, study: Study, study_session: StudySession, plan: Sequence[PlannedTrial]
) -> None:
    rows = session.execute(
        sa.select(StimulusPair.pair_id, StimulusPair.id).where(
            StimulusPair.stimulus_set_id.in_(set_ids(study)),
            StimulusPair.pair_id.in_([trial.pair_id for trial in plan]),
        )
    )
    row_of = {pair_id: row_id for pair_id, row_id in rows}
    session.execute(
        sa.insert(Trial),
        [
            {
                "study_session_id": study_session.id,
                "stimulus_pair_id": row_of[trial.pair_id],
                "trial_index": trial.trial_index,
                "place": trial.trial_index,
                "block": trial.block,
                "trial_type": trial.trial_type,
                "real_side": trial.real_side,
                "first_side": trial.first_side,
                **new_trial_names(),
                "n_issued": 0,
            }
            for trial in plan
        ],
    )
