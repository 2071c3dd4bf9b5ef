"""Finds photographs that are kept beside the repository; tests that need them skip without."""

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def shared_folder(name: str) -> Path:
    """Give a folder of ``../shared/data``, or skip the test where there is none."""
    folder = SHARED_DATA / name
    if not folder.is_dir():
        pytest.skip(f"no ../shared/data/{name} beside the repository")
    return folder
