"""Put results where the user wants them: never half, never over another, with their provenance.

Place on the data's path: the commands of ``__main__.py`` and ``report.py`` hand in finished bytes.
"""

import importlib.metadata
import json
import os
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from analysis.errors import ResultError

DISTRIBUTION = "colorization-turing-test"
PACKAGES = ("numpy", "scipy", "pandas", "matplotlib", "jinja2")


def write_results(results: Mapping[Path, bytes], *, overwrite: bool = False) -> None:
    """Write files that belong together: all under temporary names first, then renamed.

    Raises:
        ResultError: one exists already and may not be replaced, or one cannot be written.
    """
    check_free(*results, overwrite=overwrite)
    temporary = {path: path.with_name(f".{path.name}.part") for path in results}
    try:
        for path, content in results.items():
            temporary[path].write_bytes(content)
        for path in results:
            temporary[path].replace(path)
    except OSError as error:
        raise ResultError(f"{path}: cannot be written: {error.strerror}") from None
    finally:
        for part in temporary.values():
            if part.is_file():
                part.unlink()


def check_free(*paths: Path, overwrite: bool = False) -> None:
    """Refuse places where a result cannot go, before the work is done.

    Raises:
        ResultError: something is there already and may not be replaced, or there is no such folder.
    """
    for path in paths:
        if path.is_dir():
            raise ResultError(f"{path}: is a folder; allowed: the name of a file")
        if path.exists() and not overwrite:
            raise ResultError(f"{path}: exists already; allowed: another name, or --overwrite")
        if not path.parent.is_dir():
            raise ResultError(f"{path}: the folder {path.parent} does not exist")


def check_not_input(*paths: Path, inputs: Iterable[Path]) -> None:
    """Refuse results that would replace what they are made from, under whatever name.

    Raises:
        ResultError: one of the paths is one of the inputs.
    """
    for source in inputs:
        for path in paths:
            if _is_same_file(path, source):
                raise ResultError(
                    f"{path}: would replace the input {source}; allowed: another name"
                )


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """Serialise in one way: UTF-8, two spaces, keys as they come, final newline, no NaN."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def versions(*more: str) -> dict[str, str]:
    """Name the versions that could change a number or a picture.

    Args:
        more: distributions beside ``PACKAGES`` that were used.
    """
    names = (DISTRIBUTION, *PACKAGES, *more)
    found = {name: importlib.metadata.version(name) for name in names}
    return {"python": platform.python_version(), **found}


def provenance_path(result: Path) -> Path:
    """Name the provenance record of a result, e.g. ``rates.provenance.json`` of ``rates.json``."""
    return result.with_name(f"{result.stem}.provenance.json")


def _is_same_file(first: Path, second: Path) -> bool:
    """Compare as the file system does: through links, and blind to case where it is."""
    try:
        return first.samefile(second)
    except OSError:  # one is not there yet
        return os.path.realpath(first) == os.path.realpath(second)
