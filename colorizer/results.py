"""Results that are whole or absent: written under a temporary name, then renamed."""

import json
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from colorizer.errors import ColorizerError

PACKAGES = ("colorization-turing-test", "keras", "tensorflow", "numpy", "scipy", "pillow")


def check_absent(path: Path, overwrite: bool) -> None:
    """Refuse to replace a result.

    Raises:
        ColorizerError: there is a file, or a folder with something in it, and no ``overwrite``.
    """
    taken = path.is_file() or (path.is_dir() and any(path.iterdir()))
    if taken and not overwrite:
        raise ColorizerError(f"{path}: there is something already; choose another or --overwrite")


@contextmanager
def whole_folder(path: Path, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary folder that takes the name ``path`` when all went well.

    Raises:
        ColorizerError: ``path`` is taken and ``overwrite`` is false.
    """
    check_absent(path, overwrite)
    temporary = path.with_name(f"{path.name}.part")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    yield temporary
    if path.is_dir():
        shutil.rmtree(path)
    temporary.replace(path)


def save_json(path: Path, document: dict[str, Any]) -> None:
    """Write JSON under a temporary name, then rename."""
    temporary = path.with_name(f"{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def versions() -> dict[str, str]:
    """Give the versions that can change a result, for provenance records."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
