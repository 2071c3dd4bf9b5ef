import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from analysis import __main__ as commands
from tests.analysis.command_runs import errors_of, run

NAMES = ("check", "convert", "estimate", "look", "plan", "report", "sequence", "simulate")


@pytest.mark.parametrize("command", NAMES)
def test_every_command_explains_itself_with_one_example(command: str) -> None:
    result = run(command, "--help")

    assert result.exit_code == 0
    assert result.output.count(f"Example: analysis {command}") == 1


def test_a_missing_extra_is_named_in_one_line(
    study_csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "NEEDED", ("numpy", "no_such_package"))

    (line,) = errors_of(run("check", study_csv))

    assert line.startswith("analysis: the analysis needs no_such_package: pip install")


def program() -> list[str]:
    script = Path(sysconfig.get_path("scripts")) / "analysis"
    found = shutil.which(script)
    assert found, "the console script analysis is not installed beside this Python"
    return [found]


@pytest.mark.parametrize("start", [program, lambda: [sys.executable, "-m", "analysis"]])
def test_both_front_doors_give_the_same_numbers(
    start: object, study_csv: Path, tmp_path: Path
) -> None:
    assert callable(start)
    out = tmp_path / "r.json"
    arguments = ["estimate", str(study_csv.parent), "--json", str(out)]

    done = subprocess.run([*start(), *arguments], capture_output=True, text=True, env=os.environ)
    refused = subprocess.run([*start(), *arguments], capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(out.read_text())["level"] == 0.95
    assert refused.returncode == 4
    assert (
        refused.stderr
        == f"analysis: {out}: exists already; allowed: another name, or --overwrite\n"
    )
