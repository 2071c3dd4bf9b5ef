"""A training's directory: settings, metrics, checkpoints, samples; every file written whole.

``config.json``, ``metrics.csv``, ``prior.json``, ``last.keras`` with ``last_optimizer.npz`` (to go
on), ``best.keras`` (to colour with), ``samples/``.
"""

import csv
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from colorizer.errors import RunError

if TYPE_CHECKING:
    import keras  # takes seconds: an exported network colours without it

CONFIG_NAME = "config.json"
METRICS_NAME = "metrics.csv"
PRIOR_NAME = "prior.json"
LAST_NAME = "last.keras"
BEST_NAME = "best.keras"
OPTIMIZER_NAME = "last_optimizer.npz"
SAMPLES_NAME = "samples"


@dataclass(frozen=True)
class RunDirectory:
    """The files of one training.

    Attributes:
        path: the directory.
    """

    path: Path

    def create(self, overwrite: bool = False) -> None:
        """Make an empty run directory.

        Raises:
            RunError: it holds a training already and ``overwrite`` is false.
        """
        if (self.path / CONFIG_NAME).exists() and not overwrite:
            raise RunError(
                f"{self.path}: holds a training already; go on with --resume or start anew with"
                " --overwrite"
            )
        (self.path / SAMPLES_NAME).mkdir(parents=True, exist_ok=True)
        for name in (METRICS_NAME, LAST_NAME, BEST_NAME, OPTIMIZER_NAME):
            (self.path / name).unlink(missing_ok=True)

    def save_network(self, network: "keras.Model", name: str) -> None:
        """Write a network under a temporary name, then rename."""
        temporary = self.path / f"part-{name}"
        network.save(temporary)
        temporary.replace(self.path / name)

    def save_progress(self, network: "keras.Model", optimizer: Any, n_steps: int) -> None:
        """Write what a resumed training needs."""
        import keras  # takes seconds: an exported network colours without it

        values = [keras.ops.convert_to_numpy(variable) for variable in optimizer.variables]
        arrays = {f"v{number:04d}": value for number, value in enumerate(values)}
        temporary = self.path / f"part-{OPTIMIZER_NAME}"
        np.savez(temporary, n_steps=np.int64(n_steps), **arrays)
        self.save_network(network, LAST_NAME)
        temporary.replace(self.path / OPTIMIZER_NAME)

    def load_network(self, name: str) -> "keras.Model":
        """Read a network.

        Raises:
            RunError: there is none, or a damaged one.
        """
        return load_network_file(self.path / name)

    def load_progress(self, optimizer: Any) -> int:
        """Put the optimiser, already built, back where it was and give the steps done.

        Raises:
            RunError: there is no progress to go on from, or it does not fit the network.
        """
        path = self.path / OPTIMIZER_NAME
        try:
            with np.load(path) as saved:
                for number, variable in enumerate(optimizer.variables):
                    variable.assign(saved[f"v{number:04d}"])
                return int(saved["n_steps"])
        except (OSError, ValueError, KeyError) as error:
            raise RunError(f"{path}: no progress to go on from: {error}") from None

    def append_metrics(self, row: dict[str, float | int]) -> None:
        """Add a line to ``metrics.csv``."""
        path = self.path / METRICS_NAME
        is_new = not path.exists()
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(row))
            if is_new:
                writer.writeheader()
            writer.writerow({key: _short(value) for key, value in row.items()})

    def load_metrics(self) -> list[dict[str, float]]:
        """Read the lines of ``metrics.csv``; none before the first epoch."""
        path = self.path / METRICS_NAME
        if not path.exists():
            return []
        with path.open(newline="", encoding="utf-8") as file:
            return [
                {key: float(value) for key, value in row.items()} for row in csv.DictReader(file)
            ]

    def save_metrics(self, rows: list[dict[str, float]]) -> None:
        """Write ``metrics.csv`` anew, as after a crash between two checkpoints."""
        (self.path / METRICS_NAME).unlink(missing_ok=True)
        for row in rows:
            self.append_metrics(dict(row))


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
