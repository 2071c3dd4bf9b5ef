"""Colour a folder of photographs: names and sizes stay, every refusal has its reason.

Several photographs are under way at once, each in a thread of its own from reading to writing, so
that the cores are busy with one while another waits for the disk or Python. Photographs are not
shown to the network in batches: no faster (``docs/decisions/0011-colouring-in-threads.md``).
"""

import csv
import io
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PIL import Image

from colorizer.colorize import Colorizer, UInt8
from colorizer.errors import PhotoError
from colorizer.photo_files import find_photos
from colorizer.photo_sources import PhotoSource
from colorizer.photos import read_photo
from colorizer.results import check_apart, save_json, versions, whole_folder
from colorizer.thread_engine import Threads, default_n_threads

REPORT_NAME = "report.csv"
PROVENANCE_NAME = "provenance.json"
JPEG_QUALITY = 95
LARGE_PX = 16_000_000  # photographs above it are coloured one at a time: memory
# Suffixes that are kept; a fake of any other photograph is written as PNG under the name plus .png.
FORMATS = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".png": "PNG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
}


@dataclass(frozen=True)
class Placed:
    """One input and where its fake belongs.

    Attributes:
        source: the photograph.
        output: path of the fake below the output folder.
        is_taken: whether an input before has that path.
    """

    source: PhotoSource
    output: str
    is_taken: bool


@dataclass(frozen=True)
class Coloured:
    """What became of one input.

    Attributes:
        origin: path of the input.
        output: path of the fake below the output folder; empty if refused.
        reason: why it was refused; empty if it was not.
    """

    origin: str
    output: str
    reason: str


ColourAll = Callable[[Path, Iterator[Placed]], Generator[Coloured]]


def colorize_photos(
    inputs: Iterable[Path],
    out: Path,
    colorizer: Colorizer,
    *,
    overwrite: bool = False,
    n_threads: int | None = None,
    colour_all: ColourAll | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Coloured]:
    """Colour every photograph found and write ``report.csv`` and ``provenance.json`` beside them.

    Args:
        inputs: folders, tar files, text files of paths or photographs.
        out: the folder to make; photographs keep their place below the input, name and size.
        colorizer: the network.
        overwrite: replace a folder that is there.
        n_threads: photographs under way at once; None decides by the cores. The fakes do not
            depend on it.
        colour_all: does the work elsewhere, such as ``ray_colouring.py``; None does it here.
        progress: called with the number of inputs done.

    Returns:
        One row per input, in order.

    Raises:
        ColorizerError: an input does not exist, or ``out`` is taken.
    """
    inputs = list(inputs)
    check_apart(inputs, out)
    rows: list[Coloured] = []
    colour_all = colour_all or partial(_colour_here, colorizer, n_threads)
    with whole_folder(out, PROVENANCE_NAME, overwrite) as folder:
        with closing(colour_all(folder, place(find_photos(inputs)))) as coloured:
            for row in coloured:
                rows.append(row)
                if progress:
                    progress(len(rows))
        _save_report(rows, folder / REPORT_NAME)
        save_json(
            folder / PROVENANCE_NAME,
            {
                "weights_sha256": colorizer.sha256,
                "temperature": colorizer.temperature,
                "input_px": colorizer.input_px,
                "precision": colorizer.precision,
                "n_coloured": sum(not row.reason for row in rows),
                "versions": versions(),
            },
        )
    return rows


def place(sources: Iterable[PhotoSource]) -> Iterator[Placed]:
    """Say for each input where its fake belongs; the first of a name has it."""
    taken: set[str] = set()
    for source in sources:
        output = output_name(source.relative_path)
        yield Placed(source, output, output.casefold() in taken)
        taken.add(output.casefold())


def output_name(relative_path: str) -> str:
    """Give the fake's path: the photograph's own if its format can be written, else plus .png."""
    suffix = Path(relative_path).suffix.lower()
    return relative_path if suffix in FORMATS else f"{relative_path}.png"


def read_placed(placed: Placed) -> UInt8:
    """Read and decode an input whose fake has a place.

    Raises:
        PhotoError: it has none, or is no usable photograph.
    """
    if placed.is_taken:
        raise PhotoError(f"another input is called {placed.source.relative_path} too")
    return read_photo(placed.source)


def save_photo(rgb: UInt8, path: Path) -> None:
    """Write a picture in the format of its suffix, without loss where the format allows."""
    save_encoded(encode_photo(rgb, path.suffix), path)


def save_encoded(data: bytes, path: Path) -> None:
    """Write a picture file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def encode_photo(rgb: UInt8, suffix: str) -> bytes:
    """Give a picture file in the format of a suffix, without loss where the format allows."""
    settings: dict[str, object] = {}
    picture_format = FORMATS[suffix.lower()]
    if picture_format == "JPEG":
        settings = {"quality": JPEG_QUALITY, "subsampling": 0}
    elif picture_format == "WEBP":
        settings = {"lossless": True}
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, picture_format, **settings)
    return file.getvalue()


def _colour_here(
    colorizer: Colorizer, n_threads: int | None, folder: Path, placed: Iterator[Placed]
) -> Generator[Coloured]:
    engine = Threads(n_threads or default_n_threads())
    colour = partial(_colour, folder, colorizer, threading.Lock())
    with closing(engine.run(colour, placed)) as results:
        yield from (row for _, row in results)


def _colour(
    folder: Path, colorizer: Colorizer, one_large: threading.Lock, placed: Placed
) -> Coloured:
    source = placed.source
    try:
        rgb = read_placed(placed)
    except PhotoError as error:
        return Coloured(source.origin, "", str(error))
    is_large = rgb.shape[0] * rgb.shape[1] > LARGE_PX
    with one_large if is_large else nullcontext():
        save_photo(colorizer.colorize(rgb), folder / placed.output)
    return Coloured(source.origin, placed.output, "")


def _save_report(rows: list[Coloured], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("input", "output", "reason"))
        writer.writerows((row.origin, row.output, row.reason) for row in rows)
