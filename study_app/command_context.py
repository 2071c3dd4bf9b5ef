"""What the ``study-app`` commands share: the instance, its database, and the study meant."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import click
import flask
import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app import catalog, create_app
from study_app.config import Settings, load_settings, place_of_setting
from study_app.errors import ConfigError
from study_app.extensions import db, is_database_current
from study_app.models import Study

STUDY = click.option(
    "--study", "study_code", metavar="ID", help="Needed when the database holds several studies."
)


@contextlib.contextmanager
def app_context(settings: Settings) -> Iterator[flask.Flask]:
    """Give the web study with a database to use, and let go of the database afterwards."""
    app = _app(settings)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


@contextlib.contextmanager
def stored_study(study_code: str | None) -> Iterator[tuple[Session, Study]]:
    """Give a study of this instance with a session on its database.

    Raises:
        ConfigError: there is no database, or an old one.
        UnknownStudy: there is no such study.
    """
    with app_context(load_settings()):
        check_database()
        session = db.session()
        yield session, catalog.find_study(session, study_code)


def check_database() -> None:
    """Check that there is a database at the newest migration, without making one."""
    url = db.engine.url
    file = url.database if url.get_backend_name() == "sqlite" else None
    if (file and not Path(file).exists()) or not is_database_current():
        raise ConfigError(
            f"the database {url.render_as_string()} is not there or not at the newest migration;"
            " study-app create STUDY.TOML --set SET brings it there"
        )


def _app(settings: Settings) -> flask.Flask:
    """Make the web study and say in one line if its database cannot be used at all."""
    try:
        settings.instance_path.mkdir(parents=True, exist_ok=True)
        return create_app(settings)
    except (sa.exc.ArgumentError, ImportError) as error:
        raise ConfigError(f"{place_of_setting(settings, 'database_url')}: {error}") from None
    except OSError as error:
        raise ConfigError(f"{settings.instance_path}: {error.strerror}") from None
