"""Statements that SQLAlchemy compiles once and the driver runs: for what every trial asks.

SQLAlchemy's own way from a statement to its rows costs several times what the database needs for a
row that it finds by a key. Here that way is gone once, when the server starts.

Place on the data's path: ``plain_trials.py`` states what is run; what is rare goes through
sessions.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from study_app.idle_connections import IdleConnections

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Prepared:
    """A compiled statement.

    Attributes:
        sql: in the words of the database, with the driver's place-holders.
        constants: values that the statement itself brings along.
        converters: of values, where the driver does not take them as they are.
        order: of the values, where place-holders have no names.
    """

    sql: str
    constants: Mapping[str, Any]
    converters: Mapping[str, Any]
    order: Sequence[str] | None

    def bound(self, values: Mapping[str, Any]) -> Any:
        """Give the values in the form that the driver wants; more may be given than it needs."""
        whole = {**self.constants, **values}
        for name, convert in self.converters.items():
            whole[name] = convert(whole[name])
        return whole if self.order is None else [whole[name] for name in self.order]


class PreparedConnection:
    """A connection of the driver, for prepared statements.

    Outside a transaction each statement is one of its own.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def first(self, statement: Prepared, values: Mapping[str, Any]) -> Row | None:
        """Run a statement that gives rows; gives the first one, None where there is none."""
        # All rows are taken: SQLite ends a statement, and its transaction, with the last one.
        rows = self._connection.execute(statement.sql, statement.bound(values)).fetchall()
        return rows[0] if rows else None

    def command(self, sql: str) -> None:
        """Run what has no parameters and no rows."""
        self._connection.execute(sql)


class Driver:
    """Gives connections from the engine's pool to prepared statements."""

    def __init__(self, engine: sa.Engine) -> None:
        """Take an engine of SQLite or PostgreSQL."""
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._engine = engine
        # SQLite's driver begins nothing by itself: extensions.py.
        self._idle = None if self.is_sqlite else IdleConnections(engine)
        self._dialect = engine.dialect
        self.Error: type[Exception] = engine.dialect.loaded_dbapi.Error

    def prepare(self, statement: sa.ClauseElement) -> Prepared:
        """Compile a statement for this database; its named parameters are given when it runs."""
        dialect = self._dialect
        compiled: Any = statement.compile(dialect=dialect)
        named = {name: bind for bind, name in compiled.bind_names.items()}
        converters = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in named.items()
        }
        return Prepared(
            sql=compiled.string,
            constants={name: bind.value for name, bind in named.items() if not bind.required},
            converters={name: found for name, found in converters.items() if found is not None},
            order=tuple(compiled.positiontup) if compiled.positional else None,
        )

    @contextmanager
    def reading(self) -> Iterator[PreparedConnection]:
        """Give a connection for statements that only read."""
        with self._from_pool() as connection:
            yield PreparedConnection(connection)

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[PreparedConnection]:
        """Give a connection for statements that write, each as a transaction of its own.

        On SQLite each takes the write lock by itself, and waits for it.

        Args:
            durable: wait until what is written is on the disk; as of ``extensions.begin_write``.
        """
        with self._from_pool() as connection:
            if self.is_sqlite:
                connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            yield PreparedConnection(connection)

    @contextmanager
    def transaction(self) -> Iterator[PreparedConnection]:
        """Run several statements of SQLite as one durable transaction, committed at the end.

        An error takes back what was written; so does ``GiveUp``, which ends here.
        """
        with self.writing() as connection:
            connection.command("BEGIN IMMEDIATE")
            try:
                yield connection
            except self.Error:
                raise  # the connection is closed, which takes back everything
            except GiveUp:
                connection.command("ROLLBACK")
            except BaseException:
                connection.command("ROLLBACK")
                raise
            else:
                connection.command("COMMIT")

    def _from_pool(self) -> AbstractContextManager[Any]:
        return self._from_engine() if self._idle is None else self._idle.one()

    @contextmanager
    def _from_engine(self) -> Iterator[Any]:
        pooled = self._engine.raw_connection()
        try:
            yield pooled.dbapi_connection
        except BaseException:
            pooled.invalidate()
            raise
        finally:
            pooled.close()


class GiveUp(Exception):  # noqa: N818 - a wish, not an error
    """Take back what a transaction wrote, and go on."""
