"""The command that takes the fingerprints of photographs a network was trained on."""

from pathlib import Path

import click

from colorizer.command_line import OVERWRITE, counter


@click.command()
@click.argument(
    "inputs",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    metavar="PHOTOS|SHARDS...",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help=".npy file to write.")
@OVERWRITE
def fingerprints(inputs: tuple[Path, ...], out: Path, overwrite: bool) -> None:
    """Take the fingerprints of the photographs that a network was trained on.

    Only for networks and shards that carry none: prepare and train do it by themselves. The file
    belongs into the run directory as fingerprints.npy, or beside NAME.keras as
    NAME.fingerprints.npy; build-set then refuses photographs that the network has seen.

    Example: colorizer fingerprints shards --out some.fingerprints.npy
    """
    from colorizer.fingerprints import write_fingerprints  # imports SciPy: not for --help

    with counter("Photographs") as progress:
        collected, sha256 = write_fingerprints(inputs, out, overwrite=overwrite, progress=progress)
    for line in collected.refused:
        click.echo(line, err=True)
    click.echo(
        f"{out}: {len(collected.fingerprints)} fingerprints of {collected.n_photos} photographs,"
        f" {len(collected.refused)} refused"
    )
    click.echo(f"digest {sha256}")
