"""A training's directory: settings, metrics, checkpoints, samples; every file written whole.

``config.json``, ``metrics.csv``, ``prior.json``, ``last_state.npz`` (to go on from), ``last.keras``
(the network after the last epoch), ``best.keras`` (to colour with), ``samples/``.
"""

import csv
import errno
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from colorizer.errors import RunError
from colorizer.full_disk import NO_SPACE, is_disk_full

if TYPE_CHECKING:
    import keras  # takes seconds: an exported network colours without it

CONFIG_NAME = "config.json"
METRICS_NAME = "metrics.csv"
PRIOR_NAME = "prior.json"
LAST_NAME = "last.keras"
BEST_NAME = "best.keras"
STATE_NAME = "last_state.npz"
SAMPLES_NAME = "samples"
TENSORBOARD_NAME = "tensorboard"

NO_ROOM = {*NO_SPACE, errno.EFBIG, errno.EIO, errno.EROFS}


@dataclass(frozen=True)
class RunDirectory:
    """The files of one training.

    Attributes:
        path: the directory.
    """

    path: Path

    def check_free(self, overwrite: bool = False) -> None:
        """Refuse a directory that is taken.

        Raises:
            RunError: it holds a training already and ``overwrite`` is false.
        """
        if (self.path / CONFIG_NAME).exists() and not overwrite:
            raise RunError(
                f"{self.path}: holds a training already; go on with --resume or start anew with"
                " --overwrite"
            )

    def create(self, overwrite: bool = False) -> None:
        """Make an empty run directory.

        Raises:
            RunError: it holds a training already and ``overwrite`` is false.
        """
        self.check_free(overwrite)
        (self.path / SAMPLES_NAME).mkdir(parents=True, exist_ok=True)
        for name in (CONFIG_NAME, METRICS_NAME, LAST_NAME, BEST_NAME, STATE_NAME):
            (self.path / name).unlink(missing_ok=True)
        shutil.rmtree(self.path / TENSORBOARD_NAME, ignore_errors=True)

    def save_network(self, network: "keras.Model", name: str) -> None:
        """Write a network under a temporary name, then rename."""
        with whole_file(self.path / name) as temporary:
            network.save(temporary)

    def load_network(self, name: str) -> "keras.Model":
        """Read a network.

        Raises:
            RunError: there is none, or a damaged one.
        """
        return load_network_file(self.path / name)

    def append_metrics(self, row: dict[str, float | int]) -> None:
        """Add a line to ``metrics.csv``, which is written whole."""
        self.save_metrics([*self.load_metrics(), dict(row)])

    def load_metrics(self) -> list[dict[str, float]]:
        """Read the lines of ``metrics.csv``; none before the first epoch.

        Raises:
            RunError: it holds something else than numbers.
        """
        path = self.path / METRICS_NAME
        if not path.exists():
            return []
        try:
            with path.open(newline="", encoding="utf-8") as file:
                return [
                    {key: float(value) for key, value in row.items() if value}
                    for row in csv.DictReader(file)
                ]
        except (ValueError, TypeError) as error:
            raise RunError(f"{path}: not the metrics of a training: {error}") from None

    def save_metrics(self, rows: list[dict[str, float]]) -> None:
        """Write ``metrics.csv`` anew; a figure that a line does not have stays empty."""
        names = list(dict.fromkeys(name for row in rows for name in row))
        path = self.path / METRICS_NAME
        if not rows:
            path.unlink(missing_ok=True)
            return
        with (
            whole_file(path) as temporary,
            temporary.open("w", newline="", encoding="utf-8") as file,
        ):
            writer = csv.DictWriter(file, names, restval="")
            writer.writeheader()
            writer.writerows({key: _short(value) for key, value in row.items()} for row in rows)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary name that takes the name ``path`` when all went well, else disappears.

    Raises:
        OSError: the disk is full, whichever way a library put it.
    """
    temporary = path.with_name(f"part-{path.name}")
    try:
        yield temporary
        temporary.replace(path)
    except Exception as error:
        if is_disk_full(error, path):  # looked at while the part still fills the disk
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def full_disk_explained(run: Path) -> Iterator[None]:
    """Turn a disk that takes no more into a sentence that says what stays.

    Raises:
        RunError: something could not be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        kept = (
            "the last checkpoint stays whole: make room and go on with --resume"
            if (run / STATE_NAME).exists()
            else "there was no checkpoint yet: make room and start anew with --overwrite"
        )
        raise RunError(f"{run}: cannot be written to: {error.strerror}; {kept}") from None


def load_network_file(path: Path) -> "keras.Model":
    """Read a ``.keras`` file.

    Raises:
        RunError: the file is missing or no network.
    """
    if not path.is_file():
        raise RunError(f"{path}: no network there; a network is a .keras file or a run directory")
    if not zipfile.is_zipfile(path):
        raise RunError(f"{path}: the network cannot be read: no .keras file")
    import keras  # takes seconds: an exported network colours without it

    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except (ValueError, OSError, KeyError, TypeError, json.JSONDecodeError) as error:
        reason = str(error).splitlines()[0] if str(error) else repr(error)
        raise RunError(f"{path}: the network cannot be read: {reason}") from None


def _short(value: float) -> float | str:
    return value if isinstance(value, int) else f"{value:.6g}"
