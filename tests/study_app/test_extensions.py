import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from study_app import create_app, extensions
from study_app.extensions import (
    begin_write,
    db,
    is_database_current,
    overwrite_deleted,
    upgrade_database,
)
from study_app.models import Participant, StimulusSet, Study
from tests.postgres import SERVER, database_of_kind
from tests.study_app import factories
from tests.study_app.factories import NOW, Browser

KEPT_BY = ("journal_mode", "synchronous", "busy_timeout")


def pragma(name):
    return db.session.execute(sa.text(f"PRAGMA {name}")).scalar()


def add_set(digest):
    db.session.add(StimulusSet(digest=digest, folder="/", image_size_px=16, image_format="png"))


@pytest.mark.sqlite
def test_sqlite_enforces_keys_writes_ahead_and_syncs_fully(app):
    with app.app_context():
        assert pragma("foreign_keys") == 1
        assert pragma("journal_mode") == "wal"
        assert pragma("synchronous") == 2
        assert pragma("busy_timeout") >= 5000


@pytest.mark.sqlite
def test_what_is_deleted_is_written_over_in_the_file_and_in_the_log(app):
    with app.app_context():
        assert pragma("secure_delete") == 1
        add_set("a" * 64)
        db.session.commit()
        log = Path(f"{db.engine.url.database}-wal")
        assert log.stat().st_size > 0

        overwrite_deleted(db.session())

        assert log.stat().st_size == 0
        assert pragma("busy_timeout") >= 5000


@pytest.mark.sqlite
def test_a_durable_write_after_a_lighter_one_syncs_fully_again(app):
    with app.app_context():
        begin_write(db.session(), durable=False)
        assert pragma("synchronous") == 1
        db.session.rollback()
        begin_write(db.session())
        assert pragma("synchronous") == 2


@pytest.mark.sqlite
def test_every_connection_that_stores_an_answer_is_set_up_to_keep_it(open_app):
    """What the driver is told while people take part, in threads of their own, as when served."""
    told, stored = [], []

    def listen(connection, *_more):
        told.clear()
        connection.set_trace_callback(told.append)

    def note(connection, *_more):
        connection.set_trace_callback(None)
        if any("INSERT INTO response " in statement for statement in told):
            values = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in KEPT_BY]
            stored.append((list(told), dict(zip(KEPT_BY, values, strict=True))))

    with open_app.app_context():
        sa.event.listen(db.engine, "checkout", listen)
        sa.event.listen(db.engine, "checkin", note)

    def answer_one(_number):
        browser = Browser(open_app)
        browser.consent()
        trial = browser.next_trial()
        assert browser.answer(trial["trial_key"]).status_code == 200

    for _ in range(2):
        with ThreadPoolExecutor(1) as thread:  # another thread has another connection
            list(thread.map(answer_one, range(1)))

    assert len(stored) == 2
    for statements, settings in stored:
        assert [told for told in statements if told.startswith("BEGIN")] == ["BEGIN IMMEDIATE"]
        assert settings == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 20_000}


def test_a_row_without_its_parent_is_refused(app):
    with app.app_context():
        db.session.add(Participant(study_id=99, code="a", simulated=False))

        with pytest.raises(sa.exc.IntegrityError, match=r"(?i)foreign key"):
            db.session.commit()


@pytest.mark.sqlite
def test_a_writer_waits_for_another_one(app):
    """Without the lock at the start, the second would read, then fail to write."""
    order = []

    def write_slowly():
        with app.app_context():
            begin_write(db.session())
            add_set("a" * 64)
            db.session.flush()
            order.append("first has the lock")
            time.sleep(0.3)
            db.session.commit()
            order.append("first is done")

    writer = threading.Thread(target=write_slowly)
    writer.start()
    while not order:
        time.sleep(0.01)
    with app.app_context():
        begin_write(db.session())
        order.append("second has the lock")
        add_set("b" * 64)
        db.session.commit()
        digests = set(db.session.scalars(sa.select(StimulusSet.digest)))
    writer.join()

    assert order[0] == "first has the lock"
    assert digests == {"a" * 64, "b" * 64}


def test_a_reader_does_not_wait_for_a_writer(app):
    with app.app_context():
        begin_write(db.session())
        add_set("a" * 64)
        db.session.flush()
        with app.app_context():
            assert db.session.scalars(sa.select(Study)).all() == []
        db.session.rollback()


def test_a_write_transaction_does_not_start_with_half_made_changes(app):
    with app.app_context():
        add_set("a" * 64)

        with pytest.raises(AssertionError, match="clean objects"):
            begin_write(db.session())


def test_a_database_is_current_after_its_upgrade_only(databases, tmp_path):
    address = databases.new(tmp_path)
    with create_app(factories.make_settings(tmp_path, address)).app_context():
        assert not is_database_current()
        upgrade_database()
        assert is_database_current()
        upgrade_database()
        assert is_database_current()
        db.engine.dispose()


def test_times_come_back_in_utc(app, set_folder):
    with app.app_context():
        factories.create_study(factories.study_text(), set_folder)
        db.session.expire_all()

        assert db.session.scalars(sa.select(Study.created_at)).one() == NOW


def test_a_form_token_that_was_proved_once_is_worth_nothing_in_another_browser(open_app):
    own, other = (factories.Browser(open_app) for _ in range(2))
    for browser in (own, other):
        browser.consent()
        browser.get("/trials")
    first = own.next_trial()["trial_key"]
    assert own.answer(first).status_code == 200

    other.form_token = own.form_token
    refused = other.answer(other.next_trial()["trial_key"])

    assert (refused.status_code, refused.json["error"]) == (400, "form-token")
    assert own.answer(own.next_trial()["trial_key"]).status_code == 200
    own.form_token = own.form_token[:-1]
    assert own.answer(own.next_trial()["trial_key"]).status_code == 400


def test_a_proved_token_still_has_to_come_from_this_site_over_https(open_app):
    browser = factories.Browser(open_app)
    browser.consent()
    browser.get("/trials")
    browser.answer_next()

    for referrer, status in (
        (None, 400),
        ("https://elsewhere.example/", 400),
        ("https://localhost/trials", 200),
    ):
        key = browser.next_trial()["trial_key"]
        answer = browser.client.post(
            f"/api/trials/{key}/response",
            json=factories.response_body(),
            headers={
                "X-CSRFToken": browser.form_token,
                **({"Referer": referrer} if referrer else {}),
            },
            base_url="https://localhost",
        )
        assert answer.status_code == status


@pytest.mark.postgres
def test_a_connection_that_postgresql_has_ended_is_replaced_before_it_is_used(
    tmp_path, monkeypatch
):
    with database_of_kind("postgresql") as url:
        app = create_app(factories.make_settings(tmp_path, url))
        with app.app_context():
            with db.engine.connect() as one, db.engine.connect() as two:
                pids = [c.scalar(sa.text("SELECT pg_backend_pid()")) for c in (one, two)]
            with psycopg.connect(SERVER, autocommit=True) as other:
                for pid in pids:
                    other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
            monkeypatch.setattr(extensions, "LOOK_AFTER_S", 0.0)  # as if it had rested so long

            with db.engine.connect() as again:
                assert again.scalar(sa.text("SELECT pg_backend_pid()")) not in pids
            db.engine.dispose()
