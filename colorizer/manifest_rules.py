"""What names and paths a manifest may hold; part of contract 1, standard library only. Pure.

They go into a database, addresses, tables and file names, on more than one system.
"""

import re

from colorizer.errors import ManifestError

CONDITION_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
LONGEST_NAME = 200  # as long as the web study keeps it
LONGEST_PATH = 1000
LARGEST_SIZE_PX = 4096
LONGEST_SHOWN = 80
# Another folder, drive or stream on Windows, where \ climbs as / does.
SIGNS_NOT_IN_PATHS = '\\:*?"<>|'
NOT_IN_PATHS = re.compile(f"[{re.escape(SIGNS_NOT_IN_PATHS)}]")


def check_condition_name(name: object) -> None:
    """Check the name of a condition.

    Raises:
        ManifestError: other characters than letters, digits, ``-``, ``_`` and ``.``, or too long.
    """
    if not isinstance(name, str) or not CONDITION_NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise ManifestError(
            f"condition {shown(name)}: a name has 1 to {LONGEST_NAME} letters, digits, - _ and ."
        )


def check_id(value: object, what: str) -> None:
    """Check the id of a pair or a photo.

    Raises:
        ManifestError: no text, empty, too long, with signs that cannot be printed, or with a
            beginning that a spreadsheet would take for a formula.
    """
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME or not value.isprintable():
        raise ManifestError(
            f"{what} {shown(value)}: must be a text of 1 to {LONGEST_NAME} printable characters"
        )
    if not value[0].isalnum():
        raise ManifestError(f"{what} {shown(value)}: must begin with a letter or a digit")


def check_path(path: object, pair_id: str) -> None:
    """Check that a path stays inside the set's folder, and names one file there on any system.

    Raises:
        ManifestError: it does not.
    """
    if not isinstance(path, str) or not 0 < len(path) <= LONGEST_PATH or not path.isprintable():
        raise ManifestError(
            f"pair {pair_id}: path {shown(path)} must have 1 to {LONGEST_PATH} printable characters"
        )
    if NOT_IN_PATHS.search(path):
        raise ManifestError(
            f"pair {pair_id}: path {shown(path)} has one of {SIGNS_NOT_IN_PATHS};"
            " folders are divided by /"
        )
    parts = path.split("/")
    if path.startswith("/") or ".." in parts:
        raise ManifestError(f"pair {pair_id}: {shown(path)} leaves the set's folder")
    if "" in parts or "." in parts:
        raise ManifestError(f"pair {pair_id}: {shown(path)} is not the plain path of a file")


def check_size_px(value: object) -> None:
    """Check the size of the images.

    Raises:
        ManifestError: no whole number, or out of range.
    """
    if type(value) is not int or not 1 <= value <= LARGEST_SIZE_PX:
        raise ManifestError(
            f"image_size_px is {shown(value)}; allowed are 1 to {LARGEST_SIZE_PX} pixels"
        )


def shown(value: object) -> str:
    """Give a value for a message, in one line and shortened."""
    text = ascii(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
