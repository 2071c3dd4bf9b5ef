"""The one file that a training goes on from: weights, optimiser, step, and the epoch's losses.

One file, renamed into place, so that a process killed at any moment leaves either the old state or
the new one, never the weights of one step with the optimiser of another.
"""

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from colorizer.errors import RunError
from colorizer.run_directory import whole_file

N_STEPS, LOSSES, SECONDS = "n_steps", "losses", "seconds"


@dataclass
class TrainingState:
    """Where a training stands, beside its weights and its optimiser.

    Attributes:
        n_steps: steps done.
        losses: of the steps of the epoch that is not finished.
        seconds: that these steps took.
    """

    n_steps: int = 0
    losses: list[float] = field(default_factory=list)
    seconds: float = 0.0


def save_state(
    path: Path, network: keras.Model, optimizer: keras.optimizers.Optimizer, state: TrainingState
) -> None:
    """Write the state under a temporary name, then rename.

    Args:
        path: an ``.npz`` file.
        network: in training.
        optimizer: built for it; its step and its moving average of the weights are among its
            variables.
        state: the rest.
    """
    arrays = {
        f"{kind}{number:04d}": keras.ops.convert_to_numpy(variable)
        for kind, variables in _variables(network, optimizer)
        for number, variable in enumerate(variables)
    }
    arrays[N_STEPS], arrays[SECONDS] = np.array(state.n_steps), np.array(state.seconds)
    arrays[LOSSES] = np.array(state.losses, np.float64)
    with whole_file(path) as temporary:
        np.savez(temporary, **arrays)


def load_state(
    path: Path, network: keras.Model, optimizer: keras.optimizers.Optimizer
) -> TrainingState:
    """Put network and optimiser, both built, back where they were.

    Raises:
        RunError: there is no state, a damaged one, or one of another network.
    """
    try:
        # opened here: np.load leaves the file open when it is no ZIP file
        with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:
            arrays = {name: saved[name] for name in saved.files}
        state = TrainingState(
            int(arrays.pop(N_STEPS)), arrays.pop(LOSSES).tolist(), float(arrays.pop(SECONDS))
        )
    except FileNotFoundError:
        raise RunError(
            f"{path}: no checkpoint to go on from; start anew with --overwrite"
        ) from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise RunError(f"{path}: the checkpoint cannot be read: {error}") from None
    variables = {
        f"{kind}{number:04d}": variable
        for kind, group in _variables(network, optimizer)
        for number, variable in enumerate(group)
    }
    shapes = {name: tuple(variable.shape) for name, variable in variables.items()}
    if shapes != {name: value.shape for name, value in arrays.items()}:
        raise RunError(f"{path}: the checkpoint is of another network than the run's settings say")
    for name, variable in variables.items():
        variable.assign(arrays[name])
    return state


def _variables(network: keras.Model, optimizer: keras.optimizers.Optimizer) -> Any:
    return ("w", network.variables), ("v", optimizer.variables)
