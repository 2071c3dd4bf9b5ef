"""With real processes: what counts is who holds the lock when one of them dies."""

import os
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from study_app.errors import ReportRefused
from study_app.monitoring import report_job
from study_app.monitoring.report_job import (
    DIED,
    JOB_NAME,
    Job,
    folder_of,
    note_job,
    read_job,
    start_job,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
# Writes its id, then works until it is allowed to end.
WORKER = """
import os, pathlib, sys, time
folder = pathlib.Path(os.environ["WORKER_FOLDER"])
(folder / "part").write_text(f"{os.getpid()} {' '.join(sys.argv[1:])}")
(folder / "part").rename(folder / "started")
while not (folder / "end").exists():
    time.sleep(0.02)
"""


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited for long"
        time.sleep(0.02)
    return found


@pytest.fixture
def folder(tmp_path):
    return folder_of(tmp_path, "colours")


@pytest.fixture
def start(monkeypatch, tmp_path, folder):
    """Start a worker that has begun; gives its id and its arguments."""
    (tmp_path / "worker.py").write_text(WORKER)
    monkeypatch.setattr(report_job, "PROCESS", "worker")
    environment = {"PYTHONPATH": str(tmp_path), "WORKER_FOLDER": str(tmp_path)}
    started = tmp_path / "started"

    def make():
        started.unlink(missing_ok=True)
        start_job(folder, "colours", "report", "main", environment)
        wait_for(started.exists)
        pid, *arguments = started.read_text().split()
        return int(pid), arguments

    yield make
    (tmp_path / "end").touch()
    wait_for(lambda: not report_job._is_locked(folder) if folder.exists() else True)


def test_a_job_works_in_a_process_of_its_own(start, folder):
    pid, arguments = start()

    job = read_job(folder)
    assert arguments == ["colours", "report", "main"]
    assert pid != os.getpid()
    assert (job.kind, job.step, job.is_running) == ("report", "starting", True)


def test_a_second_job_of_the_study_is_refused(start, monkeypatch):
    monkeypatch.setattr(report_job, "TRIES", 2)
    start()

    with pytest.raises(ReportRefused, match="being made already"):
        start()


def test_a_job_whose_process_was_killed_has_failed_and_can_be_started_again(start, folder):
    pid, _ = start()
    os.kill(pid, signal.SIGKILL)

    wait_for(lambda: not read_job(folder).is_running)
    assert (read_job(folder).step, read_job(folder).message) == ("failed", DIED)
    start()
    assert read_job(folder).is_running


def test_what_was_noted_is_read_again(folder):
    folder.mkdir(parents=True)
    job = Job("sequence", "done", NOW, NOW + timedelta(seconds=5), "all well", 12)

    note_job(folder, job)

    assert read_job(folder) == job


def test_without_a_job_there_is_none(folder):
    assert read_job(folder) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind": "report", "step": "dancing"}'])
def test_a_file_that_is_no_job_is_none(folder, text):
    folder.mkdir(parents=True)
    (folder / JOB_NAME).write_text(text)

    assert read_job(folder) is None


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "desk").write_text("in the way")

    with pytest.raises(ReportRefused, match="cannot be made"):
        start_job(folder_of(tmp_path, "colours"), "colours", "report", "main", {})
