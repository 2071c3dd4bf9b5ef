"""The commands on the way from shards to a trained network: prior, train."""

import dataclasses
from pathlib import Path
from typing import Any

import click

from colorizer.command_line import (
    OVERWRITE,
    fresh_seed,
    training_progress,
)
from colorizer.config import PRESETS
from colorizer.errors import ColorizerError
from colorizer.quiet_backend import load_keras_quietly


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
@click.option("--rebalance", type=float, metavar="λ", help="0.5 in the paper; 1 switches it off.")
@click.option("--width", type=float, help="Multiplies the filters; 1 is the paper's network.")
@click.option("--crop", "crop_px", type=int, help="Side of the crops, a multiple of 8.")
@click.option("--batch-size", type=int)
@click.option("--steps", "n_steps", type=int, help="Optimiser steps of the whole run.")
@click.option("--steps-per-epoch", type=int, help="Steps between two checkpoints.")
@click.option("--learning-rate", type=float, help="Peak of the schedule.")
@click.option(
    "--lightness-jitter", type=float, help="Spread of the log exponent of the lightness shown."
)
@click.option("--zoom", type=float, help="Crops are cut up to so many times larger and shrunk.")
@click.option("--weight-decay", type=float, help="Decoupled (AdamW).")
@click.option("--precision", type=click.Choice(["float32", "mixed_bfloat16"]))
@click.option(
    "--initial-weights", type=click.Path(path_type=Path), help="A .keras file to start from."
)
@click.option("--seed", type=int, help="Fixes initialisation, order, crops and mirrors.")
@click.option("--resume", "is_resumed", is_flag=True, help="Go on from the last checkpoint.")
@OVERWRITE
def train(
    shards: Path,
    out: Path,
    preset: str,
    initial_weights: Path | None,
    is_resumed: bool,
    overwrite: bool,
    **changes: Any,
) -> None:
    """Train the network on shards.

    What is not given is the preset's. Interrupted, the run goes on with --resume.

    Example: colorizer train shards --out runs/first --preset small --width 0.25
    """
    load_keras_quietly()
    from colorizer import training  # loads Keras

    given = {name: value for name, value in changes.items() if value is not None}
    with training_progress() as progress:
        if is_resumed:
            if given or initial_weights:
                raise ColorizerError("--resume takes its settings from the run; give no others")
            training.resume(shards, out, progress=progress)
        else:
            if "seed" not in given:
                given["seed"] = fresh_seed()
            config = dataclasses.replace(PRESETS[preset], **given)
            training.train(
                shards,
                out,
                config,
                initial_weights=initial_weights,
                overwrite=overwrite,
                progress=progress,
            )
    click.echo(f"{out}: trained; colour with --weights {out}")
