"""The command from photographs to shards: prepare."""

import os
from pathlib import Path

import click

from colorizer.command_line import OVERWRITE, PHOTOS, counter
from colorizer.engine_options import ENGINE, RAY_ADDRESS, build_engine, check_engine
from colorizer.photo_sources import with_bytes


@click.command()
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
@ENGINE
@RAY_ADDRESS
@OVERWRITE
def prepare(
    photos: tuple[Path, ...],
    out: Path,
    size_px: int,
    exclude_wnids: Path | None,
    keep_out: tuple[Path, ...],
    validation: float,
    workers: int,
    engine: str,
    ray_address: str | None,
    overwrite: bool,
) -> None:
    """Pack photographs into shards to train on.

    PHOTOS are folders, tar files (also a tar of tars), text files of paths or photographs.
    Killed or stopped, the same command goes on.

    Example: colorizer prepare ~/Pictures photos.tar --out shards --size 144
    """
    from colorizer import excluded_synsets, packing, preparing, results  # SciPy: not for --help
    from colorizer.photos import SplitFractions

    results.check_absent(out, overwrite)
    check_engine(engine, ray_address)
    excluded = excluded_synsets.load_wnids(exclude_wnids) if exclude_wnids else frozenset()
    with counter("Photographs") as progress:
        index = preparing.prepare(
            photos,
            out,
            size_px,
            excluded_wnids=excluded,
            keep_out=keep_out,
            fractions=SplitFractions(validation=validation),
            engine=build_engine(engine, ray_address, workers, with_bytes),
            overwrite=overwrite,
            progress=progress,
        )
    counts = ", ".join(f"{n} {split}" for split, n in index.n_photos.items())
    click.echo(f"{out}: {counts}; {out / packing.REPORT_NAME} says what became of each input")
