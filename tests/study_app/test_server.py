import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import gunicorn.config
import httpx
import pytest

from study_app import server
from study_app.catalog import find_study
from study_app.config import environment_of
from study_app.errors import ConfigError, SimulationError
from study_app.extensions import db
from study_app.models import Response, StudySession
from tests.study_app import factories


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def settings_of(app):
    return factories.make_settings(Path(app.instance_path), app.config["SQLALCHEMY_DATABASE_URI"])


def test_there_is_a_worker_per_core_and_four_at_most(monkeypatch):
    for cores, workers in ((1, 1), (2, 2), (64, 4), (None, 1)):
        monkeypatch.setattr(os, "cpu_count", lambda n=cores: n)
        assert server.default_workers() == workers


def test_an_address_that_another_program_has_is_told_of():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"127.0.0.1:{port}: address already in use; choose"):
            server.check_address("127.0.0.1", port)

    server.check_address("127.0.0.1", port)


def test_an_address_that_is_not_of_this_machine_is_told_of():
    # 192.0.2.0/24 is kept for documentation: no machine has it
    with pytest.raises(ConfigError, match=r"at 192\.0\.2\.1:5000: cannot assign"):
        server.check_address("192.0.2.1", 5000)


def test_a_study_is_not_served_with_debugging_on(open_app, monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")

    with pytest.raises(ConfigError, match="FLASK_DEBUG is on: unset it"):
        server.run_gunicorn(settings_of(open_app), "127.0.0.1", free_port(), 1)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "study.example"])  # noqa: S104
def test_the_debugger_is_for_this_machine_alone(open_app, host):
    with pytest.raises(ConfigError, match=f"--host {re.escape(host)} lets others in"):
        server.run_development_server(open_app, host, free_port())


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_on_this_machine_the_study_can_be_debugged(open_app, monkeypatch, host):
    ran = []
    monkeypatch.setattr(open_app, "run", lambda **options: ran.append(options))

    server.run_development_server(open_app, host, 5000)

    assert ran == [{"host": host, "port": 5000, "debug": True}]


def test_the_server_beside_serves_the_instance_and_stops(open_app):
    with server.background_server(settings_of(open_app), workers=2) as url:
        answer = httpx.get(f"{url}/study/colours")
        assert answer.status_code == 200
        assert "gunicorn" in answer.headers["Server"]

    with pytest.raises(httpx.TransportError):
        httpx.get(url)


def test_the_server_leaves_nothing_in_the_users_home(open_app, tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home))

    with server.background_server(settings_of(open_app), workers=1) as url:
        httpx.get(url)
        assert list(home.iterdir()) == []


def test_a_gunicorn_without_a_control_socket_is_not_told_about_it(monkeypatch):
    monkeypatch.setattr(gunicorn.config, "make_settings", lambda: {"bind": None})
    assert "--no-control-socket" not in server._gunicorn(1)

    monkeypatch.setattr(gunicorn.config, "make_settings", lambda: {"control_socket_disable": None})
    assert "--no-control-socket" in server._gunicorn(1)


def test_a_server_that_cannot_start_is_an_error(open_app, monkeypatch, capfd):
    monkeypatch.setattr(server, "APP", "study_app:no_such_app()")

    with (
        pytest.raises(SimulationError, match="ended at once"),
        server.background_server(settings_of(open_app), workers=1),
    ):
        pytest.fail("it must not start")
    assert "no_such_app" in capfd.readouterr().err


def test_an_acknowledged_response_survives_the_servers_death(open_app):
    """Invariant 10: kill the server at any moment and what it acknowledged is there afterwards."""
    settings = settings_of(open_app)
    environment = {**os.environ, **environment_of(settings)}
    port = free_port()
    command = [sys.executable, "-m", "study_app", "serve", "--port", str(port), "--workers", "1"]
    process = subprocess.Popen(
        command, env=environment, start_new_session=True, stdout=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url) as client:
            wait_for(client)
            token = form_token(client.get("/study/colours/consent").text)
            form = {"csrf_token": token, "agree": "yes"}
            assert client.post("/study/colours/consent", data=form).status_code == 302
            headers = {"X-CSRFToken": form_token(client.get("/trials").text)}
            for _ in range(5):
                key = client.get("/api/trials/next").json()["trial_key"]
                answer = client.post(
                    f"/api/trials/{key}/response",
                    json=factories.response_body(),
                    headers=headers,
                )
                assert answer.json()["recorded"]
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    with open_app.app_context():
        assert db.session.query(Response).count() == 5
        assert db.session.query(StudySession).one().n_answered == 5
        assert find_study(db.session(), "colours").state == "open"


def wait_for(client):
    for _ in range(200):
        try:
            return client.get("/")
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the server did not start")


def form_token(page):
    found = re.search(r'csrf[_-]token"[^>]*?(?:value|content)="([^"]+)"', page)
    return found[1]
