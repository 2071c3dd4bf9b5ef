"""A sound stimulus set for both programs, and what strangers may have made of it."""

import hashlib
import json
import os
import shutil
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from colorizer.manifest import (
    MANIFEST_NAME,
    Condition,
    ImageFile,
    StimulusPair,
    StimulusSet,
    save_manifest,
)
from colorizer.png_encoding import encode_png

SIZE_PX = 16
N_PHOTOS = 12
Spoil = Callable[[Path], None]


def build_sound_set(folder: Path) -> Path:
    """Write noise in which real and fake have the same pixels: equal L*, no photo twice."""
    rng = np.random.default_rng(6)
    pairs = []
    for number in range(N_PHOTOS):
        data = encode_png(rng.integers(0, 256, (SIZE_PX, SIZE_PX, 3), np.uint8))
        files = [_save(folder, f"images/{half}{number}.png", data) for half in "rf"]
        pairs.append(StimulusPair(f"pair{number}", f"{number:016x}", "mine", *files))
    save_manifest(
        StimulusSet(SIZE_PX, "png", (Condition("mine", "folder"),), tuple(pairs), {"seed": 1}),
        folder,
    )
    return folder


def places_of(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the way to every value inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for key, member in inner:
        yield (*way, key)
        yield from places_of(member, (*way, key))


def put(document: Any, way: tuple[Any, ...], value: Any) -> None:
    """Exchange a value inside a JSON value."""
    for key in way[:-1]:
        document = document[key]
    document[way[-1]] = value


def read_document(folder: Path) -> Any:
    """Give the manifest as JSON."""
    return json.loads((folder / MANIFEST_NAME).read_bytes())


def write_document(folder: Path, document: Any) -> None:
    """Write the manifest as JSON, without a look at it."""
    (folder / MANIFEST_NAME).write_text(json.dumps(document), encoding="utf-8")


def _save(folder: Path, path: str, data: bytes) -> ImageFile:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(data)
    return ImageFile(path, hashlib.sha256(data).hexdigest())


def _say(way: tuple[Any, ...], value: Any) -> Spoil:
    def spoil(folder: Path) -> None:
        document = read_document(folder)
        put(document, way, value)
        write_document(folder, document)

    return spoil


def _manifest_is(content: bytes) -> Spoil:
    return lambda folder: _forget((folder / MANIFEST_NAME).write_bytes(content))


def _instead(path: str, make: Callable[[Path], object]) -> Spoil:
    """Remove a file and have something else in its place."""

    def spoil(folder: Path) -> None:
        (folder / path).unlink()
        _forget(make(folder / path))

    return spoil


def _with_bytes(data: bytes) -> Spoil:
    """Exchange the first real image, with the right digest in the manifest."""

    def spoil(folder: Path) -> None:
        image = _save(folder, FIRST, data)
        _say(("pairs", 0, "real", "sha256"), image.sha256)(folder)

    return spoil


def _huge(path: Path) -> None:
    """Make a file that says it has a tebibyte, and takes no room."""
    with path.open("wb") as file:
        file.truncate(2**40)


def _outside(path: Path) -> None:
    """Move the folder of the images out of the set and leave a link to it."""
    images = path.parent
    shutil.copytree(images, images.parent.parent / "elsewhere")
    shutil.rmtree(images)
    images.symlink_to(images.parent.parent / "elsewhere")


def _png(width: int, height: int, body: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    )


def _forget(_value: object) -> None:
    """Take a value that nobody wants."""


FIRST = "images/r0.png"
PAIR = ("pairs", 0)
BOMB = zlib.compress(b"\0" * 2**26, 9)  # 64 MiB in 64 KiB

# What is wrong, and what both programs must say.
SPOILT: dict[str, tuple[Spoil, str]] = {
    "no manifest": (lambda folder: (folder / MANIFEST_NAME).unlink(), "no manifest.json there"),
    "manifest is a pipe": (_instead(MANIFEST_NAME, os.mkfifo), "no manifest.json there"),
    "manifest is a folder": (_instead(MANIFEST_NAME, Path.mkdir), "no manifest.json there"),
    "manifest is a device": (
        _instead(MANIFEST_NAME, lambda path: path.symlink_to("/dev/zero")),
        "no manifest.json there",
    ),
    "manifest is huge": (_instead(MANIFEST_NAME, _huge), "bytes; allowed are at most"),
    "manifest is no JSON": (_manifest_is(b"\x89PNG"), "not JSON"),
    "manifest is deep": (_manifest_is(b'{"a":' + b"[" * 10**6 + b"]" * 10**6 + b"}"), "deep"),
    "a key twice": (_manifest_is(b'{"format": "a", "format": "b"}'), "'format' stands twice"),
    "a path climbs": (_say((*PAIR, "real", "path"), "../r0.png"), "leaves the set's folder"),
    "a path is absolute": (_say((*PAIR, "real", "path"), "/etc/passwd"), "leaves the set's folder"),
    "a path with NUL": (_say((*PAIR, "real", "path"), "a\0.png"), "printable characters"),
    "a path of Windows": (_say((*PAIR, "real", "path"), "..\\r0.png"), "divided by /"),
    "a path of another file": (_say((*PAIR, "real", "path"), "none.png"), "the file is missing"),
    "an id with a line break": (_say((*PAIR, "pair_id"), "a\nb"), "printable characters"),
    "an id like a formula": (_say((*PAIR, "pair_id"), "=1+1"), "begin with a letter"),
    "an id that is long": (_say((*PAIR, "photo_id"), "a" * 10**6), "1 to 200"),
    "an id twice": (_say((*PAIR, "pair_id"), "pair1"), "stands twice"),
    "a condition of two lines": (_say(("conditions", 0, "name"), "a\r\nb"), "letters, digits"),
    "half a character": (_say((*PAIR, "source_name"), "\ud83d"), "half a character"),
    "sizes of another world": (_say(("image_size_px",), 10**12), "allowed are 1 to 4096"),
    "a wrong size": (_say(("image_size_px",), 32), "pixels"),
    "a wrong digest": (_say((*PAIR, "real", "sha256"), "0" * 64), "its SHA-256 is not the one"),
    "image is a link": (
        _instead(FIRST, lambda path: path.symlink_to("/etc/hostname")),
        "is reached through a link",
    ),
    "folder is a link": (
        lambda folder: _outside(folder / FIRST),
        "is reached through a link",
    ),
    "image is a pipe": (_instead(FIRST, os.mkfifo), "is no file but"),
    "image is huge": (_instead(FIRST, _huge), "bytes; allowed are at most"),
    "image is short": (_with_bytes(b"\x89PNG\r\n\x1a\n"), "not a PNG"),
    "image of another world": (_with_bytes(_png(2**31 - 1, 2**31 - 1, BOMB)), FIRST),
}
