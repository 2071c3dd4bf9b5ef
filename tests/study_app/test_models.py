from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import configure_mappers

from study_app.enrolment import Applicant, enrol
from study_app.extensions import db
from study_app.models import Response, Study, StudySession, Trial, UtcDateTime
from tests.study_app import factories
from tests.study_app.factories import NOW


@pytest.fixture
def rows(open_app):
    """An enrolled study session."""
    with open_app.app_context():
        yield enrol(db.session(), "colours", Applicant("a"), NOW)


def response_row(own_trial_id, **changes):
    numbers = {
        column.name: 0
        for column in Response.__table__.columns
        if column.name not in ("id", "trial_id")
    }
    given = {"chosen_side": "left", "input": "mouse", "response_key": "k", "answered_at": NOW}
    return {**numbers, "trial_id": own_trial_id, **given, "exposure_valid": True, **changes}


def test_every_constraint_has_a_name():
    configure_mappers()

    constraints = [c for table in db.metadata.sorted_tables for c in table.constraints]

    assert len(constraints) > 40
    assert all(constraint.name for constraint in constraints)


def test_nothing_of_the_network_or_the_browser_is_stored():
    columns = {c.name for table in db.metadata.sorted_tables for c in table.columns}

    assert not [name for name in columns if "ip" in name.split("_") or "agent" in name]


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (Study, {"state": "paused"}),
        (StudySession, {"state": "lost"}),
        (StudySession, {"n_answered": -1}),
        (StudySession, {"n_answered": 11}),
        (StudySession, {"state": "finished"}),
        (StudySession, {"completion_code": "too early"}),
        (Trial, {"block": "test"}),
        (Trial, {"trial_type": "catch"}),
        (Trial, {"real_side": "both"}),
        (Trial, {"first_side": "none"}),
        (Trial, {"n_issued": -1}),
        (Trial, {"trial_index": 0}),
        (Trial, {"left_token": "same for all"}),
        (Trial, {"study_session_id": 999}),
    ],
)
@pytest.mark.usefixtures("rows")
def test_the_database_refuses_what_cannot_be(table, values):
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.update(table).values(values))


@pytest.mark.parametrize(
    "changes",
    [
        {"chosen_side": "both"},
        {"input": "voice"},
        {"response_ms": -1},
        {"left_shown_ms": -0.5},
        {"trial_id": 999},
    ],
)
@pytest.mark.usefixtures("rows")
def test_the_database_refuses_a_response_that_cannot_be(changes):
    trial_id = db.session.scalar(sa.select(Trial.id).limit(1))

    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.insert(Response).values(response_row(trial_id, **changes)))


@pytest.mark.usefixtures("rows")
def test_a_trial_has_one_response_at_most():
    trial_id = db.session.scalar(sa.select(Trial.id).limit(1))
    db.session.execute(sa.insert(Response).values(response_row(trial_id)))

    with pytest.raises(sa.exc.IntegrityError, match=r"(?i)unique"):
        db.session.execute(sa.insert(Response).values(response_row(trial_id, response_key="l")))


def test_times_are_stored_in_utc_and_naive_ones_refused():
    kind, dialect = UtcDateTime(), sa.create_engine("sqlite://").dialect
    there = NOW.astimezone(timezone(timedelta(hours=9)))

    assert kind.process_bind_param(there, dialect) == NOW
    assert kind.process_result_value(NOW.replace(tzinfo=None), dialect) == NOW
    assert kind.process_result_value(there, dialect).tzinfo == UTC
    assert (
        kind.process_bind_param(None, dialect) is kind.process_result_value(None, dialect) is None
    )
    with pytest.raises(AssertionError, match="time zone"):
        kind.process_bind_param(datetime(2026, 1, 1), dialect)  # noqa: DTZ001 - the point


def test_a_response_belongs_to_its_trial(rows):
    trial = db.session.scalars(sa.select(Trial).limit(1)).one()
    db.session.execute(sa.insert(Response).values(response_row(trial.id)))
    db.session.expire_all()

    assert trial.response.trial is trial
    assert trial.study_session is rows
    assert trial.response.answered_at == factories.NOW
