"""Read both images of a pair and pad them to one length; keep padded copies for a proxy to send.

Place on the data's path: between the stimulus set and whoever shows an image. A proxy that sends a
file tells what it sees of it: name, length, time of change. So both copies of a pair are made at
once, under names that only the secret key gives, of one length and with one time of change.
"""

import contextlib
import hashlib
import hmac
import os
import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from study_app.catalog import read_image
from study_app.errors import SetChanged
from study_app.image_padding import pad_pair
from study_app.models import StimulusPair

Half = Literal["real", "fake"]
HALVES: tuple[Half, Half] = ("real", "fake")
# Every copy was changed then: 1 January 2000.
ONE_TIME_S = 946_684_800
# Whatever the umask: who may come this far is for the folder above to say.
READABLE_BY_THE_PROXY = 0o644
OPEN_TO_THE_PROXY = 0o755
# Kept by each worker of the server: 40 pairs of 256 x 256 pixels without compression.
MOST_BYTES = 8 * 2**20


@dataclass(frozen=True)
class PairFiles:
    """Where the two images of a pair are, and what they have to be.

    Attributes:
        folder: of the stimulus set.
        paths: of the real image and of the fake, in the set.
        digests: SHA-256 of both, hexadecimal.
    """

    folder: str
    paths: tuple[str, str]
    digests: tuple[str, str]


def files_of(pair: StimulusPair, folder: str) -> PairFiles:
    """Give the files of a pair of the stimulus set in a folder."""
    return PairFiles(folder, (pair.real_path, pair.fake_path), (pair.real_sha256, pair.fake_sha256))


def read_padded(files: PairFiles) -> dict[Half, bytes]:
    """Give both images of a pair, equally long.

    Raises:
        SetChanged: the stimulus set is not what it was.
    """
    images = (
        read_image(files.folder, path, digest)
        for path, digest in zip(files.paths, files.digests, strict=True)
    )
    return dict(zip(HALVES, pad_pair(*images), strict=True))


class RecentPairs:
    """The padded pairs that were read last: both images of a pair are asked for, one by one.

    A pair is read and proved again when one of its files was touched.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Keep nothing yet."""
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[object, dict[Half, bytes]] = OrderedDict()
        self._n_bytes = 0

    def read(self, files: PairFiles) -> dict[Half, bytes]:
        """Give both images of a pair; as ``read_padded``.

        Raises:
            SetChanged: the stimulus set is not what it was.
        """
        key = (files, _stamps(files))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        pair = read_padded(files)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = pair
                self._n_bytes += _length(pair)
            while self._n_bytes > self._most_bytes:
                self._n_bytes -= _length(self._kept.popitem(last=False)[1])
        return pair


def _length(pair: dict[Half, bytes]) -> int:
    return sum(map(len, pair.values()))


def _stamps(files: PairFiles) -> tuple[tuple[int, ...], ...] | None:
    """Give what changes when somebody touches a file; None where one is missing."""
    try:
        found = [Path(files.folder, path).stat() for path in files.paths]
    except OSError:
        return None
    return tuple((s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for s in found)


def keep_padded(files: PairFiles, half: Half, copies: Path, secret_key: str) -> str:
    """Give the name of the padded copy of an image; make those of its pair if they are not there.

    Args:
        files: of the pair.
        half: which image.
        copies: the folder of the copies, made if it is not there.
        secret_key: of the instance; without it nobody knows which copy is of what.

    Raises:
        SetChanged: the stimulus set is not what it was, or the copies cannot be written.
    """
    names = {name: _name(files, name, secret_key) for name in HALVES}
    try:
        if not all((copies / name).exists() for name in names.values()):
            _make_folder(copies)
            for which, data in read_padded(files).items():
                _write_once(copies / names[which], data)
    except OSError as error:
        raise SetChanged(f"{copies}: the images cannot be copied there: {error.strerror}") from None
    return names[half]


def _make_folder(copies: Path) -> None:
    if not copies.is_dir():
        copies.mkdir(parents=True, exist_ok=True)
        copies.chmod(OPEN_TO_THE_PROXY)


def _name(files: PairFiles, half: Half, secret_key: str) -> str:
    text = " ".join(("padded copy", *files.digests, half))
    return hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).hexdigest() + ".png"


def _write_once(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; of workers that write at once, the first one's stays."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(temporary).chmod(READABLE_BY_THE_PROXY)
        os.utime(temporary, (ONE_TIME_S, ONE_TIME_S))
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        Path(temporary).unlink()
