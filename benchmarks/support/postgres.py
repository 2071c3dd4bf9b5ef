"""A PostgreSQL server of one's own, that may be killed."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from support.server import quiet_port

INSTALLED = Path("/usr/lib/postgresql")
ACCOUNT = "postgres"  # PostgreSQL refuses to run as root
START_TIMEOUT_S = 60


def no_cluster() -> str | None:
    """Say why no PostgreSQL server can be made here."""
    if _programs() is None:
        return "PostgreSQL's server programs are not installed"
    if os.geteuid() == 0 and not _has_account():
        return f"there is no account {ACCOUNT}, and PostgreSQL does not run as root"
    return None


class Cluster:
    """A new cluster in a temporary folder, on a free port of this machine."""

    def __init__(self) -> None:
        """Choose a place and a port; nothing is started."""
        self._folder = Path(tempfile.mkdtemp())
        self._data = self._folder / "data"
        self._port = quiet_port()
        self.url = f"postgresql+psycopg://{ACCOUNT}@127.0.0.1:{self._port}/postgres"

    def __enter__(self) -> "Cluster":
        """Make it and start it."""
        if os.geteuid() == 0:
            shutil.chown(self._folder, ACCOUNT)
        self._run("initdb", "--auth=trust", f"--username={ACCOUNT}", "--pgdata", str(self._data))
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it and leave nothing."""
        self._run("pg_ctl", "stop", "--mode=immediate", "--pgdata", str(self._data), check=False)
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, and wait until it takes connections; it recovers by itself after a kill."""
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            done = self._run("pg_ctl", "start", "--wait", "--pgdata", str(self._data),
                             "--log", str(self._folder / "log"), "--options", options,
                             check=False)  # fmt: skip
            if done == 0:
                return
            if time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL does not start again")
            time.sleep(0.5)  # children of the killed server may still hold its memory

    def kill(self) -> None:
        """Kill the server at once, as the system does when memory runs out."""
        pid = int((self._data / "postmaster.pid").read_text(encoding="ascii").split()[0])
        os.kill(pid, signal.SIGKILL)

    def _run(self, program: str, *arguments: str, check: bool = True) -> int:
        programs = _programs()
        assert programs is not None, "no_cluster has looked"
        command: Sequence[str] = (str(programs / program), *arguments)
        user = ACCOUNT if os.geteuid() == 0 else None
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
            command, user=user, cwd=self._folder, check=check,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return done.returncode


def _programs() -> Path | None:
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).parent
    versions = sorted(INSTALLED.glob("*/bin/pg_ctl"))
    return versions[-1].parent if versions else None


def _has_account() -> bool:
    try:
        pwd.getpwnam(ACCOUNT)
    except KeyError:
        return False
    return True
