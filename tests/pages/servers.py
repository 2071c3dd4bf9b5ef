"""A PostgreSQL server on which the page about it makes its role and its database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests import postgres

NAME = "study"  # role and database, as on the page


@contextmanager
def server_without_the_study() -> Iterator[None]:
    """Drop afterwards what the page makes; skip where somebody has made it before."""
    with postgres.connect() as server:
        roles = server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [NAME]).fetchall()
        bases = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchall()
        if roles or bases:
            assert os.environ.get("CTT_REQUIRE_SERVICES") != "1", "CI has a database of that name"
            pytest.skip(f"PostgreSQL has a role or database {NAME} already")
        try:
            yield
        finally:
            server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
            server.execute(f"DROP ROLE IF EXISTS {NAME}")
