"""Check an archive: the rules of Psych-DS, and that every file is the one that was written.

Place on the data's path: ``study-app check-archive`` asks; ``archive.py`` wrote the digests.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from study_app.archive_names import SUMS_NAME
from study_app.errors import ArchiveError
from study_app.psych_ds.checker import check_dataset
from study_app.psych_ds.problems import Problem, error, warning

LINE = re.compile(r"(?P<digest>[0-9a-f]{64})  (?P<path>.+)")
# What people add of their own: reports, say.
OWN_FOLDER = "results/"


def check_archive(folder: Path) -> list[Problem]:
    """List what is wrong with an archive, errors first.

    Args:
        folder: the archive, or any data set of Psych-DS.

    Raises:
        ArchiveError: there is no such folder, or a file in it cannot be read.
    """
    problems = [*check_dataset(folder), *_check_sums(folder)]
    return sorted(problems, key=lambda problem: problem.severity)


def read_sums(folder: Path) -> dict[str, str]:
    """Give the digest of every file that an archive lists; nothing without a list.

    Raises:
        ArchiveError: the list cannot be read, or a line of it is none.
    """
    path = folder / SUMS_NAME
    try:
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    except (OSError, UnicodeDecodeError):
        raise ArchiveError(f"{path}: cannot be read as a list of digests") from None
    found = {}
    for number, line in enumerate(lines, start=1):
        parts = LINE.fullmatch(line)
        if parts is None:
            raise ArchiveError(
                f"{path}, line {number}: found {line[:60]!r}; allowed: 64 hex digits, two spaces,"
                " a path"
            )
        found[parts["path"]] = parts["digest"]
    return found


def _check_sums(folder: Path) -> Iterator[Problem]:
    if not (folder / SUMS_NAME).is_file():
        yield warning(
            "NO_DIGESTS", "", f"there is no {SUMS_NAME}, so nobody can tell a changed file"
        )
        return
    listed = read_sums(folder)
    for path, digest in listed.items():
        file = folder / path
        if not file.is_file():
            yield error("FILE_MISSING", path, f"stands in {SUMS_NAME} and is not there")
        elif hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            yield error("FILE_CHANGED", path, f"is not the file whose digest {SUMS_NAME} has")
    there = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    for path in sorted(there):
        if path not in listed and path != SUMS_NAME and not path.startswith(OWN_FOLDER):
            yield warning("FILE_ADDED", path, f"does not stand in {SUMS_NAME}")
