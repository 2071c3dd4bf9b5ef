"""``colorizer prepare`` against one process of Pillow and scikit-image; and its memory.

Baseline, in the same run: each photograph is opened by Pillow, its middle square resized by
scikit-image (bilinear, anti-aliased, its default) and written to one array; nothing is checked.
``prepare`` does more: it looks for damage, greyness, repetitions and near duplicates. The baseline
is measured on a sample before and after ``prepare``, whose time includes the start of its workers.

Memory: the largest process of a ``prepare``, and of a ``colorize``, on the first photographs and on
all of them.

Run: python benchmarks/preparing.py train-0.tar train-1.tar ...
"""

import io
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import click
import numpy as np
import skimage.transform
from PIL import Image

from colorizer.photo_files import find_photos
from colorizer.photo_sources import PhotoSource
from colorizer.photos import crop_square
from colorizer.sample_photos import write_sample_photos

KILOBYTES_PER_MB = 1024


@click.command()
@click.argument("photos", nargs=-1, type=click.Path(path_type=Path))
@click.option("--size", "size_px", default=192, show_default=True)
@click.option("--sample", default=600, show_default=True, help="Photographs of the baseline.")
@click.option("--few", default=1000, show_default=True, help="The first of them, for the memory.")
@click.option("--colour", is_flag=True, help="Memory of colorize, too: hours with many.")
def main(photos: tuple[Path, ...], size_px: int, sample: int, few: int, colour: bool) -> None:
    """Print milliseconds per photograph, their ratio, and megabytes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inputs = photos or _samples(folder)
        sources = list(find_photos(inputs))
        chosen = sources[:: max(len(sources) // sample, 1)]
        first = _baseline_ms(chosen[::2], size_px)
        command = ["prepare", *map(str, inputs), "--size", str(size_px)]
        seconds, cpu_seconds, megabytes = _run(command, folder / "all")
        second = _baseline_ms(chosen[1::2] or chosen, size_px)
        ours, baseline = 1000 * seconds / len(sources), (first + second) / 2
        click.echo(f"{len(sources)} photographs to {size_px} px on {os.cpu_count()} cores")
        click.echo(f"{'':<32} {'ms per photograph':>18}")
        click.echo(
            f"{'Pillow and scikit-image':<32} {baseline:>18.2f}  ({first:.2f}, {second:.2f})"
        )
        cpu_ms = 1000 * cpu_seconds / len(sources)
        click.echo(f"{'prepare':<32} {ours:>18.2f}  ({cpu_ms:.2f} of processor time)")
        click.echo(f"{'times faster':<32} {baseline / ours:>18.2f}")
        beginning = _first_of(sources, few, folder / "few.tar")
        _, _, little = _run(["prepare", str(beginning), "--size", str(size_px)], folder / "few")
        _print_memory("prepare", min(few, len(sources)), len(sources), little, megabytes)
        if colour:
            _, _, little = _run(["colorize", str(beginning)], folder / "few fakes")
            _, _, much = _run(["colorize", *map(str, inputs)], folder / "all fakes")
            _print_memory("colorize", min(few, len(sources)), len(sources), little, much)


def _print_memory(command: str, few: int, many: int, little: float, much: float) -> None:
    label = f"{command}, {few} and {many} photographs"
    click.echo(f"{label:<40} {little:>8.0f} MB {much:>8.0f} MB   ratio {much / little:.2f}")


def _baseline_ms(sources: list[PhotoSource], size_px: int) -> float:
    squares = np.empty((len(sources), size_px, size_px, 3), np.uint8)
    start = time.perf_counter()
    for number, source in enumerate(sources):
        with Image.open(io.BytesIO(source.read())) as image:
            square = crop_square(np.asarray(image.convert("RGB")))
        resized = skimage.transform.resize(square, (size_px, size_px), anti_aliasing=True)
        squares[number] = np.rint(255 * resized)
    return 1000 * (time.perf_counter() - start) / len(sources)


def _run(arguments: list[str], out: Path) -> tuple[float, float, float]:
    """Run a command; give seconds, processor seconds and the megabytes of its largest process."""
    start = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "colorizer", *arguments, "--out", str(out)],
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3):  # 3: some were refused, as reports say
        raise click.ClickException(f"{' '.join(arguments)}: exit code {process.returncode}")
    seconds = time.perf_counter() - start
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / KILOBYTES_PER_MB


def _first_of(sources: Iterable[PhotoSource], n: int, path: Path) -> Path:
    with tarfile.open(path, "w") as tar:
        for number, source in zip(range(n), sources, strict=False):
            data = source.read()
            member = tarfile.TarInfo(f"{number}-{source.name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def _samples(folder: Path) -> tuple[Path, ...]:
    write_sample_photos(folder / "samples")
    return (folder / "samples",)


if __name__ == "__main__":
    main()
