"""A migrated database, a stimulus set and a study, each test with its own copy."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import flask
import pytest

from study_app import create_app
from study_app.catalog import find_study, open_study
from study_app.extensions import db, upgrade_database
from tests.study_app import factories


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest migration, copied by every test."""
    folder = tmp_path_factory.mktemp("migrated")
    app = create_app(factories.make_settings(folder))
    with app.app_context():
        upgrade_database()
        db.engine.dispose()
    return folder / "study.sqlite"


@pytest.fixture(scope="session")
def set_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stimulus set of 60 photos with one tested condition, random and real; read-only."""
    folder = tmp_path_factory.mktemp("sets") / "set"
    factories.build_set(folder, 60, {"full": "weights", "random": "random", "real": "real"})
    return folder


@pytest.fixture(scope="session")
def two_condition_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stimulus set with two tested conditions and random; read-only."""
    folder = tmp_path_factory.mktemp("sets") / "two"
    factories.build_set(folder, 60, {"full": "weights", "l2": "folder", "random": "random"})
    return folder


@pytest.fixture
def app(tmp_path: Path, migrated_database: Path) -> Iterator[flask.Flask]:
    """The web study on its own SQLite file, without a study."""
    instance = tmp_path / "instance"
    instance.mkdir()
    shutil.copy(migrated_database, instance / "study.sqlite")
    app = create_app(factories.make_settings(instance))
    app.testing = True
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def open_app(app: flask.Flask, set_folder: Path) -> flask.Flask:
    """The web study with one open study ``colours`` of 2 + 8 trials, and a draft beside it."""
    with app.app_context():
        factories.create_study(factories.study_text(id="noise"), set_folder)
        factories.create_study(factories.study_text(), set_folder)
        open_study(db.session(), find_study(db.session(), "colours"), None, factories.NOW)
    return app


@pytest.fixture
def browser(open_app: flask.Flask) -> factories.Browser:
    return factories.Browser(open_app)


@pytest.fixture
def participant(browser: factories.Browser) -> factories.Browser:
    """A browser that has consented."""
    assert browser.consent().status_code == 302
    return browser
