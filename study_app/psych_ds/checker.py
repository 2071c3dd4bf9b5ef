"""Check a folder by all rules of Psych-DS.

Place on the data's path: what ``archive.py`` wrote must pass; ``study-app check-archive`` asks.
"""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from study_app.archive_names import DATA_FOLDER, DESCRIPTION_NAME, IGNORE_NAMES
from study_app.errors import ArchiveError
from study_app.psych_ds.metadata import (
    check_compiled,
    check_recommended,
    check_terms,
    compiled,
    read_metadata,
    variables,
)
from study_app.psych_ds.places import (
    check_places,
    is_data_file,
    is_ignored,
    read_patterns,
)
from study_app.psych_ds.problems import Problem, error, warning
from study_app.psych_ds.tables import check_table, read_rows


def check_dataset(folder: Path) -> list[Problem]:
    """List what breaks the rules of Psych-DS, errors first.

    Args:
        folder: the data set.

    Raises:
        ArchiveError: there is no such folder, or a file in it cannot be read.
    """
    if folder.is_file():
        raise ArchiveError(f"{folder}: is a file; name the folder that it unpacks to")
    if not folder.is_dir():
        raise ArchiveError(f"{folder}: there is no such folder")
    patterns = [line for name in IGNORE_NAMES for line in _patterns(folder / name)]
    files = {
        path: folder / path
        for path in sorted(
            p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()
        )
        if not is_ignored(path, patterns)
    }
    folders = [path.name for path in folder.iterdir() if path.is_dir()]
    problems = [*check_places(files, folders), *_check_contents(files)]
    return sorted(dict.fromkeys(problems), key=lambda problem: problem.severity)


def _check_contents(files: Mapping[str, Path]) -> Iterator[Problem]:
    documents: dict[str, dict[str, Any]] = {}
    tables: dict[str, bytes] = {}
    for path, file in files.items():
        content = _read(file)
        if not content:
            yield warning("FILE_EMPTY", path, "is empty")
        elif is_metadata(path):
            documents[path], problems = read_metadata(path, content)
            yield from problems
            yield from check_terms(path, documents[path])
        elif is_data_file(path):
            tables[path] = content
    if DESCRIPTION_NAME in documents:
        yield from check_compiled(DESCRIPTION_NAME, documents[DESCRIPTION_NAME])
        yield from check_recommended(documents[DESCRIPTION_NAME])
    for path, content in tables.items():
        of_table = compiled(path, documents)
        yield from check_compiled(path, of_table)
        yield from check_table(path, content, variables(of_table))
    yield from _check_measured(documents, tables)


def is_metadata(path: str) -> bool:
    """Tell whether a file is one of metadata."""
    in_data = path.startswith(f"{DATA_FOLDER}/") and path.endswith(".json")
    return path == DESCRIPTION_NAME or in_data


def _check_measured(
    documents: Mapping[str, Mapping[str, Any]], tables: Mapping[str, bytes]
) -> Iterator[Problem]:
    """Check that what is said to be measured stands in a table."""
    columns = {path: _header(content) for path, content in tables.items()}
    everywhere = {name for header in columns.values() for name in header}
    for path, document in documents.items():
        own = columns.get(f"{path.removesuffix('.json')}.csv", everywhere)
        if strange := [name for name in variables(document) if name not in own]:
            yield error("VARIABLE_MISSING_FROM_CSV_COLUMNS", path,
                        f"no table has the column {', '.join(strange)}")  # fmt: skip


def _header(content: bytes) -> list[str]:
    try:
        rows = read_rows(content)
    except (UnicodeDecodeError, csv.Error):
        return []  # said where the table is checked
    return rows[0] if rows else []


def _patterns(path: Path) -> list[str]:
    return read_patterns(_read(path).decode("utf-8", "replace")) if path.is_file() else []


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise ArchiveError(f"{path}: cannot be read: {problem.strerror}") from None
