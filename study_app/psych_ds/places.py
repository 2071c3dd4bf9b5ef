"""Rules about which files there are and what they are called; pure, on paths alone.

Schema 1.5.1: ``rules/files/common/core.yaml``, ``rules/files/metadata.yaml``,
``rules/files/tabular_data/data.yaml``.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from study_app.archive_names import (
    DATA_FILE,
    DATA_FOLDER,
    DESCRIPTION_NAME,
    IGNORE_NAMES,
    KEYWORDS,
)
from study_app.psych_ds.problems import Problem, error, warning

RECOMMENDED_FOLDERS = ("analysis", "results", "materials", "documentation")
TEXTS = {"README": "MISSING_README_DOC", "CHANGES": "MISSING_CHANGES_DOC"}
TEXT_SUFFIXES = (".md", ".txt")
FOLDER_METADATA = "file_metadata.json"
DATA_SUFFIX = re.compile(r"(.*_)?data\.(csv|tsv|json)")


def check_places(paths: Collection[str], folders: Collection[str]) -> Iterator[Problem]:
    """Check what there is.

    Args:
        paths: of all files that are not ignored, below the data set.
        folders: names of the folders right in the data set.
    """
    if DESCRIPTION_NAME not in paths:
        yield error("MISSING_DATASET_DESCRIPTION", "", f"there is no {DESCRIPTION_NAME}")
    if DATA_FOLDER not in folders:
        yield error("MISSING_DATA_DIRECTORY", "", f"there is no folder {DATA_FOLDER}")
    if not any(is_data_file(path) for path in paths):
        yield error(
            "MISSING_DATAFILE", "", f"{DATA_FOLDER} holds no table such as study-x_data.csv"
        )
    for stem, code in TEXTS.items():
        if not any(f"{stem}{suffix}" in paths for suffix in TEXT_SUFFIXES):
            yield warning(code, "", f"there is no {stem}.md or {stem}.txt")
    for folder in RECOMMENDED_FOLDERS:
        if folder not in folders:
            yield warning(f"MISSING_{folder.upper()}_DIRECTORY", "", f"there is no folder {folder}")
    if not any(name in paths for name in IGNORE_NAMES):
        yield warning("MISSING_PSYCHDSIGNORE", "", f"there is no {IGNORE_NAMES[0]}")
    for path in sorted(paths):
        yield from _check_name(path)


def is_data_file(path: str) -> bool:
    """Tell whether a path is that of a table whose name keeps the rules."""
    place = PurePosixPath(path)
    return place.parts[0] == DATA_FOLDER and DATA_FILE.fullmatch(place.name) is not None


def is_ignored(path: str, patterns: Iterable[str]) -> bool:
    """Tell whether a file is passed over.

    Patterns are a part of those of ``.gitignore``: names, paths, ``*`` and ``**``, and folders
    with all that is in them; nothing is taken back by ``!``.
    """
    places = [path, *(str(parent) for parent in PurePosixPath(path).parents)][:-1]
    return any(_matches(place, pattern) for place in places for pattern in patterns)


def read_patterns(text: str) -> list[str]:
    """Give the patterns of a file that says what to ignore."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith(("#", "!"))]


def _matches(place: str, pattern: str) -> bool:
    wanted = pattern.strip("/")
    if "/" in wanted or pattern.startswith("/"):
        return fnmatchcase(place, wanted)
    return fnmatchcase(PurePosixPath(place).name, wanted)


def _check_name(path: str) -> Iterator[Problem]:
    place = PurePosixPath(path)
    in_data = place.parts[0] == DATA_FOLDER and len(place.parts) > 1
    if place.name == DESCRIPTION_NAME and path != DESCRIPTION_NAME:
        yield warning(
            "WRONG_METADATA_LOCATION", path, "counts only when it stands right in the data set"
        )
    elif in_data and DATA_SUFFIX.fullmatch(place.name):
        yield from _check_keywords(place)
    elif not _is_known(path, in_data, place.name):
        yield warning(
            "FILE_NOT_CHECKED",
            path,
            f"has no name that the rules know; list it in {IGNORE_NAMES[0]}",
        )


def _check_keywords(place: PurePosixPath) -> Iterator[Problem]:
    name = str(place.with_suffix(".csv").name)
    if place.suffix == ".tsv":
        yield error("EXTENSION_MISMATCH", str(place), "tables with tabs are not read here; use CSV")
        return
    if not DATA_FILE.fullmatch(name):
        yield error(
            "FILENAME_KEYWORD_FORMATTING_ERROR", str(place),
            "allowed: keywords as in study-x_session-2_data.csv, keys of a-z, values of a-z, A-Z"
            " and 0-9",
        )  # fmt: skip
        return
    unknown = [pair.split("-")[0] for pair in name.split("_")[:-1]]
    if strange := [key for key in unknown if key not in KEYWORDS]:
        yield warning(
            "FILENAME_UNOFFICIAL_KEYWORD_WARNING", str(place),
            f"keyword {strange[0]!r} is none of {', '.join(KEYWORDS)}",
        )  # fmt: skip


def _is_known(path: str, in_data: bool, name: str) -> bool:
    texts = {f"{stem}{suffix}" for stem in TEXTS for suffix in TEXT_SUFFIXES}
    return path in {DESCRIPTION_NAME, *IGNORE_NAMES, *texts} or (
        in_data and name == FOLDER_METADATA
    )
