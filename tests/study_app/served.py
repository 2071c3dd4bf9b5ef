"""``study-app serve`` as a process, as its users start it, with its log in a file."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import flask
import httpx

from study_app.config import environment_of
from tests.study_app import factories

START_TIMEOUT_S = 90
STOP_TIMEOUT_S = 60


class Served:
    """A server that runs: where it is, what it wrote, and signals to it."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
        self.process, self.port, self.url = process, port, f"http://127.0.0.1:{port}"
        self._log = log

    def log_lines(self) -> list[str]:
        """Give what it wrote to standard error."""
        return self._log.read_text(encoding="utf-8").splitlines()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process that starts the workers."""
        os.kill(self.process.pid, number)

    def client(self, **options: Any) -> httpx.Client:
        """Give a browser's connection to it."""
        return httpx.Client(base_url=self.url, timeout=START_TIMEOUT_S, **options)


@contextmanager
def served(app: flask.Flask, *, workers: int = 1, **settings: Any) -> Iterator[Served]:
    """Serve the instance of an app until the end of the block."""
    instance, url = Path(app.instance_path), app.config["SQLALCHEMY_DATABASE_URI"]
    given = replace(factories.make_settings(instance, url), **settings)
    port, log = free_port(), instance / "served.log"
    command = [sys.executable, "-m", "study_app", "serve", "--port", str(port),
               "--workers", str(workers)]  # fmt: skip
    with log.open("wb") as file:
        process = subprocess.Popen(
            command,
            env={**os.environ, **environment_of(given)},
            stdout=subprocess.DEVNULL,
            stderr=file,
            start_new_session=True,
        )
    try:
        server = Served(process, port, log)
        wait_for(server.url + "/healthz", process)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(STOP_TIMEOUT_S)


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until an address answers."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(url, timeout=START_TIMEOUT_S)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{url} does not answer; its server ended with {process.poll()}")


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def form_token(page: str) -> str:
    """Give the form token of a page."""
    found = re.search(r'csrf[_-]token"[^>]*?(?:value|content)="([^"]+)"', page)
    assert found, page
    return found[1]


def consent(client: httpx.Client) -> dict[str, str]:
    """Enrol in the study ``colours``; gives the headers of later posts."""
    token = form_token(client.get("/study/colours/consent").text)
    agreed = client.post("/study/colours/consent", data={"csrf_token": token, "agree": "yes"})
    assert agreed.status_code == 302, agreed.text
    return {"X-CSRFToken": form_token(client.get("/trials").text)}


def answer_next(client: httpx.Client, headers: dict[str, str]) -> bool:
    """Answer the next pair, both images read; False when all are answered."""
    trial = client.get("/api/trials/next").raise_for_status().json()
    if trial["state"] == "finished":
        return False
    for address in trial["images"].values():
        client.get(address).raise_for_status()
    answer = client.post(
        f"/api/trials/{trial['trial_key']}/response",
        json=factories.response_body(),
        headers=headers,
    )
    assert answer.raise_for_status().json()["recorded"]
    return True
