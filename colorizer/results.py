"""Results that are whole or absent: written under a temporary name, then renamed."""

import json
import platform
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from colorizer.errors import ColorizerError
from colorizer.full_disk import full_disk_told

PACKAGES = ("colorization-turing-test", "keras", "tensorflow", "numpy", "scipy", "pillow")


def check_absent(path: Path, overwrite: bool) -> None:
    """Refuse to replace a result.

    Raises:
        ColorizerError: there is a file, or a folder with something in it, and no ``overwrite``.
    """
    taken = path.is_file() or (path.is_dir() and any(path.iterdir()))
    if taken and not overwrite:
        raise ColorizerError(f"{path}: there is something already; choose another or --overwrite")


def check_apart(inputs: Iterable[Path], out: Path) -> None:
    """Refuse to write a result over, into or around what it is made from.

    Raises:
        ColorizerError: an input is ``out``, lies in it, or holds it.
    """
    place = out.resolve()
    for path in (Path(given).resolve() for given in inputs):
        if path.is_relative_to(place):
            raise ColorizerError(f"{out}: holds the input {path}; choose another folder")


@contextmanager
def whole_folder(path: Path, marker: str, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary folder that takes the name ``path`` when all went well.

    Args:
        path: of the result.
        marker: a file that every such result holds; what has none is not ours to replace.
        overwrite: replace an earlier result.

    Raises:
        ColorizerError: ``path`` is taken and ``overwrite`` is false, it is no such result, or the
            disk is full.
    """
    check_replaceable(path, marker, overwrite)
    temporary = path.with_name(f".{path.name}-{secrets.token_hex(4)}.part")
    try:
        with full_disk_told(path):  # asked before the folder, which fills the disk, goes
            temporary.mkdir(parents=True)
            yield temporary
        if path.is_dir():
            shutil.rmtree(path)
        temporary.replace(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def check_replaceable(path: Path, marker: str, overwrite: bool) -> None:
    """Refuse to replace a result unasked, and ever to replace anything else.

    Raises:
        ColorizerError: ``path`` is taken and ``overwrite`` is false, or it holds no ``marker``.
    """
    check_absent(path, overwrite)
    if path.is_file() or (path.is_dir() and any(path.iterdir()) and not (path / marker).is_file()):
        raise ColorizerError(
            f"{path}: no earlier result (it holds no {marker}), so it is not replaced; choose"
            " another folder"
        )


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
