from dataclasses import replace

import pytest
import sqlalchemy as sa

from study_app.catalog import file_of
from study_app.errors import StepsLeft
from study_app.extensions import db
from study_app.models import ScreeningCheck, StudySession
from study_app.passage import check_ready_for_trials, checks_done, current_step
from study_app.study_tables import Screening
from tests.study_app.factories import NOW

WITH_DEVICE = Screening(device="check")


@pytest.fixture
def study_session(open_app, participant):  # noqa: ARG001 - somebody has consented
    with open_app.app_context():
        yield db.session.scalars(sa.select(StudySession)).one()


def add_check(study_session, *, done):
    check = ScreeningCheck(
        study_session_id=study_session.id,
        name="device",
        passed=True if done else None,
        details={},
        started_at=NOW,
        done_at=NOW if done else None,
    )
    db.session.add(check)
    db.session.flush()


def test_who_consented_goes_on_with_the_instructions(study_session):
    assert current_step(db.session(), study_session) == "instructions"


def test_only_checks_that_are_done_count(study_session):
    add_check(study_session, done=False)
    assert checks_done(db.session(), study_session.id) == set()


def test_a_check_that_is_left_holds_up_the_first_trial(study_session):
    study_file = replace(file_of(study_session.participant.study), screening=WITH_DEVICE)

    with pytest.raises(StepsLeft):
        check_ready_for_trials(db.session(), study_session, study_file)
    add_check(study_session, done=True)

    check_ready_for_trials(db.session(), study_session, study_file)
