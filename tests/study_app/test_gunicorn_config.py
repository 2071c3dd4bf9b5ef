"""The production server as it is started: its log, its counts, how it reloads and ends."""

import json
import signal
import socket
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from gunicorn.workers.gthread import ThreadWorker

from study_app import gunicorn_config
from study_app.extensions import db
from study_app.models import Response
from tests.study_app import factories
from tests.study_app.counting import TOKEN
from tests.study_app.served import answer_next, consent, served
from tests.study_app.test_metrics import samples

N_PEOPLE = 3
N_TRIALS = 10
ANSWERED = ("study_app_events_total", ("event", "answered"))


def scrape(client):
    page = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    return samples(page.raise_for_status().content)


def n_answers(app):
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count(Response.id)))


def test_every_line_of_the_log_is_json_and_names_nobody(open_app):
    secrets = ["Qm9vbSBzaGFrZSB0aGUgcm", "Mozilla/4.0 (mine)"]
    with served(open_app, log_format="json") as server:
        with server.client(headers={"User-Agent": secrets[1]}) as client:
            headers = consent(client)
            assert answer_next(client, headers)
            client.get(f"/images/{secrets[0]}")
            secrets += [*dict(client.cookies).values(), *headers.values()]
        with socket.create_connection(("127.0.0.1", server.port)) as raw:
            raw.sendall(b"GET /images/" + secrets[0].encode() + b" nonsense\r\n\r\n")
            assert b"400" in raw.recv(100)
        server.send(signal.SIGTERM)
        assert server.process.wait(60) == 0
        lines = [json.loads(line) for line in server.log_lines()]

    events = [line["event"] for line in lines]
    assert {"request", "enrolled", "Invalid request"} <= set(events)
    assert any(event.startswith("Listening at: http://127.0.0.1:") for event in events)
    assert all({"time", "level", "event"} <= set(line) for line in lines)
    text = "\n".join(server.log_lines())
    assert [secret for secret in secrets if secret in text] == []
    # This machine's own address stands where the server says where it listens, and nowhere else.
    assert [e for e in events if "127.0.0.1" in e and not e.startswith("Listening at")] == []


def test_nothing_is_lost_when_the_server_is_reloaded(open_app):
    """Answers sent meanwhile are acknowledged, and the counts are of all workers, old and new."""
    folder = Path(open_app.instance_path) / "metrics"
    with served(open_app, workers=2, metrics_token=TOKEN) as server:
        with ThreadPoolExecutor(N_PEOPLE) as pool:
            people = [pool.submit(take_part, server) for _ in range(N_PEOPLE)]
            wait_until(lambda: n_answers(open_app) > 0, server)
            server.send(signal.SIGHUP)
            for person in people:
                person.result()
        wait_until(lambda: len(list(folder.glob("*/counter_*.db"))) > 2, server)
        with server.client() as client:
            found = scrape(client)
            assert client.get("/metrics").status_code == 401
        log = "\n".join(server.log_lines())

    assert "Handling signal: hup" in log
    assert n_answers(open_app) == N_PEOPLE * N_TRIALS
    assert found[ANSWERED] == N_PEOPLE * N_TRIALS


def test_an_answer_under_way_is_stored_before_the_server_ends(open_app):
    if not open_app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        pytest.skip("the lock that makes the answer wait is SQLite's")
    lock = sqlite3.connect(Path(open_app.instance_path) / "study.sqlite", isolation_level=None)
    with served(open_app) as server, server.client() as client, ThreadPoolExecutor(1) as pool:
        headers = consent(client)
        key = client.get("/api/trials/next").json()["trial_key"]
        lock.execute("BEGIN IMMEDIATE")
        answer = pool.submit(
            client.post,
            f"/api/trials/{key}/response",
            json=factories.response_body(),
            headers=headers,
        )
        time.sleep(1)
        server.send(signal.SIGTERM)
        time.sleep(1)
        assert not answer.done()
        lock.execute("ROLLBACK")
        assert answer.result().json()["recorded"]
        assert server.process.wait(60) == 0
    lock.close()

    assert n_answers(open_app) == 1


def take_part(server):
    with server.client() as client:
        headers = consent(client)
        while answer_next(client, headers):
            time.sleep(0.2)


def wait_until(is_so, server):
    for _ in range(600):
        if is_so():
            return
        time.sleep(0.1)
    pytest.fail("\n".join(server.log_lines()))


def test_a_worker_says_once_a_second_that_it_lives(monkeypatch):
    said, clock = [], [100.0]
    monkeypatch.setattr(ThreadWorker, "notify", lambda _: said.append(clock[0]))
    monkeypatch.setattr(gunicorn_config.time, "monotonic", lambda: clock[0])
    worker = object.__new__(gunicorn_config.StudyWorker)

    for now in (100.0, 100.5, 101.0, 101.9, 140.0):
        clock[0] = now
        worker.notify()

    assert said == [100.0, 101.0, 140.0]
