"""One photograph from a cold start: an exported network against Keras on TensorFlow.

Baseline, in the same run: the same command with the same network as a ``.keras`` file, which
imports Keras and TensorFlow; and that import alone. Each run is a process of its own, from its
start to the coloured file; the three take turns and the median of each counts. The files are in the
system's cache: each was read once before. The pictures must be equal to 0.1 CIEDE2000 on average.

Run: python benchmarks/cold_start.py
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before Keras is loaded

import click
import numpy as np
import skimage
from PIL import Image

from colorizer.metrics import ciede2000

MAX_CIEDE2000 = 0.1
PICTURE = "astronaut.png"
COLORIZER = (sys.executable, "-m", "colorizer")


@click.command()
@click.option("--starts", default=2, show_default=True, help="Of each; the median counts.")
@click.option("--weights", default="default", show_default=True, help="The network.")
def main(starts: int, weights: str) -> None:
    """Print the seconds of one photograph from a cold start in both ways, and their ratio."""
    photo = Path(skimage.__file__).parent / "data" / PICTURE
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        onnx = folder / "network.onnx"
        _run(*COLORIZER, "export", "--weights", weights, "--format", "onnx", "--out", str(onnx))
        commands = {
            "exported, ONNX Runtime": _colouring(photo, folder / "light", str(onnx)),
            "Keras on TensorFlow": _colouring(photo, folder / "keras", weights),
            "import keras alone": (sys.executable, "-c", "import keras"),
        }
        seconds = _median_seconds(commands, starts)
        pictures = [
            np.asarray(Image.open(folder / way / PICTURE).convert("RGB"))
            for way in ("light", "keras")
        ]
    difference = ciede2000(pictures[0], pictures[1])
    light = seconds["exported, ONNX Runtime"]
    click.echo(f"{'one photograph, cold':<24} {'seconds':>8} {'times the exported':>20}")
    for way, value in seconds.items():
        click.echo(f"{way:<24} {value:>8.2f} {value / light:>20.1f}")
    click.echo(f"mean CIEDE2000 between the two pictures {difference:.4f}")
    if not difference <= MAX_CIEDE2000:
        raise SystemExit(f"the pictures differ by more than {MAX_CIEDE2000}")


def _median_seconds(commands: dict[str, tuple[str, ...]], starts: int) -> dict[str, float]:
    for command in commands.values():
        _run(*command)
    times: dict[str, list[float]] = {way: [] for way in commands}
    for _ in range(starts):
        for way, command in commands.items():
            start = time.perf_counter()
            _run(*command)
            times[way].append(time.perf_counter() - start)
    return {way: statistics.median(values) for way, values in times.items()}


def _colouring(photo: Path, out: Path, weights: str) -> tuple[str, ...]:
    arguments = ("--out", str(out), "--weights", weights, "--overwrite")
    return (*COLORIZER, "colorize", str(photo), *arguments)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - us
    if done.returncode:
        raise SystemExit(done.stderr.strip())


if __name__ == "__main__":
    main()
