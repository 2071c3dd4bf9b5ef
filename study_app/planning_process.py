"""Ask ``analysis plan``, in a process of its own: the web study loads no numeric library.

Place on the data's path: between ``aim_findings.py``, which words the question and reads the
answer, and the analysis, where it is installed.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# What the extra [analysis] brings; looked for, never imported.
NEEDED = ("numpy", "pandas", "scipy")
TIMEOUT_S = 120
PROGRAM = "analysis: "


class PlanningFailed(Exception):  # noqa: N818 - says what happened
    """There is no answer; the message says why, without a full stop."""


class NotInstalled(PlanningFailed):
    """The analysis is not there to be asked."""


def ask_plan(arguments: Sequence[str]) -> dict[str, Any]:
    """Run ``analysis plan`` and give its document.

    Args:
        arguments: the plan and its options, without ``--out``.

    Raises:
        NotInstalled: the analysis is not installed.
        PlanningFailed: it does not take these numbers.
    """
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        raise NotInstalled("the analysis is not installed")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        command = [sys.executable, "-m", "analysis", "plan", *arguments, "--out", str(path)]
        try:
            done = subprocess.run(  # noqa: S603 - our own command, numbers of a checked file
                command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
            )
        except subprocess.TimeoutExpired:
            raise PlanningFailed(f"analysis plan took more than {TIMEOUT_S} s") from None
        if done.returncode:
            said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
            raise PlanningFailed(said[-1].removeprefix(PROGRAM).rstrip("."))
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return document
