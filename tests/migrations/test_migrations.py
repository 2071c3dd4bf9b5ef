"""Up and down with rows in the tables, on SQLite and on PostgreSQL; the end is what models say."""

import contextvars
from dataclasses import replace

import alembic.autogenerate
import alembic.command
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory

from study_app import create_app
from study_app.catalog import find_study
from study_app.export import export_study
from study_app.extensions import MIGRATIONS_DIR, db, upgrade_database
from study_app.models import Participant, StudySession
from study_app.person_hash import person_hash
from tests.postgres import own_database
from tests.study_app import factories
from tests.study_app.factories import Browser

TABLES = {
    "stimulus_set",
    "condition",
    "stimulus_pair",
    "study",
    "study_stimulus_set",
    "participant",
    "study_session",
    "trial",
    "response",
}
# Rows come into these by other ways than a participant half-way.
ALSO = {
    "screening_check",
    "question_answer",
    "flow_count",
    "erasure",
    "desk_password",
    "desk_login",
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def app(request, tmp_path):
    """The web study on an empty database, in its context."""
    addresses = own_database() if request.param == "postgresql" else iter([None])
    url = next(addresses)
    app = create_app(factories.make_settings(tmp_path, url))
    app.testing = True
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    next(addresses, None)


def config_of(app):
    return app.extensions["migrate"].migrate.get_config()


def tables():
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def fill(app, folder):
    """One participant half-way through a study: a row in every table."""
    factories.build_set(folder, 20)
    factories.create_study(factories.study_text(), folder)
    db.session.execute(sa.text("UPDATE study SET state = 'open'"))
    db.session.commit()
    # Outside of the test's context: a request would share what the test's context remembers.
    contextvars.Context().run(take_part, app)


def take_part(app):
    browser = Browser(app)
    assert browser.consent().status_code == 302
    for _ in range(4):
        browser.answer_next()


def counts():
    return {
        table: db.session.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar()  # noqa: S608
        for table in TABLES
    }


@pytest.mark.usefixtures("app")
def test_the_newest_migration_makes_what_the_models_say():
    upgrade_database()

    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = alembic.autogenerate.compare_metadata(context, db.metadata)

    assert tables() == TABLES | ALSO
    assert differences == []


@pytest.mark.usefixtures("app")
def test_every_named_constraint_of_the_models_is_in_the_database():
    upgrade_database()
    inspector = sa.inspect(db.engine)

    for table in db.metadata.sorted_tables:
        wanted = {str(c.name) for c in table.constraints if isinstance(c, sa.CheckConstraint)}
        assert {c["name"] for c in inspector.get_check_constraints(table.name)} == wanted
        keys = {str(c.name) for c in table.foreign_key_constraints}
        assert {k["name"] for k in inspector.get_foreign_keys(table.name)} == keys


def test_a_database_in_use_survives_another_upgrade(app, tmp_path):
    upgrade_database()
    fill(app, tmp_path / "set")
    before = counts()

    db.session.remove()
    upgrade_database()

    assert counts() == before
    assert all(n > 0 for n in before.values())


def rows_of_all_tables():
    """Give every row as it is stored, by table; each is the values by the names of its columns."""
    db.session.remove()
    with db.engine.connect() as connection:
        return {
            table: [
                dict(row._mapping)
                for row in connection.execute(sa.text(f"SELECT * FROM {table} ORDER BY id"))  # noqa: S608
            ]
            for table in tables()
        }


def test_rows_of_each_earlier_revision_come_up_unchanged(app, tmp_path):
    """From every revision there ever was, with a participant half-way, to the newest one."""
    upgrade_database()
    fill(app, tmp_path / "set")
    script = ScriptDirectory.from_config(config_of(app))
    revisions = [revision.revision for revision in script.walk_revisions()][1:]
    assert len(revisions) >= 3

    for revision in revisions:
        db.session.remove()
        alembic.command.downgrade(config_of(app), revision)
        before = rows_of_all_tables()
        upgrade_database()
        after = rows_of_all_tables()

        assert sum(map(len, before.values())) > 50
        for table, rows in before.items():
            kept = [{name: row[name] for name in old} for row, old in zip(after[table], rows)]  # noqa: B905
            assert kept == rows, f"{table} from {revision}"
        with app.app_context():
            study = find_study(db.session())
            assert export_study(db.session(), study, tmp_path / revision).n_trials == 10


def test_the_way_down_works_with_rows_in_the_tables_and_up_again(app, tmp_path):
    upgrade_database()
    fill(app, tmp_path / "set")
    db.session.remove()

    alembic.command.downgrade(config_of(app), "base")
    assert tables() == set()

    upgrade_database()
    assert tables() == TABLES | ALSO
    fill(app, tmp_path / "set")


def test_names_stored_before_hashes_are_hashed_once_on_the_way_up(app, tmp_path):
    upgrade_database()
    fill(app, tmp_path / "set")
    alembic.command.downgrade(config_of(app), "0001")
    db.session.execute(sa.text("UPDATE participant SET external_id = 'alice'"))
    db.session.commit()

    upgrade_database()
    once = db.session.scalars(sa.select(Participant.external_id)).all()
    db.session.remove()
    alembic.command.downgrade(config_of(app), "0001")
    upgrade_database()

    assert once == [person_hash(factories.SECRET_KEY, "colours", "alice")]
    assert db.session.scalars(sa.select(Participant.external_id)).all() == once


@pytest.mark.parametrize(
    ("finished", "payment"), [(True, "due"), (False, "none")], ids=["finished", "half-way"]
)
def test_who_finished_and_then_withdrew_is_still_to_be_paid(app, tmp_path, finished, payment):
    upgrade_database()
    fill(app, tmp_path / "set")
    alembic.command.downgrade(config_of(app), "0001")
    ended = ", finished_at = consented_at, completion_code = 'C'" if finished else ""
    withdraw = f"UPDATE study_session SET state = 'withdrawn'{ended}"  # noqa: S608 - no input
    db.session.execute(sa.text(withdraw))
    db.session.commit()

    upgrade_database()

    assert db.session.scalars(sa.select(StudySession.payment)).all() == [payment]


def test_on_the_way_down_a_pilot_is_kept_and_not_taken_for_the_study(app, tmp_path):
    upgrade_database()
    fill(app, tmp_path / "set")
    db.session.execute(sa.text("UPDATE study SET state = 'pilot'"))
    db.session.execute(sa.text("UPDATE study_session SET phase = 'pilot'"))
    db.session.commit()
    db.session.remove()

    alembic.command.downgrade(config_of(app), "0003")
    with db.engine.connect() as connection:
        below = [
            connection.scalar(sa.text(f"SELECT state FROM {table}"))  # noqa: S608 - no input
            for table in ("study", "study_session")
        ]
    upgrade_database()

    assert below == ["draft", "withdrawn"]
    assert counts()["response"] == 4
    assert db.session.scalars(sa.select(StudySession.phase)).all() == ["main"]


def test_each_step_can_be_undone_and_done_again(app):
    script = ScriptDirectory.from_config(config_of(app))
    revisions = [revision.revision for revision in script.walk_revisions()][::-1]

    for revision in revisions:
        alembic.command.upgrade(config_of(app), revision)
        before = tables()
        alembic.command.downgrade(config_of(app), "-1")
        alembic.command.upgrade(config_of(app), revision)
        assert tables() == before


@pytest.mark.usefixtures("app")
def test_a_migration_that_fails_leaves_the_database_as_it_was(monkeypatch):
    """All of a migration happens in one transaction, on SQLite too."""
    make_table = Operations.create_table

    def fail_at_trial(self, name, *args, **kwargs):
        if name == "trial":
            raise RuntimeError("the disk is full")
        return make_table(self, name, *args, **kwargs)

    monkeypatch.setattr(Operations, "create_table", fail_at_trial)
    with pytest.raises(RuntimeError, match="disk is full"):
        upgrade_database()

    assert tables() == set()


@pytest.mark.usefixtures("app")
def test_foreign_keys_are_enforced_again_after_a_migration():
    upgrade_database()

    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.insert(Participant).values(study_id=99, code="a", simulated=False))


def test_migrations_are_numbered_in_one_line(tmp_path):
    app = create_app(replace(factories.make_settings(tmp_path), database_url="sqlite://"))
    with app.app_context():
        script = ScriptDirectory.from_config(config_of(app))
        revisions = [revision.revision for revision in script.walk_revisions()][::-1]

    assert revisions == [f"{number:04}" for number in range(1, len(revisions) + 1)]
    files = sorted(path.name for path in (MIGRATIONS_DIR / "versions").glob("*.py"))
    assert [name[:4] for name in files] == revisions
