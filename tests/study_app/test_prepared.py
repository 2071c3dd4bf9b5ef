import threading

import pytest
import sqlalchemy as sa

from study_app.extensions import db
from study_app.models import StimulusSet
from study_app.prepared import Driver, GiveUp

DIGESTS = sa.select(StimulusSet.digest).where(StimulusSet.folder == sa.bindparam("folder"))
ADD = (
    sa.insert(StimulusSet.__table__)
    .values(
        digest=sa.bindparam("digest"), folder="/", image_size_px=16, image_format=sa.literal("png")
    )
    .returning(StimulusSet.__table__.c.digest)
)


@pytest.fixture
def driver(app):
    with app.app_context():
        yield Driver(db.engine)


def stored(driver):
    with driver.reading() as connection:
        row = connection.first(driver.prepare(DIGESTS), {"folder": "/"})
    return row and row[0]


def test_a_statement_alone_is_stored(driver):
    with driver.writing() as connection:
        assert connection.first(driver.prepare(ADD), {"digest": "a"}) == ("a",)

    assert stored(driver) == "a"


def test_no_row_is_none(driver):
    assert stored(driver) is None


@pytest.mark.sqlite
def test_a_transaction_is_stored_whole_or_not_at_all(driver):
    add = driver.prepare(ADD)
    with driver.transaction() as connection:
        connection.first(add, {"digest": "a"})
        raise GiveUp
    assert stored(driver) is None

    def add_and_fail():
        with driver.transaction() as connection:
            connection.first(add, {"digest": "b"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    assert stored(driver) is None

    def add_twice():
        with driver.transaction() as connection:
            connection.first(add, {"digest": "c"})
            connection.first(add, {"digest": "c"})

    with pytest.raises(driver.Error):
        add_twice()
    assert stored(driver) is None

    with driver.transaction() as connection:
        connection.first(add, {"digest": "d"})
    assert stored(driver) == "d"


def test_sessions_find_their_connections_as_they_were(driver):
    with driver.writing() as connection:
        connection.first(driver.prepare(ADD), {"digest": "a"})

    db.session.execute(sa.update(StimulusSet).values(folder="elsewhere"))
    db.session.rollback()

    assert stored(driver) == "a"


@pytest.mark.sqlite
def test_an_answer_is_synced_after_a_lighter_write(driver):
    ask = driver.prepare(sa.text("SELECT synchronous FROM pragma_synchronous"))
    with driver.writing(durable=False) as connection:
        assert connection.first(ask, {}) == (1,)
    with driver.transaction() as connection:
        assert connection.first(ask, {}) == (2,)


@pytest.mark.sqlite
def test_a_writer_waits_for_another_one(driver):
    add = driver.prepare(ADD)
    has_begun = threading.Event()

    def add_later():
        has_begun.set()
        with driver.writing() as connection:
            connection.first(add, {"digest": "b"})

    other = threading.Thread(target=add_later)
    with driver.transaction() as connection:
        connection.first(add, {"digest": "a"})
        other.start()
        has_begun.wait()
    other.join()

    n = db.session.scalar(sa.select(sa.func.count(StimulusSet.id)))
    assert n == 2
