"""Train the network on shards: fit, checkpoint, resume.

Place on the data's path: reads shards, writes a run directory. A training that was killed goes on
from its last checkpoint as if nothing had happened: weights, optimiser, moving average, step and
the losses of the open epoch come from one file, and every batch is fixed by seed and step.
"""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from colorizer import networks
from colorizer.checkpoints import TrainingState, load_state, save_state
from colorizer.config import TrainingConfig, load_config, save_config
from colorizer.crops import check_crop_fits, lightness_exponents, random_crops
from colorizer.distribution import ALONE, Distribution
from colorizer.errors import RunError
from colorizer.event_log import EventLog
from colorizer.fingerprints import copy_fingerprints, file_sha256
from colorizer.normalisation import recalibrate
from colorizer.preparing import count_prior
from colorizer.rebalancing import as_saved, bin_weights, load_prior, save_prior
from colorizer.results import versions
from colorizer.run_directory import (
    BEST_NAME,
    CONFIG_NAME,
    LAST_NAME,
    PRIOR_NAME,
    STATE_NAME,
    TENSORBOARD_NAME,
    RunDirectory,
    full_disk_explained,
)
from colorizer.schedules import build_optimizer
from colorizer.shards import INDEX_NAME, Photographs, load_index
from colorizer.training_start import build_untrained, start_network
from colorizer.training_step import TrainingStep
from colorizer.validation import reference_losses, save_samples, validate
from colorizer.weights_files import as_float32

N_RECALIBRATION = 12  # batches that the averaged weights' normalisation is measured on
SHARDS_DIGEST = "shards_sha256"

Progress = Callable[[dict[str, float]], None]


@dataclass(frozen=True)
class _Training:
    """What stays the same from the first step to the last."""

    directory: RunDirectory
    config: TrainingConfig
    photographs: Photographs
    held_out: Photographs
    prior: npt.NDArray[Any]
    network: keras.Model  # that is validated and saved; alone, the one that is trained
    step: TrainingStep
    distribution: Distribution
    progress: Progress | None
    events: EventLog | None


def train(
    shards: Path,
    run: Path,
    config: TrainingConfig,
    *,
    initial_weights: Path | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    distribution: Distribution = ALONE,
    tensorboard: bool = False,
) -> RunDirectory:
    """Train from the beginning.

    Args:
        shards: made by ``colorizer prepare``.
        run: the run directory to make.
        config: all settings.
        initial_weights: a ``.keras`` file to start from instead of an initialisation from data.
        overwrite: replace a training that is there.
        progress: called after every step with the newest figures.
        distribution: where it computes.
        tensorboard: write events for TensorBoard into the run directory too.

    Raises:
        ShardError: the shards are missing, damaged or too small for the crops.
        RunError: the run directory is taken, the initial weights do not fit, or the disk is full.
    """
    photographs = Photographs(shards, "training")
    check_crop_fits(photographs, config.crop_px, config.zoom)
    directory = RunDirectory(run)
    if distribution.is_chief:
        directory.check_free(overwrite)
    prior = as_saved(count_prior(photographs))
    network = start_network(config, photographs, prior, initial_weights)
    with full_disk_explained(run):
        if distribution.is_chief:
            directory.create(overwrite)
            save_prior(prior, run / PRIOR_NAME, n_photos=len(photographs))
            copy_fingerprints(shards, run, initial_weights)
            _save_settings(config, run, shards, photographs, initial_weights)
        splits = photographs, Photographs(shards, "validation")
        training = _set_up(
            network, directory, config, splits, prior, distribution, progress, tensorboard
        )
        return _go_on(training, TrainingState())


