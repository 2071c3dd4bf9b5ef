"""Connections to PostgreSQL without transactions, kept between the statements of every trial.

SQLAlchemy's pool takes a third of what such a statement takes: it resets, counts, and tells events.
Here a connection is taken from a stack and put back. There are never more than threads at work.

Place on the data's path: below ``prepared.py``.
"""

import time
from collections import deque
from typing import Any

import sqlalchemy as sa

from study_app.extensions import LOOK_AFTER_S, has_ended


class IdleConnections:
    """A stack of connections of the driver, each statement on them a transaction of its own."""

    def __init__(self, engine: sa.Engine) -> None:
        """Make a stack that ends with an engine; nothing is connected yet."""
        self._engine = sa.create_engine(
            engine.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
        )
        # with the time of its last use; taking and putting back is one step for any thread
        self._idle: deque[tuple[Any, float]] = deque()
        sa.event.listen(engine, "engine_disposed", lambda _: self.close())

    def one(self) -> "_Taken":
        """Give a connection for the length of a block."""
        return _Taken(self)

    def take(self) -> Any:
        """Take the connection used last, or a new one, where the server has not ended it."""
        while self._idle:
            try:
                connection, used_at = self._idle.pop()
            except IndexError:  # another thread took it
                break
            if time.monotonic() - used_at < LOOK_AFTER_S or not has_ended(connection):
                return connection
            connection.close()
        pooled = self._engine.raw_connection()
        connection = pooled.dbapi_connection
        pooled.detach()
        return connection

    def put_back(self, connection: Any) -> None:
        """Keep a connection for the next statement."""
        self._idle.append((connection, time.monotonic()))

    def close(self) -> None:
        """Close all that are idle."""
        while self._idle:
            self._idle.pop()[0].close()


class _Taken:
    """A block with a connection; one that met an error is closed, whatever it was."""

    def __init__(self, idle: IdleConnections) -> None:
        self._idle = idle
        self._connection: Any = None

    def __enter__(self) -> Any:
        self._connection = self._idle.take()
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._idle.put_back(self._connection)
        else:
            self._connection.close()
