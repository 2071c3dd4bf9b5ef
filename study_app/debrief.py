"""Sum up a finished study session for its participant: score, average of others, pairs.

Place on the data's path: after the last answer; reads only. Interrupted trials, which have no
answer, are nowhere counted. What of this is shown, the study file says: ``[debrief]``.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.models import Participant, Response, StudySession, Trial
from study_app.protocol import OTHER_SIDE, Side, TrialType, number_in_block

# An average of fewer would say too much about each of them.
LEAST_OTHERS = 10


@dataclass(frozen=True)
class SeenPair:
    """A pair of the main block, with what was real.

    Attributes:
        number: place in the main block, from 1.
        trial_type: main, vigilance or control; in a control trial both show the original.
        real_token: names the real photo's image.
        fake_token: names the fake's image.
        fooled: whether the original was called false.
    """

    number: int
    trial_type: TrialType
    real_token: str
    fake_token: str
    fooled: bool


@dataclass(frozen=True)
class OthersAverage:
    """How those did who finished before, on pairs made in the same way.

    Attributes:
        n_people: who finished.
        found_share: mean share of the main trials in which they found the fake, in [0, 1].
    """

    n_people: int
    found_share: float


@dataclass(frozen=True)
class DebriefSummary:
    """What a participant learns at the end.

    Attributes:
        n_answers: stored answers, practice included.
        n_right: main trials in which the fake was found.
        n_pairs: main trials, without vigilance and control trials.
        pairs: all of the main block, in their order.
    """

    n_answers: int
    n_right: int
    n_pairs: int
    pairs: tuple[SeenPair, ...]

    @property
    def fooling_pairs(self) -> tuple[SeenPair, ...]:
        """The main trials in which the original was called false."""
        return tuple(pair for pair in self.pairs if pair.fooled and pair.trial_type == "main")


def sum_up(session: Session, study_session: StudySession) -> DebriefSummary:
    """Sum up a finished study session."""
    assert study_session.finished_at is not None, "only a finished session is summed up"
    rows = session.execute(
        sa.select(Trial, Response.chosen_side)
        .join(Response, Response.trial_id == Trial.id)
        .where(
            Trial.study_session_id == study_session.id,
            Trial.block == "main",
            Trial.interrupted_at.is_(None),
        )
        .order_by(Trial.place)
    )
    pairs = tuple(_pair(trial, side, study_session.n_practice) for trial, side in rows)
    main = [pair for pair in pairs if pair.trial_type == "main"]
    return DebriefSummary(
        n_answers=study_session.n_answered,
        n_right=sum(not pair.fooled for pair in main),
        n_pairs=len(main),
        pairs=pairs,
    )


def average_of_others(session: Session, study_session: StudySession) -> OthersAverage | None:
    """Average over who else finished, under the same condition; None of fewer than ten.

    People and simulated observers, pilot and study are kept apart; who withdrew is not counted.
    """
    participant = study_session.participant
    found = sa.case((Response.chosen_side == Trial.real_side, 0.0), else_=1.0)
    shares = (
        sa.select(sa.func.avg(found).label("share"))
        .select_from(StudySession)
        .join(Participant, StudySession.participant_id == Participant.id)
        .join(Trial, Trial.study_session_id == StudySession.id)
        .join(Response, Response.trial_id == Trial.id)
        .where(
            Participant.study_id == participant.study_id,
            Participant.simulated == participant.simulated,
            StudySession.phase == study_session.phase,
            StudySession.state == "finished",
            StudySession.id != study_session.id,
            StudySession.condition_id.is_not_distinct_from(study_session.condition_id),
            Trial.trial_type == "main",
            Trial.interrupted_at.is_(None),
        )
        .group_by(StudySession.id)
        .subquery()
    )
    n_people, share = session.execute(sa.select(sa.func.count(), sa.func.avg(shares.c.share))).one()
    return None if n_people < LEAST_OTHERS else OthersAverage(n_people, float(share))


def _pair(trial: Trial, chosen_side: Side, n_practice: int) -> SeenPair:
    tokens = {"left": trial.left_token, "right": trial.right_token}
    return SeenPair(
        number=number_in_block(trial.place, trial.block, n_practice),
        trial_type=trial.trial_type,
        real_token=tokens[trial.real_side],
        fake_token=tokens[OTHER_SIDE[trial.real_side]],
        fooled=chosen_side == trial.real_side,
    )
