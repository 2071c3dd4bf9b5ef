"""Train the network on shards: fit, checkpoint, resume.

Place on the data's path: reads shards, writes a run directory. Targets are computed inside the
compiled step from uint8 RGB; the same code runs on Keras' TensorFlow, JAX and torch backends.
"""

import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from colorizer import networks
from colorizer.config import TrainingConfig, load_config, save_config
from colorizer.crops import check_crop_fits, lightness_exponents, random_crops
from colorizer.errors import RunError
from colorizer.fingerprints import copy_fingerprints
from colorizer.network import (
    cross_entropy,
    initialise_from_data,
    pixel_weights,
    rescale_blocks,
    set_final_bias,
    squared_error,
    targets_of,
)
from colorizer.normalisation import recalibrate
from colorizer.preparing import count_prior
from colorizer.rebalancing import bin_weights, load_prior, save_prior
from colorizer.results import versions
from colorizer.run_directory import (
    BEST_NAME,
    CONFIG_NAME,
    LAST_NAME,
    PRIOR_NAME,
    RunDirectory,
    load_network_file,
)
from colorizer.shards import Photographs
from colorizer.validation import save_samples, validate
from colorizer.weights_files import as_float32

N_INITIALISATION = 32  # photographs that scale the first weights
N_RECALIBRATION = 12  # batches that the averaged weights' normalisation is measured on

Progress = Callable[[dict[str, float]], None]


class TrainingStep(keras.Model):
    """The network with its loss on uint8 RGB batches, for Keras' compiled training step.

    Args:
        network: from ``build_network``.
        weights: (Q,), class weights of mean 1 under the prior; unused by ``l2``.
        loss: ``classification`` or ``l2``.
    """

    def __init__(self, network: keras.Model, weights: npt.NDArray[Any], loss: str):
        super().__init__()
        self.network = network
        self.bin_weights = weights.astype(np.float32)
        self.loss_name = loss

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Give the network's output for (N, H, W, 3) 8-bit sRGB and (N,) exponents of lightness."""
        rgb, exponents = inputs
        lightness, _, _ = targets_of(rgb, "l2")
        exponents = keras.ops.cast(keras.ops.reshape(exponents, (-1, 1, 1, 1)), "float32")
        shown = 100.0 * (lightness / 100.0) ** exponents
        return self.network(shown, training=training)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Give the mean weighted loss of the batch ``x``; the other arguments are Keras'."""
        del y, sample_weight, training
        _, encoded, ab = targets_of(x[0], self.loss_name)
        if encoded is None:
            return keras.ops.mean(squared_error(y_pred, ab))
        weights = pixel_weights(encoded[0], ab, keras.ops.convert_to_tensor(self.bin_weights))
        return keras.ops.mean(weights * cross_entropy(y_pred, *encoded))


