"""Run the installed ``analysis`` command in a process of its own; nothing of it is loaded here.

Place on the data's path: ``report_process.py`` hands it an export, ``check_command.py`` a question
of planning; the desk asks whether it is there. The web study never imports the package: it needs
the numeric stack, this server does not.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from study_app.errors import AnalysisMissing, AnalysisRefused

COMMAND = "analysis"
# What the extra [analysis] installs; looked for, never imported.
NEEDED = ("jinja2", "matplotlib", "numpy", "pandas", "pyarrow", "scipy")
INSTALL = "pip install 'colorization-turing-test[analysis]'"
NOT_INSTALLED = f"the analysis is not installed on this server: {INSTALL}"
PLAN_TIMEOUT_S = 120


def is_installed() -> bool:
    """Say whether all that the analysis needs is there."""
    return all(importlib.util.find_spec(name) is not None for name in NEEDED)


def run_command(arguments: Sequence[str | Path], timeout_s: float | None = None) -> str:
    """Run ``analysis`` with arguments; gives the last line it printed.

    Args:
        arguments: the command and its options.
        timeout_s: it is ended after this; None lets it take its time.

    Raises:
        AnalysisMissing: it is not installed.
        AnalysisRefused: it took too long, or what it said is wrong, in its own words.
    """
    if not is_installed():
        raise AnalysisMissing(NOT_INSTALLED)
    try:
        result = subprocess.run(  # noqa: S603 - the program installed with us, no shell
            # -P: a file of the folder that somebody stands in is no module of ours.
            [sys.executable, "-P", "-m", COMMAND, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_s,
            env={**os.environ, "MPLBACKEND": "agg"},
        )
    except subprocess.TimeoutExpired:
        raise AnalysisRefused(f"{COMMAND} took more than {timeout_s:g} s") from None
    if result.returncode:
        raise AnalysisRefused(
            _last_line(result.stderr) or f"{COMMAND} ended with {result.returncode}"
        )
    return _last_line(result.stdout)


def ask_plan(arguments: Sequence[str]) -> dict[str, Any]:
    """Run ``analysis plan`` and give its document.

    Args:
        arguments: the plan and its options, without ``--out``.

    Raises:
        AnalysisMissing: it is not installed.
        AnalysisRefused: it does not take these numbers, or took too long.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        run_command(["plan", *arguments, "--out", path], PLAN_TIMEOUT_S)
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return document


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].removeprefix(f"{COMMAND}: ") if lines else ""
