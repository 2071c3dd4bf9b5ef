"""Colouring photographs with the default network against the full-width network of 2016.

Baseline, in the same run: the eight blocks at full width (random weights: the time is the same),
shown 256 px as the 2016 demonstration does, float32, one photograph at a time, joined with the full
lightness in the same way. Both colour the same photographs, read from memory; the quickest round of
each counts.

Run: python benchmarks/colouring.py
"""

import os
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before Keras is loaded

import click
import numpy as np
import skimage.data

from colorizer.colorize import Colorizer
from colorizer.network import build_network

SIDE_PX = 256
PICTURES = ("astronaut", "chelsea", "coffee", "rocket")


@click.command()
@click.option("--rounds", default=3, show_default=True, help="Of each; the quickest counts.")
def main(rounds: int) -> None:
    """Print the time per photograph of both, and their ratio."""
    photos = [getattr(skimage.data, name)()[:SIDE_PX, :SIDE_PX] for name in PICTURES]
    full = Colorizer(build_network(1.0), SIDE_PX, 0.38)
    default = Colorizer.load("default")
    seconds = {
        "full width, 256 px": _quickest(full.colorize, photos, rounds),
        f"default, {default.input_px} px": _quickest(default.colorize, photos, rounds),
    }
    baseline = seconds["full width, 256 px"]
    click.echo(f"{'network':<22} {'ms per photograph':>18} {'times faster':>13}")
    for name, value in seconds.items():
        click.echo(f"{name:<22} {1000 * value:>18.0f} {baseline / value:>13.1f}")


def _quickest(
    colorize: Callable[[np.ndarray], np.ndarray], photos: list[np.ndarray], rounds: int
) -> float:
    colorize(photos[0])  # the first call builds what later ones reuse
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for photo in photos:
            colorize(photo)
        times.append(time.perf_counter() - start)
    return min(times) / len(photos)


if __name__ == "__main__":
    main()
