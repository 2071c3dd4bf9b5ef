"""A migrated database, a stimulus set and a study, each test with its own copy."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import flask
import pytest

from study_app import create_app
from study_app.catalog import find_study
from study_app.extensions import db, upgrade_database
from study_app.study_moves import open_study
from tests.study_app import factories
from tests.study_app.databases import Databases, app_on_copy, databases_of


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """New databases and copies of filled ones, of the kind chosen with ``--database``."""
    with databases_of(request.config.option.database) as found:
        yield found


@pytest.fixture(scope="session")
def migrated_database(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database at the newest migration, copied by every test."""
    folder = tmp_path_factory.mktemp("migrated")
    address = databases.new(folder)
    app = create_app(factories.make_settings(folder, address))
    with app.app_context():
        upgrade_database()
        db.engine.dispose()
    return address


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


@pytest.fixture(scope="session")
def opened_database(
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
    migrated_database: str,
    set_folder: Path,
) -> str:
    """The address of one with the open study ``colours`` of 2 + 8 trials, and a draft ``noise``."""
    folder = tmp_path_factory.mktemp("opened")
    address = databases.copy(migrated_database, folder)
    app = create_app(factories.make_settings(folder, address))
    with app.app_context():
        factories.create_study(factories.study_text(id="noise"), set_folder)
        factories.create_study(factories.study_text(), set_folder)
        open_study(db.session(), find_study(db.session(), "colours"), None, factories.NOW)
        db.session.remove()
        db.engine.dispose()
    return address


@pytest.fixture
def app_on(databases: Databases, tmp_path: Path) -> Iterator[Callable[[str], flask.Flask]]:
    """Make the web study on a copy of a database."""
    with ExitStack() as stack:

        def make(database: str) -> flask.Flask:
            instance = tmp_path / "instance"
            instance.mkdir()
            return stack.enter_context(app_on_copy(databases, database, instance))

        yield make


@pytest.fixture
def app(app_on: Callable[[str], flask.Flask], migrated_database: str) -> flask.Flask:
    """The web study on its own database, without a study."""
    return app_on(migrated_database)


@pytest.fixture
def context(app: flask.Flask) -> Iterator[None]:
    """The context of the web study without a study."""
    with app.app_context():
        yield


@pytest.fixture
def own_set(tmp_path: Path, set_folder: Path) -> Path:
    """A copy of the set that a test may spoil."""
    return shutil.copytree(set_folder, tmp_path / "own set")


@pytest.fixture
def open_app(app_on: Callable[[str], flask.Flask], opened_database: str) -> flask.Flask:
    """The web study with one open study ``colours`` of 2 + 8 trials, and a draft beside it."""
    return app_on(opened_database)


@pytest.fixture
def browser(open_app: flask.Flask) -> factories.Browser:
    """A browser that has not been here."""
    return factories.Browser(open_app)


@pytest.fixture
def participant(browser: factories.Browser) -> factories.Browser:
    """A browser that has consented."""
    assert browser.consent().status_code == 302
    return browser


GERMAN_WORDING = """
[wording.en]
invitation = "Bring your glasses."
[wording.de]
title = "Farben"
consent = "Sie nehmen freiwillig teil."
"""


@pytest.fixture
def app_with(app: flask.Flask, set_folder: Path) -> Callable[..., flask.Flask]:
    """Open the study ``two-languages``: its languages, further tables, its recruiter's kind."""

    def make(offered: str, wording: str, recruiter: str = 'kind = "link"') -> flask.Flask:
        text = factories.study_text(id="two-languages")
        text = text.replace('kind = "link"', recruiter)
        source = text.replace('offered = ["en"]', f"offered = {offered}") + wording
        with app.app_context():
            factories.create_study(source, set_folder)
            study = find_study(db.session(), "two-languages")
            open_study(db.session(), study, None, factories.NOW)
        return app

    return make


@pytest.fixture
def two_languages(app_with: Callable[..., flask.Flask]) -> flask.Flask:
    """The web study with one open study, ``two-languages``, in English and German."""
    return app_with('["en", "de"]', GERMAN_WORDING)
