"""A PostgreSQL database of a test's own, dropped afterwards."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

SERVER = "host=127.0.0.1 port=5432 user=root dbname=test connect_timeout=2"
URL = "postgresql+psycopg://root@127.0.0.1:5432/"


@contextmanager
def database_of_kind(kind: str) -> Iterator[str | None]:
    """Give the address of a new database; None for ``sqlite``, which has a file of the test's."""
    if kind == "sqlite":
        yield None
    else:
        yield from own_database()


def own_database() -> Iterator[str]:
    """Give the address of a new database; skip, or fail where services are required."""
    name = f"ctt_{secrets.token_hex(6)}"
    with connect() as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield URL + name
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def connect() -> psycopg.Connection:
    """Connect to the server; skip, or fail where services are required, if there is none."""
    try:
        return psycopg.connect(SERVER, autocommit=True)
    except psycopg.OperationalError as error:
        if os.environ.get("CTT_REQUIRE_SERVICES") == "1":
            raise
        pytest.skip(f"no PostgreSQL on 127.0.0.1:5432: {error}".splitlines()[0])
