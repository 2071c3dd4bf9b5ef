"""Photographs inside tar files: plain, compressed, or a tar of tars as ImageNet comes.

Nothing is unpacked to disk. A plain tar gives slices of itself, readable at any time and in any
process; a compressed one is read while it streams by.
"""

import dataclasses
import io
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from colorizer.errors import PhotoError
from colorizer.photo_sources import (
    PhotoSource,
    build_source,
    is_hidden_name,
    is_photo_name,
    is_tar_name,
    path_inside,
    refused_source,
    tar_stem,
)

TAR_DAMAGE = (tarfile.TarError, OSError, EOFError, zlib.error, lzma.LZMAError)


@dataclass(frozen=True)
class _Place:
    """Where a tar lies: its folder in relative paths, its name in reports, its bytes on disk."""

    folder: PurePosixPath
    origin: str
    root: str
    path: Path | None  # None: the bytes are no slice of a file on disk
    offset: int = 0
    outer_folder: PurePosixPath | None = None  # of the tar on disk: no class of photographs


def find_in_tar(path: Path, folder: PurePosixPath, root: str = "") -> Iterator[PhotoSource]:
    """Give the photographs of a tar file in the order of the archive.

    Args:
        path: the tar file.
        folder: stands for the tar in the relative paths.
        root: name of the input the tar was found in.

    Yields:
        PhotoSource: regular members with a photograph's suffix; tars inside are entered. Where the
            archive is damaged, a last source that raises the reason when read.
    """
    try:
        with path.open("rb") as stream:
            yield from _find_in_stream(stream, _Place(folder, str(path), root, path, 0, folder))
    except OSError as error:
        yield refused_source(folder, str(path), f"cannot be read: {error.strerror or error}")


def _find_in_stream(stream: IO[bytes], place: _Place) -> Iterator[PhotoSource]:
    try:
        plain = place.path is not None and _is_plain_tar(stream)
        if not plain:
            place = dataclasses.replace(place, path=None)
        with tarfile.open(fileobj=stream, mode="r:" if plain else "r|*") as tar:
            for member in tar:
                if not _is_skipped(member):
                    yield from _find_in_member(tar, member, place)
    except TAR_DAMAGE as error:
        yield refused_source(place.folder, place.origin, f"damaged tar file: {error}")


def _find_in_member(
    tar: tarfile.TarFile, member: tarfile.TarInfo, place: _Place
) -> Iterator[PhotoSource]:
    relative = place.folder / path_inside(member.name)
    origin = f"{place.origin}:{member.name}"
    offset = place.offset + member.offset_data
    if is_tar_name(member.name):
        folder = relative.parent / tar_stem(relative.name)
        inner = dataclasses.replace(place, folder=folder, origin=origin, offset=offset)
        yield from _find_in_stream(_extract(tar, member), inner)
    elif is_photo_name(member.name):
        read: Callable[[], bytes]
        if place.path is None:
            read = partial(bytes, _extract(tar, member).read())
        else:
            read = partial(_read_slice, place.path, offset, member.size)
        yield build_source(relative, origin, read, place.root, place.outer_folder)


def _is_plain_tar(stream: IO[bytes]) -> bool:
    """Tell whether a seekable stream is an uncompressed tar, leaving it at its start."""
    try:
        tarfile.open(fileobj=stream, mode="r:").close()
    except tarfile.ReadError:
        return False
    finally:
        stream.seek(0)
    return True


def _is_skipped(member: tarfile.TarInfo) -> bool:
    # A sparse member is no slice of the archive; no tool writes photographs so.
    parts = path_inside(member.name).parts
    return not member.isreg() or member.issparse() or any(is_hidden_name(part) for part in parts)


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(member)
    if content is None:
        raise tarfile.ReadError(f"{member.name} is no regular file")
    return content


def _read_slice(path: Path, offset: int, size: int) -> bytes:
    try:
        with path.open("rb") as stream:
            stream.seek(offset, io.SEEK_SET)
            data = stream.read(size)
    except OSError as error:
        raise PhotoError(f"cannot be read: {error.strerror or error}") from None
    if len(data) != size:
        raise PhotoError(f"the tar file ends after {len(data)} of {size} bytes")
    return data
