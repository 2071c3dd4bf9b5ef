"""Find the installed ``analysis`` command and run it; nothing of it is loaded here.

Place on the data's path: ``report_process.py`` hands it an export; the desk asks whether it is
there. The web study never imports the package: it needs the numeric stack, this server does not.
"""

import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from study_app.errors import ReportRefused

COMMAND = "analysis"
# What the extra [analysis] installs.
NEEDED = ("jinja2", "matplotlib", "numpy", "pandas", "pyarrow", "scipy")
INSTALL = "pip install 'colorization-turing-test[analysis]'"
NOT_INSTALLED = f"the analysis is not installed on this server: {INSTALL}"


def find_command() -> str | None:
    """Give the command beside this interpreter if all that it needs is installed."""
    for name in NEEDED:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            return None
    return shutil.which(COMMAND, path=str(Path(sys.executable).parent))


def run_command(arguments: Sequence[str | Path]) -> str:
    """Run ``analysis`` with arguments; gives the last line it printed.

    Raises:
        ReportRefused: it is not installed, or what it said is wrong, in its own words.
    """
    command = find_command()
    if command is None:
        raise ReportRefused(NOT_INSTALLED)
    result = subprocess.run(  # noqa: S603 - the command installed with us, no shell
        [command, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MPLBACKEND": "agg"},
    )
    if result.returncode:
        raise ReportRefused(
            _last_line(result.stderr) or f"{COMMAND} ended with {result.returncode}"
        )
    return _last_line(result.stdout)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].removeprefix(f"{COMMAND}: ") if lines else ""
