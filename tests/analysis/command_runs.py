"""Run a command of ``analysis`` as the shell does, and read what it says."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from analysis.__main__ import main


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def errors_of(result: Result) -> list[str]:
    """The lines on stderr of a refused command, which has no traceback."""
    assert result.exit_code not in (0, None)
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result.stderr.splitlines()


def record_rule(folder: Path, share: float) -> None:
    document = {"study_id": "study", "exclusion": {"vigilance_pass_share": share}}
    (folder / "provenance.json").write_text(json.dumps(document))
