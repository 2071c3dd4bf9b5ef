import pytest
import sqlalchemy as sa

from study_app.enrolment import Applicant, enrol
from study_app.extensions import begin_write, db
from study_app.interruption import replace_trial, was_cut_off
from study_app.models import StudySession, Trial
from tests.study_app.factories import NOW


@pytest.mark.parametrize(
    ("started_on", "page_key", "expected"),
    [
        (None, None, False),
        (None, "a", False),
        ("a", "a", False),
        ("a", "b", True),
        ("a", None, True),
    ],
)
def test_a_trial_on_another_page_was_cut_off(started_on, page_key, expected):
    assert was_cut_off(Trial(started_on=started_on), page_key) is expected


@pytest.fixture
def enrolled(open_app):
    """A study session, with another participant's beside it."""
    with open_app.app_context():
        enrol(db.session(), "colours", Applicant("noise"), NOW)
        code = enrol(db.session(), "colours", Applicant("own"), NOW).code
        yield db.session.scalars(sa.select(StudySession).where(StudySession.code == code)).one()


def replace_first(study_session, *, seed=None, keep=True):
    """Replace the trial at place 0; gives the photo that comes instead."""
    begin_write(db.session())
    trial = db.session.scalars(
        sa.select(Trial).where(
            Trial.study_session_id == study_session.id,
            Trial.place == 0,
            Trial.interrupted_at.is_(None),
        )
    ).one()
    study_session.seed = study_session.seed if seed is None else seed
    photo_id = replace_trial(db.session(), study_session, trial, NOW).stimulus_pair.photo_id
    if keep:
        db.session.commit()
    else:
        db.session.rollback()
    return photo_id


def test_the_photo_is_drawn_by_the_seed_of_the_study_session(enrolled):
    drawn = [
        [replace_first(enrolled, seed=seed, keep=False) for _ in range(2)] for seed in range(8)
    ]

    assert all(first == again for first, again in drawn)
    assert len({first for first, _ in drawn}) > 1


def test_every_spare_photo_is_used_once_and_then_the_trial_stays(enrolled):
    photos = [replace_first(enrolled) for _ in range(50)]

    planned = db.session.scalars(
        sa.select(Trial).where(
            Trial.study_session_id == enrolled.id, Trial.trial_index < enrolled.n_trials
        )
    ).all()
    assert len({*photos, *(trial.stimulus_pair.photo_id for trial in planned)}) == 60
    assert replace_first(enrolled) == photos[-1]
    n_trials = sa.select(sa.func.count()).where(Trial.study_session_id == enrolled.id)
    assert db.session.scalar(n_trials) == 60
