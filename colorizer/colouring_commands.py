"""The commands from a network to a stimulus set: colorize, evaluate, build-set, check-set."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from colorizer.bfloat16 import bfloat16_gain, check_fast, read_cpu_info, slow_note
from colorizer.command_line import (
    DEVICE,
    INPUT_SIZE,
    OVERWRITE,
    PHOTOS,
    TEMPERATURE,
    WEIGHTS,
    counter,
    fresh_seed,
    stage_counter,
)
from colorizer.devices import DeviceName, check_device, choose_device, count_gpus
from colorizer.engine_options import ENGINE, RAY, RAY_ADDRESS, check_engine
from colorizer.errors import ManifestError, PhotoError
from colorizer.export_formats import is_exported
from colorizer.quiet_backend import load_keras_quietly


@click.command()
@PHOTOS
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the fakes.")
@WEIGHTS
@TEMPERATURE
@INPUT_SIZE
@click.option(
    "--fast",
    is_flag=True,
    help="Compute in bfloat16, on processors and GPUs that have it; not for study stimuli.",
)
@ENGINE
@RAY_ADDRESS
@OVERWRITE
def colorize(
    photos: tuple[Path, ...],
    out: Path,
    weights: str,
    temperature: float | None,
    input_size: int | None,
    fast: bool,
    engine: str,
    ray_address: str | None,
    overwrite: bool,
) -> None:
    """Colour photographs from their lightness; names and sizes stay.

    Example: colorizer colorize old-album --out coloured
    """
    from colorizer import results

    results.check_absent(out, overwrite)
    check_engine(engine, ray_address)
    if not is_exported(weights):
        load_keras_quietly()
    if fast:
        check_fast(weights, read_cpu_info(), count_gpus)
        if not count_gpus() and (note := slow_note(bfloat16_gain())):
            click.echo(note, err=True)
    from colorizer import photo_folder  # loads Keras where the network needs it
    from colorizer.colorize import Colorizer

    colorizer = Colorizer.load(weights, temperature=temperature, input_px=input_size, fast=fast)
    colour_all = None
    if engine == RAY:
        from colorizer import ray_colouring  # loads Keras where the network needs it

        recipe = ray_colouring.recipe_of(colorizer, weights, temperature, input_size, fast)
        colour_all = ray_colouring.colour_on_cluster(recipe, ray_address, os.cpu_count() or 1)
    with counter("Photographs") as progress:
        rows = photo_folder.colorize_photos(
            photos, out, colorizer, overwrite=overwrite, colour_all=colour_all, progress=progress
        )
    refused = [row for row in rows if row.reason]
    for row in refused:
        click.echo(f"{row.origin}: {row.reason}", err=True)
    click.echo(f"{out}: {len(rows) - len(refused)} coloured, {len(refused)} refused")
    if refused:
        sys.exit(PhotoError.exit_code)


@click.command()
@PHOTOS
@WEIGHTS
@TEMPERATURE
@INPUT_SIZE
@click.option(
    "--condition",
    "conditions",
    multiple=True,
    metavar="NAME=SPEC",
    help="What to compare, instead of --weights: weights:PATH[,temperature=T] or folder:DIR."
    " Repeatable; the first one's figures stand on top.",
)
@click.option("--json", "json_path", required=True, type=click.Path(path_type=Path), help="Result.")
@click.option(
    "--sheet",
    "sheet_path",
    type=click.Path(path_type=Path),
    help="Picture to write: original, grey input and fakes of the first photographs.",
)
@click.option(
    "--prior",
    "prior_path",
    type=click.Path(path_type=Path),
    help="Prior that weights the rebalanced AuC  [default: that of these photographs]",
)
@click.option("--seed", default=0, show_default=True, help="Decides who lends colours to whom.")
@DEVICE
@OVERWRITE
def evaluate(
    photos: tuple[Path, ...],
    weights: str,
    temperature: float | None,
    input_size: int | None,
    conditions: tuple[str, ...],
    json_path: Path,
    sheet_path: Path | None,
    prior_path: Path | None,
    seed: int,
    device: DeviceName,
    overwrite: bool,
) -> None:
    """Compare fakes with the photographs they were made from.

    Example: colorizer evaluate test-photos --json figures.json --sheet fakes.png
    """
    from colorizer import condition_specs, results

    for path in (json_path, *([sheet_path] if sheet_path else [])):
        results.check_absent(path, overwrite)
    specs = condition_specs.parse_conditions(conditions) if conditions else ()
    network = condition_specs.ConditionSpec("network", "weights", weights, temperature, input_size)
    choose_device(device)
    load_keras_quietly()
    check_device(device)
    from colorizer import evaluation_run, evaluation_table  # loads Keras

    with counter("Photographs") as progress:
        figures = evaluation_run.run_evaluation(
            photos, specs or (network,), prior_path, sheet_path, seed, progress
        )
    results.save_json(json_path, figures)
    click.echo(evaluation_table.table_of(figures))
    for row in figures["refused"]:
        click.echo(f"{row['input']}: left out: {row['reason']}", err=True)
    click.echo(f"{figures['n_photos']} photographs; rebalanced by the prior {figures['prior']}")
    click.echo(f"{json_path}: the figures")


@click.command("build-set")
@PHOTOS
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the set.")
@click.option(
    "--condition",
    "conditions",
    multiple=True,
    required=True,
    metavar="NAME=SPEC",
    help="How fakes are made: weights:default, weights:PATH[,temperature=0.38], folder:DIR, random,"
    " grey or real. Repeatable.",
)
@click.option("--size", "size_px", default=256, show_default=True, help="Side of the images, px.")
@click.option("--min-size", "min_size_px", type=int, help="Least short side [default: half of it].")
@click.option("--max-photos", type=int, help="Take this many, drawn by the seed.")
@click.option("--match-lightness", is_flag=True, help="Give fakes from a folder the real L*.")
@click.option(
    "--accept-crop",
    multiple=True,
    metavar="CONDITION[/PHOTOGRAPH]",
    help="Take a fake, or all of a folder, refused as another crop or photograph, after you have"
    " looked at it; the manifest keeps it. Repeatable.",
)
@click.option(
    "--problems",
    "problems_path",
    type=click.Path(path_type=Path),
    help="Write what is wrong with fakes from folders to this CSV file.",
)
@click.option("--allow-seen", is_flag=True, help="Record photographs a network was trained on.")
@click.option("--seed", type=int, help="Decides names, whose colours are lent, which are drawn.")
@OVERWRITE
def build_set(
    photos: tuple[Path, ...],
    out: Path,
    conditions: tuple[str, ...],
    size_px: int,
    min_size_px: int | None,
    max_photos: int | None,
    match_lightness: bool,
    accept_crop: tuple[str, ...],
    problems_path: Path | None,
    allow_seen: bool,
    seed: int | None,
    overwrite: bool,
) -> None:
    """Build a stimulus set: real photos and their fakes under every condition.

    Photographs that a network was trained on are refused, copies and mirrored ones too.

    Example: colorizer build-set photos --out set --condition full=weights:default
    --condition random=random
    """
    from colorizer import condition_specs, results

    results.check_absent(out, overwrite)
    specs = condition_specs.parse_conditions(conditions)
    load_keras_quietly()
    from colorizer import stimuli  # loads Keras where a condition needs it

    settings = stimuli.SetSettings(
        size_px=size_px,
        min_size_px=min_size_px,
        max_photos=max_photos,
        match_lightness=match_lightness,
        accept_crop=accept_crop,
        allow_seen=allow_seen,
        seed=fresh_seed() if seed is None else seed,
    )
    with stage_counter() as progress, _problems_saved(problems_path, overwrite):
        built = stimuli.build_set(
            photos, out, specs, settings, overwrite=overwrite, progress=progress
        )
    for note in built.notes:
        click.echo(f"{out}: {note}", err=True)
    refused = f", {built.n_refused} inputs refused (see report.csv)" if built.n_refused else ""
    click.echo(f"{out}: {built.n_photos} photos, {built.n_pairs} pairs{refused}")
    click.echo(f"digest {built.digest}")


@click.command("check-set")
@click.argument("folder", type=click.Path(path_type=Path), metavar="SET")
def check_set(folder: Path) -> None:
    """Prove a stimulus set: digests, equal size, encoder and L*, no metadata, no photo twice.

    Example: colorizer check-set set
    """
    from colorizer import set_checks

    checked = set_checks.check_set(folder)
    for problem in checked.problems:
        click.echo(f"{folder}: {problem}", err=True)
    if checked.problems:
        raise ManifestError(f"{folder}: {len(checked.problems)} problems")
    n_pairs = ", ".join(f"{n} {condition}" for condition, n in checked.n_pairs.items())
    click.echo(
        f"{folder}: sound; {checked.n_photos} photos, pairs: {n_pairs}; largest difference of L*"
        f" {checked.largest_lightness_difference:.2f}"
    )
    click.echo(f"digest {checked.digest}")


@click.command("sample-photos")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to make.")
@OVERWRITE
def sample_photos(out: Path, overwrite: bool) -> None:
    """Write crops of the colour photographs that come with scikit-image, to try things out.

    Example: colorizer sample-photos --out photos
    """
    from colorizer import sample_photos as samples

    n_photos = samples.write_sample_photos(out, overwrite=overwrite)
    click.echo(f"{out}: {n_photos} crops")


@contextmanager
def _problems_saved(path: Path | None, overwrite: bool) -> Iterator[None]:
    """Write what is wrong with fakes from folders to a file, and let the error go on."""
    from colorizer import fake_problems, results

    if path is not None:
        results.check_absent(path, overwrite)
    try:
        yield
    except fake_problems.FakesError as error:
        if path is not None:
            fake_problems.save_problems(error.problems, path)
        raise
