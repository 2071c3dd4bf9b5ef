"""Colouring files to files: against bare forward passes, the way of 2016, and in bfloat16.

Photographs of 256 px, JPEG to JPEG. In one run, taking turns, the quickest round of each counts:

* ``colorize`` with the full-width network (random weights: the time is the same) against that
  network's forward passes alone on the same photographs, already in memory;
* ``colorize`` with the default network against the way of the 2016 demonstration: full width,
  one photograph after the other, Keras' ``predict`` in float32, scikit-image's Lab, one thread of
  Python; where torch is installed, also with Keras' torch backend below, in a process of its own;
* ``colorize --fast`` against ``colorize``, both full width, where the processor has bfloat16; the
  fakes of the default network must then differ by 0.5 CIEDE2000 at most on average.

``--memory`` colours so many small photographs (hard links) with a tiny network in a process of its
own each, and compares the peaks of the memory that belongs to the process (RssAnon).

Run: python benchmarks/colouring.py [--photos FOLDER]
     python benchmarks/colouring.py --rounds 0 --memory 1000,18000
"""

import importlib.util
import itertools
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before Keras is loaded

import click
import numpy as np
import skimage.color
import skimage.data
import skimage.transform
from PIL import Image
from support.ratios import Ratio, Spent, interleave, say, times_faster

from colorizer.ab_bins import bin_centres
from colorizer.bfloat16 import has_bfloat16, in_bfloat16, processor_name, read_cpu_info
from colorizer.colorize import Colorizer
from colorizer.lab import lightness_of
from colorizer.metrics import ciede2000
from colorizer.network import build_network
from colorizer.photo_files import find_photos
from colorizer.photo_folder import colorize_photos
from colorizer.photos import read_photo, square_of_size

SIDE_PX, TEMPERATURE = 256, 0.38
PICTURES = ("astronaut", "chelsea", "coffee", "rocket")
MOST_OVERHEAD, LEAST_FAST, LEAST_DEFAULT, AIM_DEFAULT = 1.1, 1.8, 5.0, 10.0
MOST_CIEDE2000 = 0.5
MEMORY_SIDE_PX, MEMORY_INPUT_PX, MEMORY_WIDTH = 64, 32, 0.0625
MOST_GROWTH_MIB = 24.0


@click.command()
@click.option("--photos", type=click.Path(path_type=Path), help="Folder; else scikit-image's own.")
@click.option("--n", "n_photos", default=8, show_default=True, help="Photographs coloured.")
@click.option("--rounds", default=3, show_default=True, help="Of each; 0: none.")
@click.option("--memory", default="", help="Numbers of photographs, as 1000,18000.")
@click.option("--memory-of", type=click.Path(path_type=Path), hidden=True)
@click.option("--demonstration-of", type=click.Path(path_type=Path), hidden=True)
def main(
    photos: Path | None,
    n_photos: int,
    rounds: int,
    memory: str,
    memory_of: Path | None,
    demonstration_of: Path | None,
) -> None:
    """Print the ratios, one row each."""
    if memory_of:
        click.echo(_peak_of_colouring(memory_of))
    elif demonstration_of:
        click.echo(_seconds_of_demonstration(demonstration_of))
    else:
        with tempfile.TemporaryDirectory() as name:
            if rounds:
                _compare(_write_squares(photos, Path(name) / "photos", n_photos), rounds)
            if memory:
                _compare_memory([int(n) for n in memory.split(",")], Path(name))


def _compare(folder: Path, rounds: int) -> None:
    out = folder.parent
    full = Colorizer(build_network(1.0), SIDE_PX, TEMPERATURE)
    default = Colorizer.load("default")
    shown = [
        np.float32(lightness_of(read_photo(source)))[np.newaxis] for source in find_photos([folder])
    ]
    sides = {
        "bare": lambda: [full.network.predict_on_batch(batch) for batch in shown],
        "full": lambda: colorize_photos([folder], out / "full", full, overwrite=True),
        "default": lambda: colorize_photos([folder], out / "default", default, overwrite=True),
        "2016": lambda: _demonstrate(full.network, folder, out / "2016"),
    }
    if has_bfloat16(read_cpu_info()):
        fast = Colorizer(in_bfloat16(full.network), SIDE_PX, TEMPERATURE)
        sides["fast"] = lambda: colorize_photos([folder], out / "fast", fast, overwrite=True)
    spent = interleave(sides, rounds)
    say(_overhead(spent), _speed_of_default(spent))
    if "fast" in spent:
        say(_speed_of_fast(spent, folder, default))
    else:
        click.echo(f"bfloat16: not measured, {processor_name(read_cpu_info())} has none")
    _compare_torch(folder, spent["default"])


def _overhead(spent: dict[str, Spent]) -> Ratio:
    full, bare = spent["full"], spent["bare"]
    wall, cpu = full.wall_s / bare.wall_s, full.cpu_s / bare.cpu_s
    return Ratio(
        "colour files to files, 256 px, full width, float32",
        "the network's forward passes alone",
        f"{wall:.2f} times the time ({cpu:.2f} by processor time)",
        f"at most {MOST_OVERHEAD}",
        wall <= MOST_OVERHEAD,
    )


def _speed_of_default(spent: dict[str, Spent]) -> Ratio:
    ratio = spent["2016"].wall_s / spent["default"].wall_s
    return Ratio(
        "files to files with the default network",
        "full width the way of the 2016 demonstration",
        times_faster(spent["2016"], spent["default"]),
        f"{LEAST_DEFAULT:.0f} times, aim {AIM_DEFAULT:.0f}",
        ratio >= LEAST_DEFAULT,
    )


