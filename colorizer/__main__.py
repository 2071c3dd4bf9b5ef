"""The ``colorizer`` command: parses, calls one function, prints where the result is."""

import dataclasses
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from colorizer.config import PRESETS
from colorizer.errors import ColorizerError, PhotoError

# Before Keras is loaded: its backend's start-up remarks are not for users.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

PHOTOS = click.argument(
    "photos", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PHOTOS..."
)
OVERWRITE = click.option("--overwrite", is_flag=True, help="Replace a result that is there.")
WEIGHTS = click.option(
    "--weights",
    default="default",
    show_default=True,
    metavar="default|RUN|FILE",
    help="The network: the one that comes with the package, a run directory or a .keras file.",
)
TEMPERATURE = click.option(
    "--temperature",
    type=float,
    default=None,
    metavar="T",
    help="T of the annealed mean, in (0, 1]; 1 the mean, towards 0 the mode"
    "  [default: the network's own, 0.38 in the paper]",
)
INPUT_SIZE = click.option(
    "--input-size",
    type=int,
    default=None,
    metavar="PX",
    help="Short side of what the network is shown  [default: the network's own]",
)


class Commands(click.Group):
    """Shows a user's mistake as one line, with its exit code and without a traceback."""

    def invoke(self, context: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(context)
        except ColorizerError as error:
            click.echo(f"colorizer: {error}", err=True)
            context.exit(error.exit_code)
        except ModuleNotFoundError as error:
            if (error.name or "").startswith(("colorizer", "study_app")):
                raise
            click.echo(
                f"colorizer: {error.name} is not installed;"
                " pip install 'colorization-turing-test[colorizer]' brings it",
                err=True,
            )
            context.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="colorization-turing-test")
def main() -> None:
    """Photographs in, a stimulus set out: train and run the network, build the fakes."""


@main.command()
@PHOTOS
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of shards.")
@click.option("--size", "size_px", default=192, show_default=True, type=click.IntRange(8))
@click.option(
    "--exclude-wnids",
    type=click.Path(path_type=Path),
    help="Text file of WordNet ids to leave out, one per line, # starts a remark.",
)
@click.option(
    "--keep-out",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Photographs of a study: neither they nor near duplicates are packed. Repeatable.",
)
@click.option("--validation", default=0.02, show_default=True, help="Share kept to validate with.")
@click.option("--workers", default=os.cpu_count() or 1, type=click.IntRange(1), help="Processes.")
@OVERWRITE
def prepare(
    photos: tuple[Path, ...],
    out: Path,
    size_px: int,
    exclude_wnids: Path | None,
    keep_out: tuple[Path, ...],
    validation: float,
    workers: int,
    overwrite: bool,
) -> None:
    """Pack photographs into shards to train on.

    PHOTOS are folders, tar files (also a tar of tars), text files of paths or photographs.

    Example: colorizer prepare ~/Pictures photos.tar --out shards --size 144
    """
    from colorizer import preparing, results  # imports SciPy: not for --help
    from colorizer.photos import SplitFractions

    results.check_absent(out, overwrite)
    excluded = preparing.load_wnids(exclude_wnids) if exclude_wnids else frozenset()
    with _counter("Photographs") as progress:
        index = preparing.prepare(
            photos,
            out,
            size_px,
            excluded_wnids=excluded,
            keep_out=keep_out,
            fractions=SplitFractions(validation=validation),
            n_workers=workers,
            overwrite=overwrite,
            progress=progress,
        )
    counts = ", ".join(f"{n} {split}" for split, n in index.n_photos.items())
    click.echo(f"{out}: {counts}; {out / preparing.REPORT_NAME} says what became of each input")


@main.command()
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


@main.command()
@click.argument("shards", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Run directory.")
@click.option("--preset", type=click.Choice(list(PRESETS)), default="small", show_default=True)
@click.option("--loss", type=click.Choice(["classification", "l2"]))
@click.option("--rebalance", type=float, metavar="λ", help="0.5 in the paper; 1 switches it off.")
@click.option("--width", type=float, help="Multiplies the filters; 1 is the paper's network.")
@click.option("--crop", "crop_px", type=int, help="Side of the crops, a multiple of 8.")
@click.option("--batch-size", type=int)
@click.option("--steps", "n_steps", type=int, help="Optimiser steps of the whole run.")
@click.option("--steps-per-epoch", type=int, help="Steps between two checkpoints.")
@click.option("--learning-rate", type=float, help="Peak of the schedule.")
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
    from colorizer import training

    given = {name: value for name, value in changes.items() if value is not None}
    with _training_progress() as progress:
        if is_resumed:
            if given or initial_weights:
                raise ColorizerError("--resume takes its settings from the run; give no others")
            training.resume(shards, out, progress=progress)
        else:
            given.setdefault("seed", _fresh_seed())
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


@main.command()
@PHOTOS
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the fakes.")
@WEIGHTS
@TEMPERATURE
@INPUT_SIZE
@OVERWRITE
def colorize(
    photos: tuple[Path, ...],
    out: Path,
    weights: str,
    temperature: float | None,
    input_size: int | None,
    overwrite: bool,
) -> None:
    """Colour photographs from their lightness; names and sizes stay.

    Example: colorizer colorize old-album --out coloured
    """
    from colorizer import photo_folder, results
    from colorizer.colorize import Colorizer

    results.check_absent(out, overwrite)
    colorizer = Colorizer.load(weights, temperature=temperature, input_px=input_size)
    with _counter("Photographs") as progress:
        n_done = 0

        def count(_source: object) -> None:
            nonlocal n_done
            n_done += 1
            progress(n_done)

        rows = photo_folder.colorize_photos(
            photos, out, colorizer, overwrite=overwrite, progress=count
        )
    refused = [row for row in rows if row.reason]
    for row in refused:
        click.echo(f"{row.origin}: {row.reason}", err=True)
    click.echo(f"{out}: {len(rows) - len(refused)} coloured, {len(refused)} refused")
    if refused:
        sys.exit(PhotoError.exit_code)


@contextmanager
def _counter(label: str) -> Iterator[Callable[[int], None]]:
    """Show a running count on a terminal, nothing elsewhere."""
    is_shown = sys.stderr.isatty()

    def show(n_done: int) -> None:
        if is_shown:
            click.echo(f"\r{label}: {n_done}", nl=False, err=True)

    yield show
    if is_shown:
        click.echo(err=True)


@contextmanager
def _training_progress() -> Iterator[Callable[[dict[str, float]], None]]:
    is_shown = sys.stderr.isatty()

    def show(figures: dict[str, float]) -> None:
        if is_shown:
            click.echo(
                f"\rstep {figures['step']:.0f} of {figures['n_steps']:.0f}  loss"
                f" {figures['loss']:.3f}",
                nl=False,
                err=True,
            )

    yield show
    if is_shown:
        click.echo(err=True)


def _fresh_seed() -> int:
    seed = secrets.randbelow(2**31)
    click.echo(f"--seed {seed}")
    return seed


if __name__ == "__main__":
    main(prog_name="colorizer")
