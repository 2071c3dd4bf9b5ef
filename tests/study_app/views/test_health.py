import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from study_app import create_app
from study_app.extensions import db
from tests.study_app import factories


def test_a_worker_is_alive_whatever_the_database_says(open_app, browser):
    with open_app.app_context():
        db.session.execute(sa.text("DROP TABLE response"))
        db.session.commit()

    answer = browser.client.get("/healthz")

    assert (answer.status_code, answer.text) == (200, "alive\n")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_neither_sets_a_cookie_nor_is_kept(browser, path):
    headers = browser.client.get(path).headers

    assert "Set-Cookie" not in headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Type"] == "text/plain; charset=utf-8"


def test_a_server_with_its_studies_is_ready(browser):
    answer = browser.client.get("/readyz")

    assert (answer.status_code, answer.text) == (200, "ready\n")


def test_an_old_database_is_not_ready_and_the_log_says_why(open_app, browser, caplog):
    with open_app.app_context():
        db.session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
        db.session.commit()

    answer = browser.client.get("/readyz")

    assert (answer.status_code, answer.text) == (503, "not ready\n")
    assert "not at the newest migration" in caplog.text


def test_without_its_server_of_databases_it_is_not_ready(tmp_path, caplog):
    nobody = "postgresql+psycopg://root@127.0.0.1:9/nothing"
    app = create_app(factories.make_settings(tmp_path, nobody))

    answer = app.test_client().get("/readyz")

    assert (answer.status_code, answer.text) == (503, "not ready\n")
    assert "cannot be used: OperationalError" in caplog.text


@pytest.mark.sqlite
def test_without_a_database_it_is_not_ready(open_app, browser, caplog):
    with open_app.app_context():
        path = Path(db.engine.url.database)
        db.engine.dispose()
    path.write_bytes(b"no database at all, but long enough to be one" * 100)

    answer = browser.client.get("/readyz")

    assert (answer.status_code, answer.text) == (503, "not ready\n")
    assert "cannot be used: DatabaseError" in caplog.text


def test_without_the_images_of_an_open_study_it_is_not_ready(browser, set_folder, tmp_path, caplog):
    moved = shutil.move(set_folder, tmp_path / "moved")
    try:
        answer = browser.client.get("/readyz")
    finally:
        shutil.move(moved, set_folder)

    assert (answer.status_code, answer.text) == (503, "not ready\n")
    assert str(set_folder) in caplog.text
    assert str(set_folder) not in answer.text
