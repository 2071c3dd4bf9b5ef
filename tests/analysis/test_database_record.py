"""The same participants and counts from the database as from its export."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import flask
import pytest
import sqlalchemy as sa

from analysis.database_record import COLUMNS, DatabaseRecord, read_database_record
from analysis.errors import TrialTableError
from analysis.participants_file import read_participants
from analysis.recorded_flow import read_recorded_flow
from study_app import create_app, enrolment, erasure, export
from study_app.catalog import find_study
from study_app.extensions import db, upgrade_database
from study_app.flow_counts import count
from study_app.models import ScreeningCheck, Study, StudySession
from study_app.study_moves import move_study, open_study
from study_app.study_tables import Screening
from tests.postgres import own_database
from tests.study_app import factories

NOW = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def used_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[flask.Flask]:
    """Two studies; in ``colours`` one passed the checks, one did not, one withdrew, one is gone."""
    addresses = own_database() if request.param == "postgres" else iter([None])
    factories.build_set(tmp_path / "set", 60, {"full": "weights", "random": "random"})
    (tmp_path / "instance").mkdir()
    app = create_app(factories.make_settings(tmp_path / "instance", next(addresses)))
    screening = Screening(device="check", display="record")
    with app.app_context():
        upgrade_database()
        for name, checks in (("noise", Screening()), ("colours", screening)):
            text = factories.study_text(id=name, per_condition=9, screening=checks)
            study = factories.create_study(text, tmp_path / "set").study
            move_study(db.session(), study, "pilot", NOW)
            fill_pilot(study)
            open_study(db.session(), study, None, NOW)
            fill(study)
        db.session.remove()
    yield app
    with app.app_context():
        db.engine.dispose()
    next(addresses, None)


def fill_pilot(study: Study) -> None:
    """Two people of whom one is erased: nothing of them is in the study's own record."""
    session = db.session()
    count(session, study, "invitation")
    for number in range(2):
        row_id = enrol(study, f"{study.code} pilot {number}")
    erasure.erase(session, session.get_one(StudySession, row_id), "participant", NOW)


def fill(study: Study) -> None:
    session = db.session()
    for simulated in (False, False, True):
        count(session, study, "invitation", simulated=simulated)
    count(session, study, "refused-full")
    people = [enrol(study, f"{study.code} {number}") for number in range(4)]
    for row_id, names in zip(people, (("device", "display"), ("device",), (), ()), strict=True):
        for name in names:
            session.add(
                ScreeningCheck(
                    study_session_id=row_id,
                    name=name,
                    passed=True,
                    details={},
                    started_at=NOW,
                    done_at=NOW,
                )
            )
    session.execute(
        sa.update(StudySession)
        .where(StudySession.id == people[2])
        .values(state="withdrawn", withdrawn_at=NOW)
    )
    session.commit()
    erasure.erase(session, session.get_one(StudySession, people[3]), "participant", NOW)


def enrol(study: Study, key: str) -> int:
    return enrolment.enrol(db.session(), study.code, enrolment.Applicant(key), NOW).id


def address_of(app: flask.Flask) -> str:
    with app.app_context():
        return db.engine.url.render_as_string(hide_password=False)


@pytest.mark.parametrize("study", ["colours", "noise"])
def test_the_database_tells_what_its_export_tells(
    used_app: flask.Flask, tmp_path: Path, study: str
) -> None:
    with used_app.app_context():
        session = db.session()
        export.export_study(session, find_study(session, study), tmp_path / "out")
        db.session.remove()

    record = read_database_record(address_of(used_app), study)

    exported = read_participants(tmp_path / "out")
    assert exported is not None
    assert record.participants is not None
    assert record.participants.equals(exported[list(COLUMNS)])
    recorded = read_recorded_flow(tmp_path / "out")
    assert recorded is not None
    assert record.flow is not None
    assert record.flow.erased == recorded.erased == ("full",)
    assert record.flow.turned_away == recorded.turned_away == {"refused, all places taken": 1}
    assert record.flow.steps["invitation"] == recorded.steps["invitation"] == 3
    assert record.flow.has_checks == recorded.has_checks == (study == "colours")
    screened = [bool(cell) for cell in record.participants["screened_at"]]
    assert screened == [study == "colours", False, False]


def test_an_old_database_gives_nothing(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE study (id INTEGER, code TEXT, source TEXT)")
    connection.execute("INSERT INTO study VALUES (1, 'colours', '')")
    connection.commit()
    connection.close()

    assert read_database_record(f"sqlite:///{path}") == DatabaseRecord()


def test_no_database_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(TrialTableError, match="there is no such file"):
        read_database_record(f"sqlite:///{tmp_path / 'none.sqlite'}")
