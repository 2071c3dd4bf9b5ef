"""What is known of a photograph before it is read: its names, its category, how to get its bytes.

Shared by ``photo_tars.py`` and ``photo_files.py``, which find the photographs.
"""

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from colorizer.errors import PhotoError

# Formats that cameras and web pages use; a file of another suffix in a folder is passed over.
PHOTO_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".gif", ".tif", ".tiff"}
    | {".bmp", ".ppm", ".pgm", ".pnm", ".jp2", ".avif", ".heic", ".heif"}
)
TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
SKIPPED_FOLDERS = frozenset({"__MACOSX"})
WORDNET_ID = re.compile(r"(?<![a-z0-9])n\d{8}(?!\d)")


@dataclass(frozen=True)
class PhotoSource:
    """One file that claims to be a photograph; nothing of it was decoded yet.

    Attributes:
        name: file name, e.g. ``n02084071_12.JPEG``.
        relative_path: below the input it was found in, forward slashes, never leaving that folder;
            a tar file counts as a folder of its name.
        origin: the path as a reader of a report finds it; members of tar files follow a colon.
        category: WordNet id in the names, else the class folder (or class tar), else None.
        read: gives the file's bytes; raises PhotoError with the reason if they cannot be had.
        licence: as a sidecar file names it, else None.
    """

    name: str
    relative_path: str
    origin: str
    category: str | None
    read: Callable[[], bytes]
    licence: str | None = None


def build_source(
    relative: PurePosixPath,
    origin: str,
    read: Callable[[], bytes],
    root: str = "",
    tar_folder: PurePosixPath | None = None,
) -> PhotoSource:
    """Fill in what follows from the names.

    Args:
        relative: path below the input.
        origin: full path for reports.
        read: gives the bytes.
        root: name of the input itself; looked at for a WordNet id only.
        tar_folder: stands for a tar file that was cut by size, not by class, in ``relative``.
    """
    category = find_category(relative, root, tar_folder)
    return PhotoSource(
        readable(relative.name),
        readable(str(relative)),
        readable(origin),
        category and readable(category),
        read,
    )


def source_of_file(path: Path, relative: PurePosixPath, root: str = "") -> PhotoSource:
    """Describe a file on disk."""
    return build_source(relative, str(path), partial(_read_file, path), root)


def refused_source(
    relative: PurePosixPath, origin: str, reason: str, error: type[PhotoError] = PhotoError
) -> PhotoSource:
    """Describe something that cannot be read, so that reports name it with the reason."""
    return build_source(relative, origin, partial(_refuse, reason, error))


def readable(name: str) -> str:
    """Give a name as a report can hold it: what is no text or no sign for people is written out.

    File names are bytes to the system: old archives have some that are no UTF-8, and strangers some
    with line breaks.
    """
    if name.isprintable():
        return name
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in name
    )


def with_bytes(source: PhotoSource) -> PhotoSource:
    """Read a source now, so that it can be decoded where its file is not; also what it raises."""
    try:
        read = partial(bytes, source.read())
    except PhotoError as error:
        read = partial(_refuse, str(error), type(error))
    return dataclasses.replace(source, read=read)


def is_photo_name(name: str) -> bool:
    """Tell by its suffix whether a file claims to be a photograph."""
    return PurePosixPath(name).suffix.lower() in PHOTO_SUFFIXES


def is_tar_name(name: str) -> bool:
    """Tell by its suffix whether a file claims to be a tar file, compressed or not."""
    return name.lower().endswith(TAR_SUFFIXES)


def is_hidden_name(name: str) -> bool:
    """Tell whether a file or folder is to be passed over: hidden, or left by an archiver."""
    return name.startswith(".") or name in SKIPPED_FOLDERS


def tar_stem(name: str) -> str:
    """Give the name of a tar file without its suffix: ``n01440764.tar`` is ``n01440764``."""
    suffix = next((s for s in sorted(TAR_SUFFIXES, key=len) if name.lower().endswith(s)), "")
    return name[: len(name) - len(suffix)] or name


def path_inside(name: str) -> PurePosixPath:
    """Make a relative path of any member name: without root, drive, ``.`` and ``..``."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return PurePosixPath(*(part.replace(":", "_") for part in parts))


def find_category(
    relative: PurePosixPath, root: str = "", tar_folder: PurePosixPath | None = None
) -> str | None:
    """Find the category of a photograph by its names.

    Returns:
        The WordNet id (``n`` and eight digits) nearest to the file name, looking upwards to the
        input's own name; else the name of the folder it lies in, ``tar_folder`` not counting; None
        right below the input.
    """
    for part in (*reversed(relative.parts), root):
        if match := WORDNET_ID.search(part):
            return match.group()
    folders = (folder for folder in relative.parents if folder != tar_folder)
    return next(folders, PurePosixPath()).name or None


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PhotoError(f"cannot be read: {error.strerror or error}") from None


def _refuse(reason: str, error: type[PhotoError]) -> bytes:
    raise error(reason)
