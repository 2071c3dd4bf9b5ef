import subprocess
import sys


def test_the_package_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "study_app", "--help"], capture_output=True, text=True, check=True
    )

    assert "Usage:" in done.stdout
    assert "simulate" in done.stdout
