"""Read a JSON object that somebody else wrote; part of contract 1, standard library only.

Python's reader takes any size, keeps the last of two equal keys, and gives up with an error of its
own where lists lie too deep in each other.
"""

import json
import stat
from pathlib import Path
from typing import Any

from colorizer.errors import ManifestError
from colorizer.manifest_rules import shown

# The manifest of 100,000 pairs has about 60 million.
LARGEST_BYTES = 512 * 2**20
MOST_LEVELS = 50


def read_json_object(path: Path, largest_bytes: int = LARGEST_BYTES) -> dict[str, Any]:
    """Read a file that holds one JSON object.

    Raises:
        ManifestError: no plain file, too large, no JSON, no object, a key twice, too deep, or with
            half a character.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise ManifestError(f"{path}: is no file but a folder, a pipe or a device")
        if found.st_size > largest_bytes:
            raise ManifestError(
                f"{path}: has {found.st_size} bytes; allowed are at most {largest_bytes}"
            )
        document = json.loads(path.read_bytes(), object_pairs_hook=_object)
    except OSError as error:
        raise ManifestError(f"{path}: cannot be read: {error.strerror}") from None
    except RecursionError:
        raise _too_deep(path) from None
    except ValueError as error:
        raise ManifestError(f"{path}: not JSON: {error}") from None
    if not isinstance(document, dict):
        raise ManifestError(f"{path}: holds no JSON object")
    if _lies_too_deep(document, MOST_LEVELS):
        raise _too_deep(path)
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ManifestError(f"{path}: a text holds half a character, which UTF-8 cannot") from None
    return document


def _too_deep(path: Path) -> ManifestError:
    return ManifestError(
        f"{path}: lists and objects lie in each other more than {MOST_LEVELS} deep"
    )


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        twice = next(key for n, (key, _) in enumerate(members) if key in dict(members[:n]))
        raise ValueError(f"the key {shown(twice)} stands twice in one object")
    return found


def _lies_too_deep(value: dict[str, Any] | list[Any], levels: int) -> bool:
    members = value.values() if isinstance(value, dict) else value
    inner = [member for member in members if isinstance(member, dict | list)]
    return bool(inner) and (levels == 0 or any(_lies_too_deep(m, levels - 1) for m in inner))
