"""Loads Keras and its backend without the backend's start-up remarks on stderr.

TensorFlow's native code writes them before any setting is read; users of a command want to see
their own errors only. What raises is not hidden.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")


def load_keras_quietly(*, start_devices: bool = True) -> None:
    """Import Keras and start its backend's devices.

    Args:
        start_devices: no, where something must be settled before the first of them is used.
    """
    with quiet_native_stderr():
        import keras  # takes seconds: only the commands that need it

        if start_devices:
            keras.ops.zeros(1)


@contextmanager
def quiet_native_stderr() -> Iterator[None]:
    """Send what native code writes to stderr nowhere; Python's own stderr stays."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
