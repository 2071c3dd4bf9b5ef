"""Exported networks against Keras on photographs: the largest distance in the ab plane.

The default network at its own size, and the eight blocks of 2016 at 256 px (random weights, the
last layer scaled up so that colours differ from pixel to pixel; ``--width 1`` for full width) leave
in each format, are loaded with the runtime of the format and must colour every pixel of every
photograph as Keras does, up to 0.1. Also the time of a forward pass beside Keras'.

Run: python benchmarks/exported.py [--photos FOLDER] [--width 1]
"""

import itertools
import os
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before Keras is loaded

import click
import keras
import numpy as np
from support.ratios import Ratio, interleave, say, times_faster

from colorizer.colorize import Colorizer, input_shape, resize_lightness
from colorizer.export_formats import Format
from colorizer.export_places import SUFFIXES
from colorizer.exporting import MAX_AB_DIFFERENCE, largest_ab_difference, write_network
from colorizer.lab import lightness_of
from colorizer.network import build_network
from colorizer.photo_files import find_photos
from colorizer.photos import read_photo
from colorizer.runtimes import Float32, load
from colorizer.sample_photos import cut_sample_crops

SIDE_PX, TEMPERATURE = 256, 0.38
HEAD_SCALE = 300.0  # of random weights: colours differ as a trained network's do
CROP_STEP = 8


@click.command()
@click.option("--photos", type=click.Path(path_type=Path), help="Folder; else scikit-image's own.")
@click.option("--n", "n_photos", default=8, show_default=True, help="Photographs looked at.")
@click.option("--rounds", default=2, show_default=True, help="Of the times.")
@click.option("--width", default=0.25, show_default=True, help="Of the 2016 network.")
@click.option(
    "--format", "formats", multiple=True, type=click.Choice(list(Format)), help="Only it."
)
def main(
    photos: Path | None, n_photos: int, rounds: int, width: float, formats: tuple[Format, ...]
) -> None:
    """Print the largest distance of each export, and its speed beside Keras."""
    pictures = _pictures(photos, n_photos)
    default = Colorizer.load("default")
    eight_blocks = Colorizer(_colourful(build_network(width)), SIDE_PX, TEMPERATURE)
    for name, colorizer in (("default", default), (f"2016, width {width:g}", eight_blocks)):
        batches = [_shown(rgb, colorizer) for rgb in pictures]
        for file_format in formats or tuple(Format):
            say(_row(name, colorizer, file_format, batches, rounds))


def _row(
    name: str, colorizer: Colorizer, file_format: Format, batches: list[Float32], rounds: int
) -> Ratio:
    network = colorizer.network
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"network{SUFFIXES[file_format]}"
        write_network(network, path, file_format)
        run = load(path, file_format)
        distance = largest_ab_difference(network, run, colorizer.temperature, batches)
        spent = interleave(
            {
                "keras": lambda: [network.predict_on_batch(batch) for batch in batches],
                "exported": lambda: [run(batch) for batch in batches],
            },
            rounds,
        )
    return Ratio(
        f"{name} as {file_format}, {len(batches)} photographs",
        "Keras",
        f"ab {distance:.4f} apart at most; {times_faster(spent['keras'], spent['exported'])}",
        f"at most {MAX_AB_DIFFERENCE} apart",
        distance <= MAX_AB_DIFFERENCE,
    )


def _pictures(photos: Path | None, n_photos: int) -> list[np.ndarray]:
    if photos is None:
        crops = itertools.islice(cut_sample_crops(), 0, None, CROP_STEP)
        return [crop.rgb for crop in itertools.islice(crops, n_photos)]
    sources = itertools.islice(find_photos([photos]), n_photos)
    return [read_photo(source) for source in sources]


def _shown(rgb: np.ndarray, colorizer: Colorizer) -> Float32:
    lightness = lightness_of(rgb)
    size = input_shape(*rgb.shape[:2], colorizer.input_px, colorizer.size_multiple)
    return resize_lightness(lightness, *size)[np.newaxis]


def _colourful(network: keras.Model) -> keras.Model:
    kernel, bias = network.layers[-1].get_weights()
    network.layers[-1].set_weights([kernel * HEAD_SCALE, bias])
    return network


if __name__ == "__main__":
    main()