def train(
    shards: Path,
    run: Path,
    config: TrainingConfig,
    *,
    initial_weights: Path | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> RunDirectory:
    """Train from the beginning.

    Args:
        shards: made by ``colorizer prepare``.
        run: the run directory to make.
        config: all settings.
        initial_weights: a ``.keras`` file to start from instead of an initialisation from data.
        overwrite: replace a training that is there.
        progress: called after every step with the newest figures.

    Raises:
        ShardError: the shards are missing, damaged or too small for the crops.
        RunError: the run directory is taken, or the initial weights do not fit.
    """
    photographs = Photographs(shards, "training")
    check_crop_fits(photographs, config.crop_px, config.zoom)
    directory = RunDirectory(run)
    directory.create(overwrite)
    save_config(
        config,
        run / CONFIG_NAME,
        shards=photographs.index.provenance,
        n_photos=photographs.index.n_photos,
        input_px=photographs.index.size_px // config.size_multiple * config.size_multiple,
        versions=versions(),
        backend=keras.backend.backend(),
        initial_weights=str(initial_weights) if initial_weights else None,
    )
    copy_fingerprints(shards, run, initial_weights)
    prior = count_prior(photographs)
    save_prior(prior, run / PRIOR_NAME, n_photos=len(photographs))
    network = _start_network(config, photographs, prior, initial_weights)
    return _train_from(0, network, directory, config, shards, prior, progress)


def resume(shards: Path, run: Path, *, progress: Progress | None = None) -> RunDirectory:
    """Go on with a training that was interrupted, from its last checkpoint.

    Raises:
        RunError: there is no training, or it is complete.
        ShardError: the shards are missing or damaged.
    """
    directory = RunDirectory(run)
    config = load_config(run / CONFIG_NAME)
    prior = load_prior(run / PRIOR_NAME)
    _set_precision(config)
    network = directory.load_network(LAST_NAME)
    copy_fingerprints(shards, run, run / LAST_NAME)
    return _train_from(None, network, directory, config, shards, prior, progress)


def _start_network(
    config: TrainingConfig,
    photographs: Photographs,
    prior: npt.NDArray[Any],
    initial_weights: Path | None,
) -> keras.Model:
    keras.utils.set_random_seed(config.seed)
    _set_precision(config)
    network = networks.build(config)
    crops = random_crops(photographs, config.crop_px, N_INITIALISATION, config.seed)
    seen, _, _ = targets_of(keras.ops.convert_to_tensor(next(crops)), "l2")
    lightness = np.asarray(keras.ops.convert_to_numpy(seen))
    if initial_weights is not None:
        _copy_weights(load_network_file(initial_weights), network, initial_weights)
        if config.network == "zhang2016":
            rescale_blocks(network, lightness)
        return network
    if config.network == "zhang2016":
        initialise_from_data(network, lightness)
    if config.loss == "classification":
        set_final_bias(network, prior)
    return network


def _copy_weights(source: keras.Model, target: keras.Model, path: Path) -> None:
    try:
        target.set_weights(source.get_weights())
    except ValueError:
        raise RunError(f"{path}: not of this --network, --width and --loss") from None


def _train_from(
    first_step: int | None,
    network: keras.Model,
    directory: RunDirectory,
    config: TrainingConfig,
    shards: Path,
    prior: npt.NDArray[Any],
    progress: Progress | None,
) -> RunDirectory:
    """Train to the end; ``first_step`` None means: where the last checkpoint stands."""
    photographs, held_out = Photographs(shards, "training"), Photographs(shards, "validation")
    step = TrainingStep(network, bin_weights(prior, config.rebalance), config.loss)
    step.compile(optimizer=_build_optimizer(config), jit_compile=networks.jit_compile())
    step.optimizer.build(step.network.trainable_variables)
    done = directory.load_progress(step.optimizer) if first_step is None else first_step
    if first_step is None:
        epochs_done = done // config.steps_per_epoch
        directory.save_metrics(directory.load_metrics()[:epochs_done])
    batches = _batches(photographs, config, done)
    while done < config.n_steps:
        n_steps = min(config.steps_per_epoch, config.n_steps - done)
        figures = _train_steps(step, itertools.islice(batches, n_steps), config, done, progress)
        done += n_steps
        directory.save_progress(network, step.optimizer, done)
        splits = photographs, held_out
        _close_epoch(step, directory, config, splits, prior, {"step": done, **figures})
    return directory


def _batches(photographs: Photographs, config: TrainingConfig, done: int) -> Iterator[Any]:
    """Give crops and the exponents of their lightness, from step ``done`` on, without end."""
    crops = random_crops(
        photographs, config.crop_px, config.batch_size, config.seed, done, zoom=config.zoom
    )
    exponents = lightness_exponents(config.batch_size, config.lightness_jitter, config.seed, done)
    return zip(crops, exponents, strict=True)


def _train_steps(
    step: TrainingStep, batches: Any, config: TrainingConfig, done: int, progress: Progress | None
) -> dict[str, float]:
    losses: list[float] = []
    start = time.monotonic()
    for batch in batches:
        losses.append(float(step.train_on_batch(x=batch)))
        if not np.isfinite(losses[-1]):
            raise RunError(
                f"the loss is {losses[-1]} at step {done + len(losses)}; take a lower learning rate"
            )
        if progress:
            progress({"step": done + len(losses), "n_steps": config.n_steps, "loss": losses[-1]})
    seconds = time.monotonic() - start
    return {
        "loss": float(np.mean(losses)),
        "photos_per_second": config.batch_size * len(losses) / max(seconds, 1e-9),
    }


def _close_epoch(
    step: TrainingStep,
    directory: RunDirectory,
    config: TrainingConfig,
    splits: tuple[Photographs, Photographs],
    prior: npt.NDArray[Any],
    figures: dict[str, float],
) -> None:
    """Validate the averaged weights, keep them if they are the best, add the metrics' line."""
    photographs, held_out = splits
    trained = step.network.get_weights()
    if config.ema_momentum > 0:
        # puts the moving average in place
        step.optimizer.finalize_variable_values(step.network.trainable_variables)
        crops = random_crops(photographs, config.crop_px, config.batch_size, config.seed + 1)
        recalibrate(step.network, itertools.islice(crops, N_RECALIBRATION))
    validation = validate(step.network, held_out, config, prior)
    earlier = [row["val_loss"] for row in directory.load_metrics() if "val_loss" in row]
    if not validation or validation["val_loss"] < min(earlier, default=np.inf):
        directory.save_network(as_float32(step.network), BEST_NAME)
    save_samples(step.network, held_out, config, directory.path, int(figures["step"]))
    step.network.set_weights(trained)
    directory.append_metrics({**figures, **validation})


def _build_optimizer(config: TrainingConfig) -> keras.optimizers.Optimizer:
    n_warmup = int(config.n_steps * config.warmup_fraction)
    schedule = keras.optimizers.schedules.CosineDecay(
        config.learning_rate / 100 if n_warmup else config.learning_rate,
        decay_steps=max(1, config.n_steps - n_warmup),
        alpha=0.001,
        warmup_target=config.learning_rate if n_warmup else None,
        warmup_steps=n_warmup,
    )
    optimizer = keras.optimizers.AdamW(
        schedule,
        weight_decay=config.weight_decay,
        beta_1=0.9,
        beta_2=0.99,
        use_ema=config.ema_momentum > 0,
        ema_momentum=config.ema_momentum or 0.99,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer


def _set_precision(config: TrainingConfig) -> None:
    keras.config.set_dtype_policy(config.precision)
