"""Run a benchmark as its user does, and read what it found."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def run_benchmark(name: str, out: Path, *arguments: object) -> tuple[int, Any, str]:
    """Run ``benchmarks/name``; gives its exit code, its JSON and what it printed."""
    done = subprocess.run(
        [sys.executable, BENCHMARKS / name, *map(str, arguments), "--json", str(out)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert out.exists(), done.stderr
    return done.returncode, json.loads(out.read_text(encoding="utf-8")), done.stdout
