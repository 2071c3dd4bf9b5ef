"""Keep track of a report that another process makes: files in the instance folder, and a lock.

Place on the data's path: the desk starts a job here and shows how far it is; ``report_process.py``
is the process. The state is in files, so that it survives a reload and every restart of the server.
Who works holds the lock, which the system takes away with the process, however it ends: a job
without one that says that it works is dead.
"""

import contextlib
import dataclasses
import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from study_app.errors import ReportRefused
from study_app.monitoring.blinding import ReportKind
from study_app.monitoring.desk_folder import desk_folder
from study_app.results import write_text
from study_app.study_states import Phase

Step = Literal["starting", "exporting", "computing", "done", "failed"]
ENDED: tuple[Step, ...] = ("done", "failed")

FOLDERS: dict[Phase, str] = {"main": "report", "pilot": "pilot-report"}
JOB_NAME = "job.json"
LOCK_NAME = "lock"
DIED = "the process that made it has ended without a word, perhaps with the machine; start it again"
PROCESS = "study_app.report_process"
# Who only looks whether there is a lock holds it for a moment, too.
TRIES = 20
PAUSE_S = 0.05


@dataclass(frozen=True)
class Job:
    """How far a report is.

    Attributes:
        kind: the whole report, or always-valid intervals.
        step: what is done now.
        started_at: when it was asked for, UTC.
        step_at: when the step began, UTC.
        message: in the end, what the command said; one sentence if it failed.
        n_trials: rows that were exported; None before that.
        only_simulated: whether it is of simulated observers alone.
    """

    kind: ReportKind
    step: Step
    started_at: datetime
    step_at: datetime
    message: str = ""
    n_trials: int | None = None
    only_simulated: bool = False

    @property
    def is_running(self) -> bool:
        """Whether it goes on."""
        return self.step not in ENDED


def folder_of(instance: Path, study_code: str, phase: Phase = "main") -> Path:
    """Give where everything of the report of a study is, or of its pilot."""
    return desk_folder(instance, study_code) / FOLDERS[phase]


def read_job(folder: Path) -> Job | None:
    """Give how far the last report is; None if there was none."""
    job = _read(folder)
    if job is None or not job.is_running or _is_locked(folder):
        return job
    again = _read(folder)  # it may have ended between the two looks
    if again is None or not again.is_running:
        return again
    return dataclasses.replace(again, step="failed", message=DIED)


def note_job(folder: Path, job: Job) -> None:
    """Write down how far a report is; whole or not at all.

    Raises:
        ExportError: the folder cannot be written.
    """
    document = dataclasses.asdict(job)
    document |= {name: getattr(job, name).isoformat() for name in ("started_at", "step_at")}
    write_text(folder / JOB_NAME, json.dumps(document, indent=1))


def start_job(
    folder: Path,
    study_code: str,
    kind: ReportKind,
    phase: Phase,
    environment: Mapping[str, str],
) -> None:
    """Start the process that makes a report, and leave it alone: it outlives this one.

    Args:
        folder: of ``folder_of``; made if it is not there.
        study_code: of the study.
        kind: of the report.
        phase: whose data it is of: the study's own, or those of its pilot.
        environment: that tells the process which instance it is, on top of this one's.

    Raises:
        ReportRefused: a report of this study is being made, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReportRefused(f"{folder}: cannot be made: {error.strerror}") from None
    with _lock(folder) as descriptor:
        now = datetime.now(UTC)
        note_job(folder, Job(kind, "starting", now, now))
        # The lock belongs to the open file, which the process inherits: there is no moment between.
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
            [sys.executable, "-m", PROCESS, study_code, kind, phase],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[descriptor],
            start_new_session=True,
        )
    threading.Thread(target=process.wait, name="report", daemon=True).start()


@contextlib.contextmanager
def _lock(folder: Path) -> Iterator[int]:
    """Take the lock of a report, and let go of this process's hold on it.

    Raises:
        ReportRefused: another process holds it.
    """
    with (folder / LOCK_NAME).open("a") as file:
        for _ in range(TRIES):
            if _try_lock(file.fileno(), fcntl.LOCK_EX):
                yield file.fileno()
                return
            time.sleep(PAUSE_S)
    raise ReportRefused("a report of this study is being made already; wait until it is there")


def _is_locked(folder: Path) -> bool:
    try:
        with (folder / LOCK_NAME).open("a") as file:
            return not _try_lock(file.fileno(), fcntl.LOCK_SH)
    except OSError:
        return False


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(folder: Path) -> Job | None:
    try:
        document = json.loads((folder / JOB_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return _parse(document)


def _parse(document: Any) -> Job | None:
    try:
        times = {name: datetime.fromisoformat(document[name]) for name in ("started_at", "step_at")}
        job = Job(**{**document, **times})
    except (KeyError, TypeError, ValueError):
        return None
    is_known = job.kind in get_args(ReportKind) and job.step in get_args(Step)
    return job if is_known else None
