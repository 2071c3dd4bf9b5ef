"""``study-app serve`` as a process that can be killed and started again on the same port."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

START_TIMEOUT_S = 180.0  # on a machine that does much else
QUIET_PORTS = (20_000, 30_000)


def quiet_port() -> int:
    """Give a free port below those that the system lends to outgoing connections.

    One of those could be taken by a participant while the server is down.
    """
    while True:
        port = random.SystemRandom().randrange(*QUIET_PORTS)
        with socket.socket() as taken, contextlib.suppress(OSError):
            taken.bind(("127.0.0.1", port))
            return port


def children(pid: int) -> list[int]:
    """Give the processes that a process has started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text(encoding="ascii").split()]


class Server:
    """The production server of an instance."""

    def __init__(self, instance: Path, database_url: str, secret_key: str, workers: int) -> None:
        """Choose a free port; the server is not started."""
        self.port = quiet_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._workers = workers
        self._environment = {
            **os.environ,
            "STUDY_INSTANCE_PATH": str(instance),
            "STUDY_DATABASE_URL": database_url,
            "STUDY_SECRET_KEY": secret_key,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._log = (instance / "server.log").open("ab")

    def start(self) -> None:
        """Start it, and wait until it answers.

        Raises:
            RuntimeError: it does not.
        """
        command = [sys.executable, "-m", "study_app", "serve", "--port", str(self.port),
                   "--workers", str(self._workers)]  # fmt: skip
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            command, env=self._environment, stdout=self._log, stderr=self._log,
            start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                httpx.get(f"{self.url}/healthz", timeout=2)
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(f"the server did not start; see {self._log.name}")

    def workers(self) -> list[int]:
        """Give the processes that answer."""
        assert self._process is not None
        return children(self._process.pid)

    def kill_worker(self) -> None:
        """Kill one of the workers at once; the master starts another."""
        for pid in self.workers()[:1]:
            os.kill(pid, signal.SIGKILL)

    def kill_all(self) -> None:
        """Kill master and workers at once."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Let it end gracefully, and close its log."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill_all()
        self._log.close()
