import psycopg
import pytest
import sqlalchemy as sa

from study_app import idle_connections
from study_app.idle_connections import IdleConnections
from tests.postgres import SERVER, database_of_kind

pytestmark = pytest.mark.postgres


@pytest.fixture
def idle():
    with database_of_kind("postgresql") as url:
        engine = sa.create_engine(url)
        yield IdleConnections(engine)
        engine.dispose()


def pid_of(connection):
    return connection.execute("SELECT pg_backend_pid()").fetchone()[0]


def used(idle):
    with idle.one() as connection:
        return pid_of(connection)


def test_a_connection_is_used_again_and_by_one_at_a_time(idle):
    first = used(idle)
    with idle.one() as one, idle.one() as other:
        assert pid_of(one) == first
        assert pid_of(other) != first

    assert used(idle) in (pid_of(one), pid_of(other))


def test_a_statement_is_stored_without_a_commit(idle):
    with idle.one() as connection:
        connection.execute("CREATE TABLE told (number integer)")
        connection.execute("INSERT INTO told VALUES (1)")

    with idle.one(), idle.one() as another:
        assert another.execute("SELECT number FROM told").fetchall() == [(1,)]


def test_a_connection_that_met_an_error_is_closed(idle):
    first = used(idle)

    with pytest.raises(psycopg.Error), idle.one() as connection:
        connection.execute("SELECT nothing")

    assert connection.closed
    assert used(idle) != first


def test_a_connection_that_the_server_has_ended_is_replaced_before_it_is_used(idle, monkeypatch):
    first = used(idle)
    with psycopg.connect(SERVER, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (first,))
    monkeypatch.setattr(idle_connections, "LOOK_AFTER_S", 0.0)  # as if it had rested so long

    assert used(idle) != first


def test_they_end_with_the_engine():
    with database_of_kind("postgresql") as url:
        engine = sa.create_engine(url)
        with IdleConnections(engine).one() as connection:
            pass

        engine.dispose()

        assert connection.closed
