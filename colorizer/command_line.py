"""What the commands share: errors as one line, common options, progress on a terminal."""

import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from colorizer.devices import DEVICE_NAMES
from colorizer.errors import ColorizerError

PHOTOS = click.argument(
    "photos", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PHOTOS..."
)
OVERWRITE = click.option("--overwrite", is_flag=True, help="Replace a result that is there.")
WEIGHTS = click.option(
    "--weights",
    default="default",
    show_default=True,
    metavar="default|RUN|FILE",
    help="The network: the one that comes with the package, a run directory, a .keras file or an"
    " exported .onnx file.",
)
TEMPERATURE = click.option(
    "--temperature",
    type=float,
    default=None,
    metavar="T",
    help="T of the annealed mean, in (0, 1]; 1 the mean, towards 0 the mode"
    "  [default: the network's own, 0.38 in the paper]",
)
DEVICE = click.option(
    "--device",
    type=click.Choice(DEVICE_NAMES),
    default="auto",
    show_default=True,
    help="auto takes a GPU where the backend sees one; gpu insists on one.",
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


@contextmanager
def counter(label: str) -> Iterator[Callable[[int], None]]:
    """Show a running count on a terminal, nothing elsewhere."""
    is_shown = sys.stderr.isatty()

    def show(n_done: int) -> None:
        if is_shown:
            click.echo(f"\r{label}: {n_done}", nl=False, err=True)

    yield show
    if is_shown:
        click.echo(err=True)


@contextmanager
def training_progress() -> Iterator[Callable[[dict[str, float]], None]]:
    """Show step, loss with its reference points and chroma on a terminal, nothing elsewhere."""
    is_shown = sys.stderr.isatty()

    def show(figures: dict[str, float]) -> None:
        if is_shown:
            click.echo(f"\r{_training_line(figures)}\x1b[K", nl=False, err=True)

    yield show
    if is_shown:
        click.echo(err=True)


REFERENCES = {
    "loss_uniform": "uniform",
    "loss_prior": "prior only",
    "loss_labels": "labels",
    "loss_grey": "grey",
}


def _training_line(figures: dict[str, float]) -> str:
    line = f"step {figures['step']:.0f} of {figures['n_steps']:.0f}  loss {figures['loss']:.3f}"
    references = ", ".join(
        f"{word} {figures[name]:.3f}" for name, word in REFERENCES.items() if name in figures
    )
    if references:
        line += f" ({references})"
    if "chroma_ratio" in figures:
        line += f"  chroma ratio {figures['chroma_ratio']:.2f}"
    if "photos_per_second" in figures:
        line += f"  {figures['photos_per_second']:.1f} photos/s"
    return line


def fresh_seed() -> int:
    """Draw a seed and print it, so that the result can be made again."""
    seed = secrets.randbelow(2**31)
    click.echo(f"--seed {seed}")
    return seed


@contextmanager
def stage_counter() -> Iterator[Callable[[str, int], None]]:
    """Show what is being done and how many are done on a terminal, nothing elsewhere."""
    is_shown = sys.stderr.isatty()

    def show(stage: str, n_done: int) -> None:
        if is_shown:
            click.echo(f"\r{stage}: {n_done}\x1b[K", nl=False, err=True)

    yield show
    if is_shown:
        click.echo(err=True)
