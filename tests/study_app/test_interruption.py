import pytest
import sqlalchemy as sa

from study_app.enrolment import Applicant, enrol
from study_app.extensions import begin_write, db
from study_app.interruption import replace_trial, was_cut_off
from study_app.models import StimulusPair, StudySession, Trial
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


def test_in_the_main_block_the_photo_is_one_judged_least_so_far(enrolled):
    trial = first_main_trial(enrolled)
    judged = judge_spare_photos(enrolled, trial)

    drawn = {drawn_instead(enrolled, trial, seed) for seed in range(40)}

    assert len(judged) > 5
    assert len(drawn) > 5
    assert drawn.isdisjoint(judged)


def first_main_trial(study_session):
    return db.session.scalars(
        sa.select(Trial)
        .where(Trial.study_session_id == study_session.id, Trial.trial_type == "main")
        .order_by(Trial.place)
    ).first()


def judge_spare_photos(own, trial):
    """Give the other participant's main trials photos that one's own session does not have."""
    used = {row.stimulus_pair.photo_id for row in trials_of(own)}
    condition_id = trial.stimulus_pair.condition_id
    pairs = db.session.scalars(
        sa.select(StimulusPair).where(
            StimulusPair.condition_id == condition_id, StimulusPair.photo_id.not_in(used)
        )
    )
    other = db.session.scalars(sa.select(StudySession).where(StudySession.id != own.id)).one()
    judged = set()
    for row, pair in zip(
        [row for row in trials_of(other) if row.block == "main"], pairs, strict=False
    ):
        row.stimulus_pair_id = pair.id
        judged.add(pair.photo_id)
    db.session.commit()
    return judged


def trials_of(study_session):
    return db.session.scalars(
        sa.select(Trial).where(Trial.study_session_id == study_session.id)
    ).all()


def drawn_instead(study_session, trial, seed):
    begin_write(db.session())
    study_session.seed = seed
    photo_id = replace_trial(db.session(), study_session, trial, NOW).stimulus_pair.photo_id
    db.session.rollback()
    return photo_id


def test_of_a_large_condition_only_the_chosen_pair_is_read(enrolled):
    """Names are known from the enrolment: everybody else waits while a pair is replaced."""
    asked = []

    def remember(*arguments):
        if "FROM stimulus_pair" in arguments[2]:
            asked.append(arguments[2])

    sa.event.listen(db.engine, "after_cursor_execute", remember)
    replace_first(enrolled)
    sa.event.remove(db.engine, "after_cursor_execute", remember)

    few = ("stimulus_pair.pair_id IN", "WHERE stimulus_pair.id = ", "JOIN trial ON")
    assert any("pair_id IN" in statement for statement in asked)
    assert all(any(part in statement for part in few) for statement in asked), asked
    assert not any("NOT IN" in statement for statement in asked), asked


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
