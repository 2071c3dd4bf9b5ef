"""Replace a trial whose showing was cut off, so that nobody sees a pair twice.

Place on the data's path: ``trial_flow.py`` asks here when the next trial is wanted and the current
one was on a screen already: a reload, a closed laptop, a second window. The trial keeps its row
without a response; another with the same block, trial type, condition and sides, but another photo,
takes its place in the study session: in the main block one of those judged least so far.
"""

import random
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.known_pairs import read_pairs, row_ids_of
from study_app.models import StimulusPair, Study, StudySession, Trial
from study_app.opaque_names import new_trial_names
from study_app.pair_usage import count_pair_usage


def was_cut_off(trial: Trial, page_key: str | None) -> bool:
    """Say whether an unanswered trial was on the screen of another opening of the page.

    Args:
        trial: the current one of its study session, without a response.
        page_key: names the opening that asks; None from a browser that gives no name.
    """
    return trial.started_on is not None and trial.started_on != page_key


def lock_study_session(session: Session, study_session: StudySession) -> None:
    """Let answers and other windows wait until this transaction ends, and read afresh.

    On SQLite a transaction that writes has the only lock there is.
    """
    session.execute(
        sa.select(StudySession.id).where(StudySession.id == study_session.id).with_for_update()
    )
    session.expire_all()


def replace_trial(
    session: Session, study_session: StudySession, trial: Trial, now: datetime
) -> Trial:
    """Give up a trial and put another into its place; the caller holds the study session's lock.

    The photo is one of those of the condition that are in no trial of the session: in the main
    block one of the least judged, elsewhere any, drawn by the seed of the study session. Where none
    is left the same trial is given again; because it is then started a second time, its exposure
    does not count as valid.

    Returns:
        The trial that is the current one now.
    """
    study = study_session.participant.study
    spare = _spare_pairs(session, study, trial)
    if not spare:
        trial.started_on = None
        session.flush()
        return trial
    trial.interrupted_at = now
    index = _next_index(session, study_session)
    rng = random.Random(f"{study_session.seed} replacement {index}")  # noqa: S311 - repeatable
    if trial.block == "main":
        spare = _least_judged(session, study_session, spare, now)
    (row_id,) = row_ids_of(session, study, [rng.choice(spare)])
    replacement = _in_place_of(trial, row_id, index)
    session.add(replacement)
    session.flush()
    return replacement


def _spare_pairs(session: Session, study: Study, trial: Trial) -> list[str]:
    """Give the pairs of the trial's condition whose photo the session does not have, by name."""
    used = set(
        session.scalars(
            sa.select(StimulusPair.photo_id)
            .join(Trial, Trial.stimulus_pair_id == StimulusPair.id)
            .where(Trial.study_session_id == trial.study_session_id)
        )
    )
    condition = trial.stimulus_pair.condition.name
    own = read_pairs(session, study, [condition]).of(condition)
    return [
        pair_id
        for photo_id, pair_id in zip(own.photo_ids, own.pair_ids, strict=True)
        if photo_id not in used
    ]


def _least_judged(
    session: Session, study_session: StudySession, pair_ids: list[str], now: datetime
) -> list[str]:
    participant = study_session.participant
    usage = count_pair_usage(
        session,
        participant.study,
        simulated=participant.simulated,
        now=now,
        phase=study_session.phase,
    )
    least = min(usage.get(pair_id, 0) for pair_id in pair_ids)
    return [pair_id for pair_id in pair_ids if usage.get(pair_id, 0) == least]


def _next_index(session: Session, study_session: StudySession) -> int:
    largest = session.scalar(
        sa.select(sa.func.max(Trial.trial_index)).where(Trial.study_session_id == study_session.id)
    )
    assert largest is not None, "a study session with a current trial has trials"
    return largest + 1


def _in_place_of(trial: Trial, stimulus_pair_id: int, trial_index: int) -> Trial:
    return Trial(
        study_session_id=trial.study_session_id,
        stimulus_pair_id=stimulus_pair_id,
        trial_index=trial_index,
        place=trial.place,
        block=trial.block,
        trial_type=trial.trial_type,
        real_side=trial.real_side,
        first_side=trial.first_side,
        **new_trial_names(),
        n_issued=0,
        n_started=0,
    )
