import importlib.metadata
import sys
from pathlib import Path

import pytest

from study_app.errors import ReportRefused
from study_app.monitoring import analysis_command
from study_app.monitoring.analysis_command import find_command, run_command


def test_the_command_beside_this_interpreter_is_found():
    assert find_command() == str(Path(sys.executable).parent / "analysis")


def test_without_what_it_needs_there_is_no_command(monkeypatch):
    def version(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", version)

    assert find_command() is None
    with pytest.raises(
        ReportRefused, match=r"not installed on this server: pip install '.*\[analys"
    ):
        run_command(["report"])


def test_the_commands_own_sentence_tells_what_is_wrong(tmp_path):
    with pytest.raises(ReportRefused, match=r"^\S*none.csv: there is no such file or folder"):
        run_command(["check", tmp_path / "none.csv"])


def test_the_last_line_tells_what_was_made(monkeypatch, tmp_path):
    script = tmp_path / "analysis"
    script.write_text("#!/bin/sh\necho first\necho 'report.html  SHA-256 1'\necho\n")
    script.chmod(0o755)
    monkeypatch.setattr(analysis_command, "find_command", lambda: str(script))

    assert run_command([]) == "report.html  SHA-256 1"


def test_a_command_that_says_nothing_is_told_by_its_code(monkeypatch, tmp_path):
    script = tmp_path / "analysis"
    script.write_text("#!/bin/sh\nexit 7\n")
    script.chmod(0o755)
    monkeypatch.setattr(analysis_command, "find_command", lambda: str(script))

    with pytest.raises(ReportRefused, match="ended with 7"):
        run_command([])
