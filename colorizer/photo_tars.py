"""Photographs inside tar files: plain, compressed, or a tar of tars as ImageNet comes.

Nothing is unpacked to disk. A plain tar gives slices of itself, readable at any time and in any
process; a compressed one is read while it streams by. The WebDataset tars of img2dataset have
sidecar files: no inputs, but a label and a licence are taken from them (``sidecars.py``).
"""

import dataclasses
import io
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import IO

from colorizer.errors import DamagedTarError, PhotoError
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
from colorizer.sidecars import LARGEST_SIDECAR_BYTES, NOTHING, Facts, read_sidecar

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
        PhotoSource: members with a photograph's suffix, links among them refused when read; tars
            inside are entered. Where the archive is damaged, a last source that raises the reason
            when read (DamagedTarError).
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
            for _, sample in groupby(_members(tar), key=_sample_key):
                yield from _find_in_sample(tar, sample, place)
            if plain:
                _check_end(tar, stream)
    except TAR_DAMAGE as error:
        reason = f"damaged tar file: {error}"
        yield refused_source(place.folder, place.origin, reason, DamagedTarError)


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Give the members one after the other, and let ``tarfile`` forget them again."""
    while (member := tar.next()) is not None:
        if not any(is_hidden_name(part) for part in path_inside(member.name).parts):
            yield member
        tar.members.clear()  # type: ignore[attr-defined]  # the one list that would grow


def _sample_key(member: tarfile.TarInfo) -> str:
    """Give what a photograph and its sidecar files have in common: the name but for its suffix."""
    return member.name.rpartition(".")[0]


def _find_in_sample(
    tar: tarfile.TarFile, sample: Iterator[tarfile.TarInfo], place: _Place
) -> Iterator[PhotoSource]:
    """Give the photographs among neighbours of one name, with what their sidecar file says."""
    photos: list[PhotoSource] = []
    facts = NOTHING
    try:
        for member in sample:
            if is_tar_name(member.name) and member.isreg():
                yield from _find_in_stream(_extract(tar, member), _place_inside(place, member))
            elif is_photo_name(member.name) and not member.isdir():
                photos.append(_photo_of(tar, member, place))
            elif _is_sidecar(member):
                facts = read_sidecar(_extract(tar, member).read())
    except TAR_DAMAGE:  # what was found before is there all the same
        yield from photos
        raise
    yield from (_with_facts(photo, facts) for photo in photos)


def _is_sidecar(member: tarfile.TarInfo) -> bool:
    is_small = member.size <= LARGEST_SIDECAR_BYTES
    return member.isreg() and is_small and member.name.lower().endswith(".json")


def _place_inside(place: _Place, member: tarfile.TarInfo) -> _Place:
    relative = place.folder / path_inside(member.name)
    return dataclasses.replace(
        place,
        folder=relative.parent / tar_stem(relative.name),
        origin=f"{place.origin}:{member.name}",
        offset=place.offset + member.offset_data,
    )


def _photo_of(tar: tarfile.TarFile, member: tarfile.TarInfo, place: _Place) -> PhotoSource:
    relative, origin = place.folder / path_inside(member.name), f"{place.origin}:{member.name}"
    if not member.isreg() or member.issparse():  # no slice of the archive
        return refused_source(relative, origin, "no ordinary file in the tar file; links are such")
    read: Callable[[], bytes]
    if place.path is None:
        read = partial(bytes, _extract(tar, member).read())
    else:
        read = partial(_read_slice, place.path, place.offset + member.offset_data, member.size)
    return build_source(relative, origin, read, place.root, place.outer_folder)


def _with_facts(photo: PhotoSource, facts: Facts) -> PhotoSource:
    if facts == NOTHING:
        return photo
    category = photo.category or facts.category
    return dataclasses.replace(photo, category=category, licence=facts.licence)


def _check_end(tar: tarfile.TarFile, stream: IO[bytes]) -> None:
    """Refuse a tar that does not end as tars do: ``tarfile`` takes a garbled header for the end."""
    stream.seek(tar.offset)
    block = stream.read(tarfile.BLOCKSIZE)
    if not block:
        raise tarfile.ReadError("its end mark is missing, so more may be")
    if block.strip(b"\0"):
        raise tarfile.ReadError(f"no member starts at byte {tar.offset}, where one should")


def _is_plain_tar(stream: IO[bytes]) -> bool:
    """Tell whether a seekable stream is an uncompressed tar, leaving it at its start."""
    try:
        tarfile.open(fileobj=stream, mode="r:").close()
    except tarfile.ReadError:
        return False
    finally:
        stream.seek(0)
    return True


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
        raise DamagedTarError(f"the tar file ends after {len(data)} of {size} bytes")
    return data