def resume(
    shards: Path,
    run: Path,
    *,
    progress: Progress | None = None,
    distribution: Distribution = ALONE,
    tensorboard: bool = False,
) -> RunDirectory:
    """Go on with a training that was interrupted, from its last checkpoint.

    Raises:
        RunError: there is no training, it was on other shards, its checkpoint is damaged, or the
            disk is full.
        ShardError: the shards are missing or damaged.
    """
    directory = RunDirectory(run)
    config = load_config(run / CONFIG_NAME)
    prior = load_prior(run / PRIOR_NAME, may_be_odd=True)
    _check_same_shards(shards, run)
    splits = Photographs(shards, "training"), Photographs(shards, "validation")
    network = build_untrained(config)
    with full_disk_explained(run):
        training = _set_up(
            network, directory, config, splits, prior, distribution, progress, tensorboard
        )
        state = load_state(run / STATE_NAME, training.step.network, training.step.optimizer)
        if distribution.is_chief:
            copy_fingerprints(shards, run, run / LAST_NAME)
            rows = [row for row in directory.load_metrics() if row["step"] <= state.n_steps]
            directory.save_metrics(rows)
        return _go_on(training, state)


def _save_settings(
    config: TrainingConfig,
    run: Path,
    shards: Path,
    photographs: Photographs,
    initial_weights: Path | None,
) -> None:
    """Write the settings last: a directory without them is no run yet."""
    multiple = config.size_multiple
    save_config(
        config,
        run / CONFIG_NAME,
        shards=photographs.index.provenance,
        n_photos=photographs.index.n_photos,
        input_px=photographs.index.size_px // multiple * multiple,
        versions=versions(),
        backend=keras.backend.backend(),
        initial_weights=str(initial_weights) if initial_weights else None,
        **{SHARDS_DIGEST: file_sha256(shards / INDEX_NAME)},
    )


def _check_same_shards(shards: Path, run: Path) -> None:
    recorded = json.loads((run / CONFIG_NAME).read_text(encoding="utf-8")).get(SHARDS_DIGEST)
    load_index(shards)  # says it if there is none
    if recorded is not None and recorded != file_sha256(shards / INDEX_NAME):
        raise RunError(
            f"{shards}: not the shards that {run} was started on (another {INDEX_NAME}); give"
            " those, or start a new run with --initial-weights"
        )


def _set_up(
    network: keras.Model,
    directory: RunDirectory,
    config: TrainingConfig,
    splits: tuple[Photographs, Photographs],
    prior: npt.NDArray[Any],
    distribution: Distribution,
    progress: Progress | None,
    tensorboard: bool,
) -> _Training:
    """Put the network where it is trained, and an optimiser beside it."""
    placed = network
    with distribution.scope():
        if distribution.strategy:
            placed = networks.build(config)
            distribution.synchronise(placed)
            placed.set_weights(network.get_weights())
        weights = bin_weights(prior, config.rebalance)
        step = TrainingStep(placed, weights, config.loss, config.neighbours)
        step.compile(optimizer=build_optimizer(config), jit_compile=networks.jit_compile())
        step.optimizer.build(placed.trainable_variables)
    return _Training(
        directory,
        config,
        *splits,
        prior,
        network,
        step,
        distribution,
        progress,
        EventLog(directory.path / TENSORBOARD_NAME)
        if tensorboard and distribution.is_chief
        else None,
    )


def _go_on(training: _Training, state: TrainingState) -> RunDirectory:
    """Train from where the state stands to the end."""
    config, step = training.config, training.step
    training.distribution.agree([*step.network.variables, *step.optimizer.variables])
    run_step = training.distribution.run_step(step)
    batches = _batches(training, state.n_steps)
    known = _known_figures(training)
    if state.n_steps == 0:
        _save_state(training, state)
    while state.n_steps < config.n_steps:
        n_epochs = state.n_steps // config.steps_per_epoch
        end = min((n_epochs + 1) * config.steps_per_epoch, config.n_steps)
        _train_until(end, training, run_step, batches, state, known)
        if training.distribution.is_chief:
            known |= _close_epoch(training, state)
        state.losses, state.seconds = [], 0.0
        _save_state(training, state)
    training.distribution.wait_for_all()
    return training.directory


