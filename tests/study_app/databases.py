"""The kind of database that a run of the tests uses: new ones, and copies of one that is filled.

A copy costs a test some milliseconds on SQLite, where it is a file, and some hundredths of a
second on PostgreSQL, where its rows are copied; bringing each one up by migrations costs seconds.
"""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import flask
import psycopg
import sqlalchemy as sa

from study_app import create_app
from study_app.extensions import db
from tests.postgres import URL, connect
from tests.study_app.factories import make_settings

FILE_NAME = "study.sqlite"
COPIES_BETWEEN_VACUUMS = 25
TABLES = ("alembic_version", *(table.name for table in db.metadata.sorted_tables))
COUNTED = tuple(
    table.name for table in db.metadata.sorted_tables if table.autoincrement_column is not None
)
EMPTY = "DELETE FROM {table}"
COUNT_ON = (
    "SELECT setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 0) + 1, false)"
    " FROM {table}"
)
TERMINATE_OTHERS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
Rows = dict[str, bytes]


class Databases(Protocol):
    """Databases of one kind, named by their addresses."""

    def new(self, folder: Path) -> str:
        """Make an empty database; one that is a file lies in the folder."""

    def copy(self, address: str, folder: Path) -> str:
        """Copy a database to which nobody is connected."""

    def drop(self, address: str) -> None:
        """Remove a database that is not needed any more."""


class SqliteFiles:
    """Files; they go with the folders of their tests."""

    def new(self, folder: Path) -> str:
        """Name a file that SQLite makes when it is used."""
        return f"sqlite:///{folder / FILE_NAME}"

    def copy(self, address: str, folder: Path) -> str:
        """Copy a file."""
        shutil.copy(str(sa.make_url(address).database), folder / FILE_NAME)
        return self.new(folder)

    def drop(self, address: str) -> None:
        """Leave the file to pytest."""


class PostgresDatabases:
    """Databases of a server: few, that are emptied and filled again for the next test.

    To create and drop one makes the server write everything to the disk each time, which takes ten
    times as long as to delete and copy the few rows of a test.
    """

    def __init__(self, server: psycopg.Connection) -> None:
        self._server = server
        self._made: set[str] = set()
        self._filled: dict[str, Rows] = {}
        self._free: list[str] = []
        self._in_use: set[str] = set()
        self._n_copies = 0

    def new(self, folder: Path) -> str:  # noqa: ARG002 - nothing lies in it
        """Make an empty database."""
        return self._create("")

    def copy(self, address: str, folder: Path) -> str:  # noqa: ARG002 - nothing lies in it
        """Fill a database that no test uses with the rows of another one of the same tables."""
        if address not in self._filled:
            with _connect_to(address) as source:
                self._filled[address] = _read_rows(source)
        copy = self._free.pop() if self._free else self._create(_as_template(address))
        self._n_copies += 1
        try:
            self._fill(copy, self._filled[address])
        except psycopg.errors.UndefinedTable:  # a test removed it
            self.drop(copy)
            copy = self._create(_as_template(address))
        self._in_use.add(copy)
        return copy

    def drop(self, address: str) -> None:
        """Keep a copy for the next test; drop any other, whoever is connected to it."""
        if address in self._in_use:
            self._in_use.remove(address)
            self._free.append(address)
        else:
            self._server.execute(f"DROP DATABASE {_name(address)} WITH (FORCE)")
            self._made.remove(address)

    def drop_all(self) -> None:
        """Drop what was made and is still there."""
        self._in_use.clear()
        for address in tuple(self._made):
            self.drop(address)

    def _fill(self, address: str, rows: Rows) -> None:
        with _connect_to(address) as target:
            _replace_rows(target, rows)
            if self._n_copies % COPIES_BETWEEN_VACUUMS == 0:
                target.execute("VACUUM ANALYZE")

    def _create(self, how: str) -> str:
        name = f"ctt_{secrets.token_hex(6)}"
        self._server.execute(f"CREATE DATABASE {name}{how}")
        # What a test stores need not survive the server.
        self._server.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        self._made.add(URL + name)
        return URL + name


@contextmanager
def app_on_copy(databases: Databases, address: str, folder: Path) -> Iterator[flask.Flask]:
    """Give the web study on a copy of a database, with a folder as its instance."""
    copy = databases.copy(address, folder)
    app = create_app(make_settings(folder, copy))
    app.testing = True
    yield app
    with app.app_context():
        db.engine.dispose()
    databases.drop(copy)


@contextmanager
def databases_of(kind: str) -> Iterator[Databases]:
    """Give databases of a kind; skip, or fail where services are required, if there are none."""
    if kind == "sqlite":
        yield SqliteFiles()
        return
    with connect() as server:
        databases = PostgresDatabases(server)
        try:
            yield databases
        finally:
            databases.drop_all()


def _as_template(address: str) -> str:
    return f" TEMPLATE {_name(address)}"


def _name(address: str) -> str:
    return str(sa.make_url(address).database)


def _connect_to(address: str) -> psycopg.Connection:
    return psycopg.connect(address.replace("+psycopg", "", 1), autocommit=True)


def _read_rows(source: psycopg.Connection) -> Rows:
    """Give the rows of every table, as PostgreSQL copies them."""
    rows = {}
    for table in TABLES:
        with source.cursor().copy(f"COPY {table} TO STDOUT") as copied:
            rows[table] = b"".join(bytes(part) for part in copied)
    return rows


def _replace_rows(target: psycopg.Connection, rows: Rows) -> None:
    """Leave nothing of an earlier test, not even the numbers it has counted to."""
    target.execute(TERMINATE_OTHERS)
    target.execute("SET session_replication_role = replica")  # rows may come in any order
    with target.transaction():
        target.execute("; ".join(EMPTY.format(table=table) for table in TABLES))
        for table, copied in rows.items():
            if copied:
                with target.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(copied)
        target.execute("; ".join(COUNT_ON.format(table=table) for table in COUNTED))
