"""Finds photographs: in folders, in tar files, in text files of paths.

First step of the data's path: gives one ``PhotoSource`` per file that claims to be a photograph,
in an order that is the same on every machine. Reading is lazy; decoding is left to
``photo_decoding.py``.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from colorizer.errors import PhotoError
from colorizer.photo_sources import (
    PHOTO_SUFFIXES,
    PhotoSource,
    is_hidden_name,
    is_photo_name,
    is_tar_name,
    path_inside,
    source_of_file,
    tar_stem,
)
from colorizer.photo_tars import find_in_tar

LIST_SUFFIXES = (".txt", ".lst")


def find_photos(inputs: Iterable[Path]) -> Iterator[PhotoSource]:
    """Find photographs, one source per file, in a fixed order: inputs as given, names sorted.

    Args:
        inputs: folders (recursive; tar files in them are opened), tar files (also a tar of tars,
            and compressed ones; never unpacked to disk), text files with one path per line
            (relative to the list; empty lines and lines from ``#`` skipped), or photographs.
            Hidden files and ``__MACOSX`` are passed over in folders and tar files.

    Yields:
        PhotoSource: lazy; a missing or unreadable file raises when it is read.

    Raises:
        PhotoError: an input does not exist, or no file in it claims to be a photograph.
    """
    for path in inputs:
        n_found = 0
        for source in _find_in(Path(path)):
            n_found += 1
            yield source
        if not n_found:
            suffixes = " ".join(sorted(PHOTO_SUFFIXES))
            raise PhotoError(f"{path}: no photographs there; allowed suffixes are {suffixes}")


def _find_in(path: Path) -> Iterator[PhotoSource]:
    if path.is_dir():
        return _find_in_folder(path)
    if not path.exists():
        raise PhotoError(f"{path}: no such file or folder")
    if is_tar_name(path.name):
        return find_in_tar(path, PurePosixPath(tar_stem(path.name)))
    if path.suffix.lower() in LIST_SUFFIXES:
        return _find_in_list(path)
    return iter([source_of_file(path, PurePosixPath(path.name))])


def _find_in_folder(folder: Path) -> Iterator[PhotoSource]:
    root = folder.resolve().name
    for path in _walk(folder, {folder.resolve()}):
        relative = PurePosixPath(path.relative_to(folder).as_posix())
        if is_tar_name(path.name):
            yield from find_in_tar(path, relative.parent / tar_stem(path.name), root)
        elif is_photo_name(path.name):
            yield source_of_file(path, relative, root)


def _walk(folder: Path, visited: set[Path]) -> Iterator[Path]:
    """Give the files below a folder, sorted by name; linked folders are entered once."""
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if is_hidden_name(path.name):
            continue
        if not path.is_dir():
            yield path
        elif (resolved := path.resolve()) not in visited:
            visited.add(resolved)
            yield from _walk(path, visited)


def _find_in_list(path: Path) -> Iterator[PhotoSource]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PhotoError(f"{path}: not a text file of paths: {error}") from None
    for line in lines:
        entry = line.strip()
        if entry and not entry.startswith("#"):
            listed = Path(entry)
            relative = PurePosixPath(listed.name) if listed.is_absolute() else path_inside(entry)
            yield source_of_file(path.parent / listed, relative, path.parent.resolve().name)
