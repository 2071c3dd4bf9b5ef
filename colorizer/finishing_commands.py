"""The commands between a training and a network to ship: tune, finish, export."""

from pathlib import Path

import click

from colorizer.command_line import OVERWRITE, WEIGHTS, counter
from colorizer.export_formats import PACKAGES, Format, check_installed
from colorizer.quiet_backend import load_keras_quietly

RUN = click.argument("run", type=click.Path(path_type=Path))


@click.command()
@RUN
@click.argument("shards", type=click.Path(path_type=Path))
@click.option("--input-size", type=int, help="Side of the crops shown  [default: the shards']")
@click.option("--csv", "csv_path", required=True, type=click.Path(path_type=Path), help="Result.")
@OVERWRITE
def tune(run: Path, shards: Path, input_size: int | None, csv_path: Path, overwrite: bool) -> None:
    """Try every λ and T on the validation photographs of shards.

    Example: colorizer tune runs/first shards --csv choices.csv
    """
    from colorizer import results

    results.check_absent(csv_path, overwrite)
    load_keras_quietly()
    from colorizer import tuning  # loads Keras

    with counter("Photographs") as progress:
        choices = tuning.tune_run(run, shards, input_size, progress=progress)
    tuning.save_choices(choices, csv_path)
    click.echo(f"{csv_path}: {len(choices)} choices of λ and T on the validation photographs")
    best = tuning.best_choice(choices)
    if best is None:
        click.echo("with none is the colourfulness between 0.8 and 1.1 of the photographs'")
        return
    click.echo(
        f"best: λ {best.rebalance:g}, T {best.temperature:g}: AuC {best.auc_gain:+.3f} and"
        f" rebalanced AuC {best.auc_rebalanced_gain:+.3f} beside grey, colourfulness"
        f" {best.colorfulness_ratio:.2f} of the photographs'"
    )


@click.command()
@RUN
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The .keras file.")
@click.option("--rebalance", required=True, type=click.FloatRange(0, 1), metavar="λ")
@click.option("--temperature", required=True, type=click.FloatRange(0, 1, min_open=True))
@click.option("--input-size", required=True, type=click.IntRange(16), metavar="PX")
@click.option("--mirrored", is_flag=True, help="Average with the mirror image's prediction.")
@OVERWRITE
def finish(
    run: Path,
    out: Path,
    rebalance: float,
    temperature: float,
    input_size: int,
    mirrored: bool,
    overwrite: bool,
) -> None:
    """Write the network of a run as one file to ship, in half precision, with its card.

    Example: colorizer finish runs/first --out mine.keras --rebalance 0.8 --temperature 0.38
    --input-size 128
    """
    from colorizer import results

    results.check_absent(out, overwrite)
    load_keras_quietly()
    from colorizer import finishing  # loads Keras

    digest = finishing.finish(
        run,
        out,
        rebalance=rebalance,
        temperature=temperature,
        input_px=input_size,
        mirrored=mirrored,
    )
    click.echo(f"{out}: colour with --weights {out}  SHA-256 {digest}")


@click.command()
@WEIGHTS
@click.option(
    "--format",
    "file_format",
    required=True,
    type=click.Choice([known.value for known in Format]),
    help="What to write.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="NAME.onnx, NAME.xml, or the folder of the SavedModel.",
)
@OVERWRITE
def export(weights: str, file_format: str, out: Path, overwrite: bool) -> None:
    """Write a network for other programs: ONNX, OpenVINO or TensorFlow's SavedModel.

    What was written must colour packaged photographs as Keras does; else nothing is left. A card
    beside it says how to use it.

    Example: colorizer export --format onnx --out default.onnx
    """
    from colorizer import export_places

    known = Format(file_format)
    check_installed(*PACKAGES[known])
    export_places.check_place(out, known, overwrite)
    load_keras_quietly()
    from colorizer import exporting  # loads Keras

    exported = exporting.export(weights, out, known, overwrite=overwrite)
    click.echo(
        f"{out}: a* and b* at most {exported.ab_difference:.2g} from Keras;"
        f" how to use it: {exported.card}"
    )
    click.echo(f"SHA-256 {exported.sha256}")
