"""The configuration of gunicorn: its log, how it ends and reloads, what it cleans up.

Gunicorn runs this file by its path, in the process that starts the workers. The package itself is
not imported there, so that new workers after a reload (HUP) run the code that is installed by then.
"""

import importlib.util
import logging
import os
import time
from pathlib import Path
from typing import Any

import gunicorn.glogging
import gunicorn.workers.gthread

LOG_FORMAT_VARIABLE = "STUDY_LOG_FORMAT"
SIGN_OF_LIFE_S = 1.0

# A worker that gives no sign of life for so long is killed; a wait for SQLite's lock is shorter.
timeout = 60
# On TERM and HUP requests under way may go on for so long.
graceful_timeout = 30
# Longer than a participant takes for a pair, and than nginx keeps what it has to us (60 s).
keepalive = 75
# Of one worker; each participant may hold up to six, and a proxy holds few.
worker_connections = 4000
# The sign of life is a file: in memory, so that a slow disk looks like no dead worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn's own
# Ours has one line a request, without addresses.
accesslog = None


def _log_lines() -> Any:
    """Give ``log_lines.py``, without the package around it."""
    path = Path(__file__).with_name("log_lines.py")
    spec = importlib.util.spec_from_file_location("study_log_lines", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class StudyLogger(gunicorn.glogging.Logger):  # type: ignore[misc] # gunicorn is untyped
    """One log for gunicorn, the web study and the libraries: standard error, one format."""

    def setup(self, cfg: Any) -> None:
        """Set handlers and formats; once more after every reload."""
        super().setup(cfg)
        formatter = _log_lines().formatter(os.environ.get(LOG_FORMAT_VARIABLE, ""))
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter)
        for name in ("study_app", ""):
            logging.getLogger(name).handlers[:] = self.error_log.handlers
        study_log = logging.getLogger("study_app")
        study_log.setLevel(self.loglevel)
        study_log.propagate = False


logger_class = StudyLogger


class StudyWorker(gunicorn.workers.gthread.ThreadWorker):  # type: ignore[misc]
    """Threads, which keep connections alive between requests; a sign of life once a second.

    Gunicorn's own gives one at every event, several for every request: a tenth of its work.
    """

    _said_at = 0.0

    def notify(self) -> None:
        """Say that this worker lives, unless it has just been said."""
        now = time.monotonic()
        if now - self._said_at >= SIGN_OF_LIFE_S:
            self._said_at = now
            super().notify()


worker_class = StudyWorker


def child_exit(_server: Any, worker: Any) -> None:
    """Forget what a worker measured of itself while it lived; its counts stay."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess  # only where something is measured

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
