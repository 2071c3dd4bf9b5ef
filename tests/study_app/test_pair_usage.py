from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from study_app import trial_flow
from study_app.enrolment import Applicant, enrol
from study_app.extensions import db
from study_app.models import Condition, StimulusPair, StudySession, Trial
from study_app.pair_usage import count_pair_usage
from study_app.protocol import PlannedTrial, plan_digest
from study_app.study_moves import open_study
from tests.study_app import factories
from tests.study_app.factories import NOW

AFTER_THE_LEASE = NOW + timedelta(hours=2)


@pytest.fixture
def study(app, two_condition_folder):
    """An open study of two conditions, with a noise study on the same set; in its context."""
    with app.app_context():
        for slug in ("noise", "colours"):
            text = factories.study_text(id=slug, per_condition=100)
            found = factories.create_study(text, two_condition_folder).study
            open_study(db.session(), found, None, NOW)
        enrol(db.session(), "noise", Applicant("noise"), NOW)
        yield found


def enter(key, now=NOW, **fields):
    return enrol(db.session(), "colours", Applicant(str(key), **fields), now)


def usage(study, *, simulated=False, now=NOW):
    return count_pair_usage(db.session(), study, simulated=simulated, now=now)


def planned(*study_sessions):
    """By hand: the pairs of the main block of these study sessions."""
    ids = [found.id for found in study_sessions]
    return Counter(
        trial.stimulus_pair.pair_id
        for trial in db.session.scalars(
            sa.select(Trial).where(Trial.study_session_id.in_(ids), Trial.block == "main")
        )
    )


def test_the_pairs_of_main_blocks_are_counted_and_practice_is_not(study):
    first, second = enter("a"), enter("b")

    assert usage(study) == planned(first, second)
    assert sum(usage(study).values()) == 16


def test_people_and_simulated_observers_are_counted_apart(study):
    person, observer = enter("a"), enter("b", simulated=True)

    assert usage(study) == planned(person)
    assert usage(study, simulated=True) == planned(observer)


def test_who_withdrew_or_stopped_is_not_counted(study):
    leaver, stayer = enter("a"), enter("b")
    trial_flow.withdraw(db.session(), leaver.code, NOW)

    assert usage(study) == planned(stayer)
    assert usage(study, now=AFTER_THE_LEASE) == {}


def test_a_finished_session_counts_unless_it_is_excluded(study):
    included, excluded = enter("a"), enter("b")
    for found, inclusion in ((included, "included"), (excluded, "excluded")):
        db.session.execute(
            sa.update(StudySession)
            .where(StudySession.id == found.id)
            .values(
                state="finished",
                n_answered=10,
                finished_at=NOW,
                completion_code=inclusion,
                inclusion=inclusion,
            )
        )
    db.session.commit()

    assert usage(study, now=AFTER_THE_LEASE) == planned(included)


def test_a_trial_that_was_given_up_is_not_counted(study):
    own = enter("a")
    trial = db.session.scalars(sa.select(Trial).where(Trial.study_session_id == own.id)).all()[-1]
    trial.interrupted_at = NOW
    db.session.commit()

    assert usage(study) == planned(own) - Counter([trial.stimulus_pair.pair_id])


def test_over_the_enrolments_of_a_study_photos_are_planned_equally_often(study):
    """Sixty photos and seven main trials for each of twelve people per condition."""
    for number in range(24):
        enter(number)

    counted = usage(study)
    pairs = list(
        db.session.execute(sa.select(StimulusPair.pair_id, Condition.name).join(Condition))
    )
    for name in ("full", "l2"):
        own = [counted.get(pair_id, 0) for pair_id, condition in pairs if condition == name]
        assert len(own) == 60
        assert max(own) - min(own) <= 1
        assert sum(own) == 12 * 7


@pytest.mark.usefixtures("study")
def test_the_digest_of_the_plan_is_that_of_the_stored_trials():
    enter("a")
    own = enter("b")

    trials = [
        PlannedTrial(
            trial.trial_index,
            trial.block,
            trial.trial_type,
            trial.stimulus_pair.condition.name,
            trial.stimulus_pair.pair_id,
            trial.stimulus_pair.photo_id,
            trial.real_side,
            trial.first_side,
        )
        for trial in db.session.scalars(
            sa.select(Trial).where(Trial.study_session_id == own.id).order_by(Trial.trial_index)
        )
    ]
    assert len(trials) == 10
    assert own.plan_digest == plan_digest(trials)