def _batches(training: _Training, done: int) -> Iterator[Any]:
    """Give crops and the exponents of their lightness, from step ``done`` on, without end."""
    config, part = training.config, training.distribution.part
    crops = random_crops(
        training.photographs,
        config.crop_px,
        config.batch_size,
        config.seed,
        done,
        zoom=config.zoom,
        part=part,
    )
    exponents = lightness_exponents(
        config.batch_size, config.lightness_jitter, config.seed, done, part
    )
    return zip(crops, exponents, strict=True)


def _known_figures(training: _Training) -> dict[str, float]:
    """Give what is shown beside every loss: its reference points, the newest chroma ratio."""
    if not training.distribution.is_chief:
        return {}
    references = reference_losses(training.held_out, training.config, training.prior)
    rows = training.directory.load_metrics()
    newest = {"chroma_ratio": rows[-1]["chroma_ratio"]} if rows and references else {}
    losses = {name: value for name, value in references.items() if name.startswith("loss_")}
    return {**losses, **newest}


def _train_until(
    end: int,
    training: _Training,
    run_step: Callable[[Any], float],
    batches: Iterator[Any],
    state: TrainingState,
    known: dict[str, float],
) -> None:
    """Train to the end of an epoch, with a checkpoint now and then."""
    config = training.config
    while state.n_steps < end:
        start = time.monotonic()
        loss = run_step(next(batches))
        state.seconds += time.monotonic() - start
        state.n_steps += 1
        state.losses.append(loss)
        if not np.isfinite(loss):
            raise RunError(
                f"the loss is {loss} at step {state.n_steps}; take a lower learning rate"
            )
        if training.events:
            training.events.add(state.n_steps, {"step_loss": loss})
        if training.progress:
            figures = {"step": state.n_steps, "n_steps": config.n_steps, "loss": loss, **known}
            training.progress({**figures, "photos_per_second": _speed(config, state)})
        if state.n_steps % config.checkpoint_steps == 0 and state.n_steps < end:
            _save_state(training, state)


def _save_state(training: _Training, state: TrainingState) -> None:
    if training.distribution.is_chief:
        step = training.step
        save_state(training.directory.path / STATE_NAME, step.network, step.optimizer, state)


def _speed(config: TrainingConfig, state: TrainingState) -> float:
    return config.batch_size * len(state.losses) / max(state.seconds, 1e-9)


def _close_epoch(training: _Training, state: TrainingState) -> dict[str, float]:
    """Validate the averaged weights, keep them if they are the best, add the metrics' line.

    Returns:
        What is shown beside the losses from here on.
    """
    step, network, directory = training.step, training.network, training.directory
    trained = step.network.get_weights()
    if training.config.ema_momentum > 0:
        # puts the moving average in place
        step.optimizer.finalize_variable_values(step.network.trainable_variables)
    if network is not step.network:
        network.set_weights(step.network.get_weights())
        step.network.set_weights(trained)
    if training.config.ema_momentum > 0:
        _recalibrate(training)
    validation = validate(network, training.held_out, training.config, training.prior)
    earlier = [row["val_loss"] for row in directory.load_metrics() if "val_loss" in row]
    if not validation or validation["val_loss"] < min(earlier, default=np.inf):
        directory.save_network(as_float32(network), BEST_NAME)
    save_samples(network, training.held_out, training.config, directory.path, state.n_steps)
    network.set_weights(trained)
    directory.save_network(network, LAST_NAME)
    figures = {"loss": float(np.mean(state.losses)), **validation}
    if training.events:
        training.events.add(state.n_steps, figures)
    speed = {"photos_per_second": _speed(training.config, state)}
    directory.append_metrics({"step": state.n_steps, **figures, **speed})
    return {name: validation[name] for name in ("chroma_ratio",) if name in validation}


def _recalibrate(training: _Training) -> None:
    config = training.config
    crops = random_crops(training.photographs, config.crop_px, config.batch_size, config.seed + 1)
    recalibrate(training.network, itertools.islice(crops, N_RECALIBRATION))
