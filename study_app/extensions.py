"""The database and its migrations, as extensions of the Flask app; no tables, no queries."""

import math
import select
import sqlite3
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any, ClassVar

import alembic.command
import flask
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_babel import Babel
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect, same_origin
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

MIGRATIONS_DIR = Path(__file__).resolve().parent.parent / "migrations"
BUSY_TIMEOUT_MS = 20_000
DETAILS_OF_POSTGRESQL = "\nDETAIL:"
# Nobody waits long for the log to be written over: the next one who can does it.
CHECKPOINT_TIMEOUT_MS = 1_000
MOST_TOKENS_KNOWN = 4_096
USED_AT = "used_at"
LOOK_AFTER_S = 1.0

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of all tables: every constraint has a name, so that migrations can change it."""

    metadata = sa.MetaData(naming_convention=NAMING_CONVENTION)
    # Said outright, because SQLAlchemy 2.0 and 2.1 choose differently.
    type_annotation_map: ClassVar[dict[type, sa.types.TypeEngine[Any]]] = {float: sa.Double()}


class StudyCsrf(CSRFProtect):  # type: ignore[misc] # the library is untyped
    """Form protection; a page's token is the same for all its answers, and proved once.

    What is not known, or comes over HTTPS from elsewhere, goes the library's way.
    """

    def __init__(self) -> None:
        super().__init__()
        # Tokens that were found good, each with the secret of the cookie it came with, and with
        # the key that signs both.
        self._proved: OrderedDict[tuple[object, ...], None] = OrderedDict()

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse a form, or an answer, without the token that its page was given."""
        token = flask.request.headers.get("X-CSRFToken", "")
        secret = flask.session.get("csrf_token", "")
        pair = (token, secret, flask.current_app.secret_key)
        if pair in self._proved and _is_of_this_site():
            flask.g.csrf_valid = True
            return
        super().protect(apply_exemptions)
        if all(pair) and flask.request.is_json and "csrf_valid" in flask.g:
            self._proved[pair] = None
            if len(self._proved) > MOST_TOKENS_KNOWN:
                self._proved.popitem(last=False)


def _is_of_this_site() -> bool:
    request = flask.request
    good = f"https://{request.host}/"
    return not request.is_secure or bool(request.referrer and same_origin(request.referrer, good))


# The tables derive from Base itself, which type checkers can follow; db shares its metadata.
db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate(directory=str(MIGRATIONS_DIR), render_as_batch=True, compare_type=True)
csrf = StudyCsrf()
babel = Babel()


def init_extensions(app: flask.Flask) -> None:
    """Attach the database, its migrations and the form protection to the app.

    The translations are attached by ``views/language.py``, which knows the language of a page.
    """
    db.init_app(app)
    migrate.init_app(app, db)
    csrf.init_app(app)
    with app.app_context():
        sa.event.listen(db.engine, "handle_error", _leave_out_details)
        if db.engine.dialect.name == "sqlite":
            sa.event.listen(db.engine, "connect", _set_sqlite_pragmas)
            sa.event.listen(db.engine, "begin", _begin_sqlite)
        else:
            sa.event.listen(db.engine, "checkin", _note_use)
            sa.event.listen(db.engine, "checkout", _refuse_ended_connection)


def begin_write(session: Session, *, durable: bool = True) -> None:
    """Start a transaction that writes: on SQLite it takes the write lock at once.

    A transaction that reads first and writes later cannot wait for another writer on SQLite: it
    fails. Reads made before in the same request are over; their objects load again when used.

    Args:
        session: without changes.
        durable: wait until what is written is on the disk; else a power failure, though no crash
            of the server, may lose it. What participants are told is stored is always durable.
    """
    assert not session.new, "a write transaction starts with clean objects"
    assert not session.dirty, "a write transaction starts with clean objects"
    if session.in_transaction():
        session.rollback()
    session.connection(execution_options={"sqlite_write": "FULL" if durable else "NORMAL"})


def overwrite_deleted(session: Session) -> None:
    """Write what was just deleted over in SQLite's write-ahead log too; after the commit.

    The database file itself is written over by ``secure_delete``. While others read or write, the
    log keeps its old pages until a later checkpoint. PostgreSQL does this by vacuuming.
    """
    engine = session.get_bind().engine
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {CHECKPOINT_TIMEOUT_MS}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.fetchall()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    finally:
        connection.close()


def upgrade_database() -> None:
    """Bring the database to the newest migration; needs the app's context."""
    config = flask.current_app.extensions["migrate"].migrate.get_config()
    alembic.command.upgrade(config, "head")


def is_database_current() -> bool:
    """Say whether the database is at the newest migration; needs the app's context."""
    config = flask.current_app.extensions["migrate"].migrate.get_config()
    newest = ScriptDirectory.from_config(config).get_current_head()
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest


def _leave_out_details(context: sa.engine.ExceptionContext) -> None:
    """Keep what a row holds out of errors and logs: PostgreSQL tells it after the reason."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args and isinstance(error.args[0], str):
            reason, *_ = error.args[0].partition(DETAILS_OF_POSTGRESQL)
            error.args = (reason, *error.args[1:])


def _set_sqlite_pragmas(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)
    # The driver starts no transaction of its own: _begin_sqlite does.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    # FULL: a response is on the disk before it is acknowledged, also if the power goes.
    connection.execute("PRAGMA synchronous = FULL")
    # What is deleted or changed is written over, so that an erased person is not in the file.
    connection.execute("PRAGMA secure_delete = ON")


def _note_use(_connection: Any, entry: ConnectionPoolEntry) -> None:
    entry.info[USED_AT] = time.monotonic()


def _refuse_ended_connection(
    connection: Any, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection
) -> None:
    """Let the pool connect anew where a server that was restarted has ended its connections.

    A connection without a question has nothing to read, unless the server said good-bye. To look
    costs a call of the system, which is saved where the connection has just been used; to ask, as
    ``pool_pre_ping`` does, costs as much as a statement.
    """
    if time.monotonic() - entry.info.get(USED_AT, -math.inf) < LOOK_AFTER_S:
        return
    if has_ended(connection):
        raise InvalidatePoolError


def has_ended(connection: Any) -> bool:
    """Tell whether the server has said good-bye on a connection of psycopg without a question."""
    waiting = select.poll()
    waiting.register(connection.pgconn.socket, select.POLLIN)
    return bool(waiting.poll(0))


def _begin_sqlite(connection: sa.Connection) -> None:
    synchronous = connection.get_execution_options().get("sqlite_write")
    if synchronous is None:
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql(f"PRAGMA synchronous = {synchronous}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
