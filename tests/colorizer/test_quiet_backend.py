import subprocess
import sys


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_the_backend_starts_without_a_word():
    result = run(
        "from colorizer.quiet_backend import load_keras_quietly; load_keras_quietly();"
        "import keras; print(keras.backend.backend())"
    )

    assert result.returncode == 0
    assert result.stdout.strip() in ("tensorflow", "jax", "torch")
    assert result.stderr == ""


def test_errors_are_not_hidden():
    result = run(
        "import sys; sys.modules['keras'] = None;"
        "from colorizer.quiet_backend import load_keras_quietly; load_keras_quietly()"
    )

    assert result.returncode == 1
    assert "ModuleNotFoundError" in result.stderr
