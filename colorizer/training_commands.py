"""The commands on the way from shards to a trained network: prior, train."""

import dataclasses
from pathlib import Path
from typing import Any

import click

from colorizer.command_line import (
    DEVICE,
    OVERWRITE,
    fresh_seed,
    training_progress,
)
from colorizer.config import PRESETS, TrainingConfig, load_config
from colorizer.devices import DeviceName, check_device, choose_device, compute_deterministically
from colorizer.errors import ColorizerError
from colorizer.quiet_backend import load_keras_quietly
from colorizer.run_directory import CONFIG_NAME
from colorizer.workers import WAIT_S, Cluster, Way, read_cluster


@click.command()
@click.argument("shards", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="JSON file to write.")
@OVERWRITE
def prior(shards: Path, out: Path, overwrite: bool) -> None:
    """Write the smoothed share of each ab bin in the training photographs.

    Example: colorizer prior shards --out prior.json
    """
    from colorizer import preparing, rebalancing, results
    from colorizer.shards import Photographs

    results.check_absent(out, overwrite)
    photographs = Photographs(shards, "training")
    shares = preparing.count_prior(photographs, n_photos=len(photographs))
    rebalancing.check_grey_is_mode(shares, str(shards))
    rebalancing.save_prior(shares, out, n_photos=len(photographs), versions=results.versions())
    click.echo(f"{out}: the share of {len(shares)} bins in {len(photographs)} photographs")


@click.command()
@click.argument("shards", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Run directory.")
@click.option("--preset", type=click.Choice(list(PRESETS)), default="small", show_default=True)
@click.option("--network", type=click.Choice(["zhang2016", "residual"]))
@click.option("--loss", type=click.Choice(["classification", "l2"]))
@click.option("--neighbours", type=int, help="Bins of the soft encoding: 5 (paper), 10 (its code).")
@click.option("--rebalance", type=float, metavar="λ", help="0.5 in the paper; 1 switches it off.")
@click.option("--width", type=float, help="Multiplies the filters; 1 is the paper's network.")
@click.option("--crop", "crop_px", type=int, help="Side of the crops, a multiple of 8.")
@click.option("--batch-size", type=int)
@click.option("--steps", "n_steps", type=int, help="Optimiser steps of the whole run.")
@click.option("--steps-per-epoch", type=int, help="Steps between two validations.")
@click.option("--checkpoint-steps", type=int, help="Steps between two checkpoints.")
@click.option("--learning-rate", type=float, help="Peak of the schedule.")
@click.option("--schedule", type=click.Choice(["cosine", "one_cycle", "steps"]))
@click.option(
    "--lightness-jitter", type=float, help="Spread of the log exponent of the lightness shown."
)
@click.option("--zoom", type=float, help="Crops are cut up to so many times larger and shrunk.")
@click.option("--weight-decay", type=float, help="Decoupled (AdamW).")
@click.option("--ema-momentum", type=float, help="Of the averaged weights; 0 switches them off.")
@click.option("--precision", type=click.Choice(["float32", "mixed_bfloat16"]))
@click.option(
    "--initial-weights", type=click.Path(path_type=Path), help="A .keras file to start from."
)
@click.option("--seed", type=int, help="Fixes initialisation, order, crops and mirrors.")
@click.option("--deterministic", is_flag=True, help="The same bits every time.")
@click.option("--tensorboard", is_flag=True, help="Write events for TensorBoard into the run.")
@DEVICE
@click.option(
    "--distribute",
    "way",
    type=click.Choice(["none", "devices", "workers"]),
    help="Among devices of this machine (jax) or workers (tensorflow: --workers or TF_CONFIG).",
)
@click.option("--workers", metavar="HOST:PORT,...", help="All workers, the chief first.")
@click.option("--worker-index", type=int, help="Which of the workers this one is, from 0.")
@click.option("--worker-wait", default=WAIT_S, show_default=True, help="Seconds for them to start.")
@click.option("--resume", "is_resumed", is_flag=True, help="Go on from the last checkpoint.")
@OVERWRITE
def train(
    shards: Path,
    out: Path,
    preset: str,
    initial_weights: Path | None,
    tensorboard: bool,
    device: DeviceName,
    way: Way | None,
    workers: str | None,
    worker_index: int | None,
    worker_wait: float,
    is_resumed: bool,
    overwrite: bool,
    **changes: Any,
) -> None:
    """Train the network on shards.

    What is not given is the preset's. Interrupted, the run goes on with --resume.

    Example: colorizer train shards --out runs/first --preset small --width 0.25
    """
    # a flag that is not set is no setting
    given = {n: value for n, value in changes.items() if value is not None and value is not False}
    if is_resumed and (given or initial_weights):
        raise ColorizerError("--resume takes its settings from the run; give no others")
    cluster = _find_cluster(way, workers, worker_index)
    is_shared = cluster is not None
    config = load_config(out / CONFIG_NAME) if is_resumed else _new_config(preset, given, is_shared)
    choose_device(device)
    # workers connect to each other before anything is computed
    load_keras_quietly(start_devices=not is_shared)
    check_device(device)
    from colorizer import training  # loads Keras
    from colorizer.distribution import distributed

    if config.deterministic:
        compute_deterministically()
    with (
        distributed(way == "devices", config.batch_size, cluster, worker_wait) as distribution,
        training_progress() as progress,
    ):
        common: dict[str, Any] = {
            "progress": progress,
            "distribution": distribution,
            "tensorboard": tensorboard,
        }
        if is_resumed:
            training.resume(shards, out, **common)
        else:
            training.train(
                shards, out, config, initial_weights=initial_weights, overwrite=overwrite, **common
            )
    if distribution.is_chief:
        click.echo(f"{out}: trained; colour with --weights {out}")
    else:
        click.echo(f"worker {cluster.index if cluster else 0}: done; the chief has the run")


def _find_cluster(way: Way | None, workers: str | None, index: int | None) -> Cluster | None:
    """Give the workers that train together; None where one process trains alone."""
    if workers is None and index is None and way != "workers":
        return None
    if way in ("none", "devices"):
        raise ColorizerError(f"--distribute {way}: leave out --workers and --worker-index")
    return read_cluster(workers, index)


def _new_config(preset: str, given: dict[str, Any], is_shared: bool) -> TrainingConfig:
    if "seed" not in given:
        if is_shared:
            raise ColorizerError("workers draw no seed of their own; give all the same --seed")
        given["seed"] = fresh_seed()
    return dataclasses.replace(PRESETS[preset], **given)
