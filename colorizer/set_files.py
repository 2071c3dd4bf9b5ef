"""Open a file of a folder that somebody else made; part of contract 1, standard library only.

A stimulus set may come from a stranger. Nothing outside its folder is opened, nothing that is no
plain file, and no more is read than a file of its kind can hold.
"""

import os
import stat
from pathlib import Path, PurePosixPath

from colorizer.errors import ManifestError

# More than a picture of 4096 by 4096 pixels without compression.
LARGEST_IMAGE_BYTES = 64 * 2**20
# Neither follow a link nor wait for the other end of a pipe, where a system knows these words.
OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)


def read_set_file(folder: Path, path: str, largest_bytes: int = LARGEST_IMAGE_BYTES) -> bytes:
    """Read one file of a stimulus set.

    Args:
        folder: of the set; may itself be a link.
        path: relative, with forward slashes; must not climb (``manifest_rules.py``).
        largest_bytes: a larger file is not read.

    Raises:
        ManifestError: the file is missing, cannot be read, is reached through a link, is a pipe, a
            device or a folder, or is too large; the message begins with ``path``.
    """
    try:
        place = _refuse_links(folder, path)
        descriptor = os.open(place, OPEN_FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        raise ManifestError(f"{path}: the file is missing") from None
    except OSError as error:
        raise ManifestError(f"{path}: cannot be read: {error.strerror}") from None
    with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123 - opened above, with care
        _refuse_large(path, os.fstat(descriptor), largest_bytes)
        content = file.readall()
    return bytes(content)


def _refuse_links(folder: Path, path: str) -> str:
    """Give the place of a plain file; every part of the way to it is a folder, none a link."""
    place = str(folder)
    for part in PurePosixPath(path).parts:
        place = os.path.join(place, part)  # noqa: PTH118 - done for 100,000s of files
        found = os.lstat(place)
        if stat.S_ISLNK(found.st_mode):
            raise ManifestError(f"{path}: is reached through a link; allowed are files in the set")
    if not stat.S_ISREG(found.st_mode):
        raise ManifestError(f"{path}: is no file but a folder, a pipe or a device")
    return place


def _refuse_large(path: str, found: os.stat_result, largest_bytes: int) -> None:
    if found.st_size > largest_bytes:
        raise ManifestError(
            f"{path}: has {found.st_size} bytes; allowed are at most {largest_bytes}"
        )
