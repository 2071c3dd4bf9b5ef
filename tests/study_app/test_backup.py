"""What comes back from a backup is what was there, whoever wrote meanwhile."""

import sqlite3
import subprocess
import threading
from contextlib import closing, contextmanager

import pytest
import sqlalchemy as sa

from study_app import create_app
from study_app.backup import back_up
from study_app.catalog import find_study
from study_app.errors import BackupError
from study_app.export import export_study
from study_app.extensions import db, is_database_current
from study_app.models import Response
from study_app.study_moves import open_study
from tests.postgres import database_of_kind
from tests.study_app import factories
from tests.study_app.factories import NOW, Browser

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def used_app(kind, tmp_path, set_folder):
    """The open study ``colours``, with one who finished and one half-way, and a draft beside it."""
    with (
        database_of_kind("sqlite" if kind == "sqlite" else "postgres") as url,
        factories.app_with_studies(tmp_path, url, set_folder, "noise") as app,
    ):
        people = [Browser(app) for _ in range(2)]
        for number, browser in enumerate(people):
            browser.consent(participant=f"person {number}")
        people[0].answer_all()
        people[1].answer_next()
        yield app


@contextmanager
def restored(kind, path, folder):
    """The web study on what came back from a backup, in a database of its own."""
    with database_of_kind("sqlite" if kind == "sqlite" else "postgres") as url:
        if kind == "postgresql":
            address = sa.make_url(url)
            subprocess.run(
                ["pg_restore", "--no-owner", "--exit-on-error", "--host", address.host,
                 "--port", str(address.port), "--username", address.username,
                 "--dbname", address.database, str(path)],
                check=True,
            )  # fmt: skip
        settings = factories.make_settings(folder, url or f"sqlite:///{path}")
        app = create_app(settings)
        yield app
        with app.app_context():
            db.engine.dispose()


def exported(app, folder):
    """Give the bytes of every file of an export."""
    with app.app_context():
        export_study(db.session(), find_study(db.session(), "colours"), folder)
        db.session.remove()
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def write_backup(app, path):
    with app.app_context():
        back_up(db.engine, path)


def test_what_comes_back_exports_the_same_bytes(used_app, kind, tmp_path):
    path = tmp_path / "backup"

    write_backup(used_app, path)

    with restored(kind, path, tmp_path) as app:
        with app.app_context():
            assert is_database_current()
        assert exported(app, tmp_path / "after") == exported(used_app, tmp_path / "before")
    assert (path.stat().st_mode & 0o777) == 0o600
    assert [entry.name for entry in tmp_path.glob(".backup*")] == []


def test_an_answer_acknowledged_before_the_copy_is_in_it(used_app, kind, tmp_path, set_folder):
    """Others go on writing all the time; each copy is whole and has what came before it."""
    path = tmp_path / "backup"
    acknowledged, stop = [], threading.Event()

    def take_part():
        while not stop.is_set():
            browser = Browser(used_app)
            browser.consent("crowd")
            while not stop.is_set() and browser.next_trial()["state"] == "trial":
                browser.answer_next()
                acknowledged.append(1)

    with used_app.app_context():
        crowd = factories.study_text(
            id="crowd", per_condition=1000
        )  # places until the copy is made
        open_study(db.session(), factories.create_study(crowd, set_folder).study, None, NOW)
        n_before = db.session.query(Response).count()
        db.session.remove()
    writer = threading.Thread(target=take_part)
    writer.start()
    while len(acknowledged) < 3:
        assert writer.is_alive()
    n_at_least = n_before + len(acknowledged)
    write_backup(used_app, path)
    n_at_most = n_before + len(acknowledged) + 1  # one may be stored and not acknowledged yet
    stop.set()
    writer.join()

    with restored(kind, path, tmp_path) as app, app.app_context():
        assert n_at_least <= db.session.query(Response).count() <= n_at_most


def test_a_copy_of_sqlite_is_one_file(tmp_path, set_folder):
    with factories.app_with_studies(tmp_path, None, set_folder) as app:
        write_backup(app, tmp_path / "copy.sqlite")

    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert copy.execute("SELECT count(*) FROM study").fetchone() == (1,)
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy.sqlite"]


def test_a_damaged_database_makes_no_backup(tmp_path, set_folder):
    with factories.app_with_studies(tmp_path, None, set_folder) as app, app.app_context():
        db.session.execute(sa.text("PRAGMA foreign_keys = OFF"))
        with db.engine.raw_connection() as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            connection.execute("UPDATE participant SET study_id = 99")
            connection.execute("UPDATE study_stimulus_set SET study_id = 99")
            connection.commit()

        with pytest.raises(BackupError, match="damaged"):
            back_up(db.engine, tmp_path / "backup")

    assert list(tmp_path.glob("*backup*")) == []


def test_a_folder_that_is_not_there_is_named(tmp_path, set_folder):
    missing = r"nowhere/backup: cannot be written: No such file"
    with (
        factories.app_with_studies(tmp_path, None, set_folder) as app,
        pytest.raises(BackupError, match=missing),
    ):
        write_backup(app, tmp_path / "nowhere" / "backup")


@pytest.mark.parametrize("kind", KINDS[1:], indirect=True)
def test_without_the_programs_of_postgresql_it_says_so(used_app, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(BackupError, match="pg_dump is not installed"):
        write_backup(used_app, tmp_path / "backup")

    assert not (tmp_path / "backup").exists()


@pytest.mark.parametrize("kind", KINDS[1:], indirect=True)
def test_a_dump_that_fails_says_why_without_the_password(used_app, tmp_path):
    with used_app.app_context():
        url = db.engine.url.set(database="nobody", password="hidden")
        engine = sa.create_engine(url)
    with pytest.raises(BackupError, match=r'pg_dump failed: .*"nobody" does not exist') as error:
        back_up(engine, tmp_path / "backup")

    assert "hidden" not in str(error.value)
    assert not (tmp_path / "backup").exists()
