import subprocess
import sys

import pytest

COMMANDS = ("prepare", "prior", "train", "colorize", "evaluate", "build-set", "check-set")


@pytest.mark.parametrize("start", [[sys.executable, "-m", "colorizer"], ["colorizer"]])
def test_the_installed_command_lists_its_commands(start):
    if start == ["colorizer"]:
        start = [str(sys.prefix) + "/bin/colorizer"]

    result = subprocess.run([*start, "--help"], capture_output=True, text=True, check=True)

    assert all(command in result.stdout for command in COMMANDS)
    assert result.stderr == ""


def test_a_mistake_is_one_line_on_stderr(tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", "colorizer", "check-set", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 6
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("colorizer: ")
