"""Run migrations on the app's own engine, inside one transaction on every database."""

import sqlite3

import sqlalchemy as sa
from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection

from study_app import desk_models, models  # noqa: F401 - fill the metadata
from study_app.extensions import db


def run_migrations(connection: Connection) -> None:
    options = current_app.extensions["migrate"].configure_args
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        # SQLite can change its schema inside a transaction; Alembic is careful for old drivers.
        transactional_ddl=True,
        **options,
    )
    with context.begin_transaction():
        context.run_migrations()


def migrate_sqlite(connection: Connection) -> None:
    """Migrate without enforcing foreign keys, which a rebuilt table would break; check after."""
    driver = connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        run_migrations(connection)
        broken = driver.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise sa.exc.IntegrityError("foreign keys are broken", broken, Exception(broken[0]))
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


with db.engine.connect() as open_connection:
    if open_connection.dialect.name == "sqlite":
        migrate_sqlite(open_connection)
    else:
        run_migrations(open_connection)