def _speed_of_fast(spent: dict[str, Spent], folder: Path, default: Colorizer) -> Ratio:
    fast = Colorizer.load("default", fast=True)
    squares = [read_photo(source) for source in find_photos([folder])]
    difference = float(
        np.mean([ciede2000(default.colorize(rgb), fast.colorize(rgb)) for rgb in squares])
    )
    ratio = spent["full"].wall_s / spent["fast"].wall_s
    return Ratio(
        "colorize --fast (bfloat16), full width",
        "the same in float32",
        f"{times_faster(spent['full'], spent['fast'])}, CIEDE2000 {difference:.2f}",
        f"{LEAST_FAST} times, at most {MOST_CIEDE2000}",
        ratio >= LEAST_FAST and difference <= MOST_CIEDE2000,
    )


def _compare_torch(folder: Path, default: Spent) -> None:
    if importlib.util.find_spec("torch") is None:
        click.echo("PyTorch: not measured, torch is not installed")
        return
    seconds = float(_in_own_process("--demonstration-of", folder, KERAS_BACKEND="torch"))
    ratio = seconds / default.wall_s
    say(
        Ratio(
            "files to files with the default network",
            "full width the way of the 2016 demonstration, on PyTorch",
            f"{ratio:.1f} times faster",
            f"{LEAST_DEFAULT:.0f} times, aim {AIM_DEFAULT:.0f}",
            ratio >= LEAST_DEFAULT,
        )
    )


def _demonstrate(network, folder: Path, out: Path) -> None:  # type: ignore[no-untyped-def]
    """Colour as the 2016 demonstration does: one after the other, scikit-image around the net."""
    out.mkdir(exist_ok=True)
    for path in sorted(folder.iterdir()):
        lab = skimage.color.rgb2lab(np.asarray(Image.open(path)))
        shown = skimage.transform.resize(lab[..., :1], (SIDE_PX, SIDE_PX, 1))
        logits = network.predict(np.float32(shown)[np.newaxis], verbose=0)[0] / TEMPERATURE
        shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
        ab = (shares / shares.sum(axis=-1, keepdims=True)) @ bin_centres()
        lab[..., 1:] = skimage.transform.resize(ab, lab.shape[:2], order=1)
        rgb = np.uint8(np.clip(skimage.color.lab2rgb(lab), 0, 1) * 255)
        Image.fromarray(rgb).save(out / path.name, quality=95)


def _seconds_of_demonstration(folder: Path) -> float:
    network = build_network(1.0)
    seconds = []
    with tempfile.TemporaryDirectory() as out:
        for _ in range(3):
            start = time.perf_counter()
            _demonstrate(network, folder, Path(out))
            seconds.append(time.perf_counter() - start)
    return min(seconds)


def _write_squares(photos: Path | None, folder: Path, n_photos: int) -> Path:
    """Write the middle squares of photographs as JPEG files of 256 px."""
    folder.mkdir()
    if photos:
        found = (read_photo(source) for source in find_photos([photos]))
    else:
        found = (getattr(skimage.data, name)() for name in itertools.cycle(PICTURES))
    for number, rgb in enumerate(itertools.islice(found, n_photos)):
        square = square_of_size(rgb, SIDE_PX)
        Image.fromarray(square).save(folder / f"{number:04d}.jpg", quality=95)
    return folder


def _compare_memory(counts: list[int], folder: Path) -> None:
    peaks = {}
    square = skimage.data.astronaut()[:MEMORY_SIDE_PX, 150 : 150 + MEMORY_SIDE_PX]
    original = folder / "photograph.jpg"
    Image.fromarray(square).save(original)
    for n_photos in counts:
        links = folder / str(n_photos)
        links.mkdir()
        for number in range(n_photos):
            (links / f"{number:05d}.jpg").hardlink_to(original)
        peaks[n_photos] = float(_in_own_process("--memory-of", links))
    first, last = counts[0], counts[-1]
    growth = peaks[last] - peaks[first]
    say(
        Ratio(
            f"memory of colorize, {last:,} photographs",
            f"{first:,} photographs",
            f"{peaks[last]:.0f} against {peaks[first]:.0f} MiB, {growth:+.1f}",
            f"does not grow (at most {MOST_GROWTH_MIB:.0f} MiB, of names and reasons)",
            growth <= MOST_GROWTH_MIB,
        )
    )


def _peak_of_colouring(folder: Path) -> float:
    """Colour a folder and give the largest of what was the process's own memory, in MiB."""
    colorizer = Colorizer(build_network(MEMORY_WIDTH), MEMORY_INPUT_PX, TEMPERATURE)
    peak = 0.0

    def look(n_done: int) -> None:
        nonlocal peak
        if n_done % 50 == 0:
            peak = max(peak, _own_memory_mib())

    with tempfile.TemporaryDirectory() as out:
        colorize_photos([folder], Path(out) / "fakes", colorizer, progress=look)
    return max(peak, _own_memory_mib())


def _own_memory_mib() -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("this system does not say how much memory a process has of its own")


def _in_own_process(option: str, folder: Path, **environment: str) -> str:
    command = (sys.executable, __file__, option, str(folder))
    done = subprocess.run(  # noqa: S603 - us
        command, capture_output=True, text=True, check=False, env=os.environ | environment
    )
    if done.returncode:
        raise SystemExit(done.stderr.strip())
    return done.stdout.split()[-1]


if __name__ == "__main__":
    main()
