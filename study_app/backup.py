"""Copy the database while the study runs: one file from which every acknowledged answer comes back.

SQLite is copied by its own online backup, consistent, into a file that is a
database again. PostgreSQL is dumped by its own ``pg_dump`` in the custom format, for
``pg_restore``. Either is checked before it gets its name.
"""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from study_app.errors import BackupError

FILE_MODE = 0o600  # it holds what people answered


def back_up(engine: sa.Engine, path: Path) -> None:
    """Write a copy of the database as it is now; whole or not at all.

    Args:
        engine: of SQLite or PostgreSQL; others may read and write meanwhile.
        path: the file to write; one that is there is replaced.

    Raises:
        BackupError: it cannot be written, is not sound, or ``pg_dump`` is missing or fails.
    """
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    except OSError as error:
        raise BackupError(f"{path}: cannot be written: {error.strerror}") from None
    os.close(descriptor)
    temporary = Path(name)
    try:
        if engine.dialect.name == "sqlite":
            _copy_sqlite(engine, temporary)
        else:
            _dump_postgresql(engine.url, temporary)
        temporary.chmod(FILE_MODE)
        _sync(temporary)
        temporary.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{path}: cannot be written: {error}") from None
    finally:
        temporary.unlink(missing_ok=True)


def _copy_sqlite(engine: sa.Engine, path: Path) -> None:
    """Copy, then make one file of it that holds what it should.

    Raises:
        BackupError: SQLite finds the copy damaged.
    """
    with closing(engine.raw_connection()) as source, closing(sqlite3.connect(path)) as copy:
        driver = source.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.backup(copy)  # in one step: in write-ahead logging readers hold nobody up
        # The copy is a file of its own, without a log beside it.
        copy.execute("PRAGMA journal_mode = DELETE")
        (found,) = copy.execute("PRAGMA integrity_check").fetchone()
        broken = copy.execute("PRAGMA foreign_key_check").fetchone()
    if found != "ok" or broken:
        raise BackupError(f"the database is damaged: {found if found != 'ok' else broken}")


def _dump_postgresql(url: sa.URL, path: Path) -> None:
    """Dump in the custom format, and read the dump's table of contents.

    Raises:
        BackupError: ``pg_dump`` is not installed, or says why not.
    """
    environment = {**os.environ, **_connection(url)}
    _run(["pg_dump", "--format=custom", "--no-owner", f"--file={path}"], environment)
    _run(["pg_restore", "--list", str(path)], environment)


def _connection(url: sa.URL) -> dict[str, str]:
    """Give the connection as libpq's variables: a command line could be read by others."""
    given = {
        "PGHOST": url.host,
        "PGPORT": url.port and str(url.port),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    return {name: value for name, value in given.items() if value}


def _run(command: list[str], environment: dict[str, str]) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise BackupError(f"{command[0]} is not installed; it comes with PostgreSQL's client tools")
    done = subprocess.run(  # noqa: S603 - no shell; the arguments are ours
        [program, *command[1:]], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines()
        raise BackupError(f"{command[0]} failed: {reason[-1] if reason else done.returncode}")


def _sync(path: Path) -> None:
    """Have the file on the disk before it gets its name."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
