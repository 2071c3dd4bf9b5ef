"""Colours the photographs of a folder on a Ray cluster; the fakes are the same to the byte.

Each process of the cluster loads the network once. Photographs travel there as files, fakes come
back as files and are written on this machine.
"""

import dataclasses
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from colorizer.colorize import Colorizer
from colorizer.errors import PhotoError, RunError
from colorizer.photo_folder import (
    ColourAll,
    Coloured,
    Placed,
    encode_photo,
    read_placed,
    save_encoded,
)
from colorizer.photo_sources import with_bytes
from colorizer.ray_engine import RayEngine
from colorizer.weights_files import DEFAULT_NAME

PHOTOS_PER_TASK = 2


@dataclass(frozen=True)
class Recipe:
    """How a process of the cluster comes to the network.

    Attributes:
        weights: as ``Colorizer.load`` takes it; a path that is the same on every machine.
        temperature: T of the annealed mean; None takes the network's own.
        input_px: short side of what the network is shown; None takes the network's own.
        fast: compute in bfloat16.
        sha256: of the weights on this machine; other ones are refused.
    """

    weights: str
    temperature: float | None
    input_px: int | None
    fast: bool
    sha256: str


def colour_on_cluster(recipe: Recipe, address: str | None, n_workers: int) -> ColourAll:
    """Give what ``photo_folder.colorize_photos`` takes to have the work done by Ray.

    Args:
        recipe: the network.
        address: of the cluster's head node; None starts Ray here.
        n_workers: CPUs of a Ray started here.
    """
    engine = RayEngine(address, n_workers, _travelling, PHOTOS_PER_TASK)
    return partial(_colour_all, engine, recipe)


def recipe_of(
    colorizer: Colorizer, weights: str, temperature: float | None, input_px: int | None, fast: bool
) -> Recipe:
    """Give the recipe of a network that is loaded here; a path holds wherever it is used."""
    place = weights if weights == DEFAULT_NAME else str(Path(weights).resolve())
    return Recipe(place, temperature, input_px, fast, colorizer.sha256)


def colour_one(recipe: Recipe, placed: Placed) -> bytes | str:
    """Colour one photograph; runs on the cluster.

    Returns:
        The fake as a file, or the reason why there is none.

    Raises:
        RunError: the weights of this machine are other ones.
    """
    try:
        rgb = read_placed(placed)
    except PhotoError as error:
        return str(error)
    return encode_photo(_load(recipe).colorize(rgb), Path(placed.output).suffix)


def _colour_all(
    engine: RayEngine, recipe: Recipe, folder: Path, placed: Iterator[Placed]
) -> Generator[Coloured]:
    for item, result in engine.run(partial(colour_one, recipe), placed):
        if isinstance(result, str):
            yield Coloured(item.source.origin, "", result)
        else:
            save_encoded(result, folder / item.output)
            yield Coloured(item.source.origin, item.output, "")


def _travelling(placed: Placed) -> Placed:
    return dataclasses.replace(placed, source=with_bytes(placed.source))


@cache
def _load(recipe: Recipe) -> Colorizer:
    colorizer = Colorizer.load(
        recipe.weights,
        temperature=recipe.temperature,
        input_px=recipe.input_px,
        fast=recipe.fast,
    )
    if colorizer.sha256 != recipe.sha256:
        raise RunError(
            f"{recipe.weights}: other weights on a machine of the cluster: SHA-256"
            f" {colorizer.sha256}, here {recipe.sha256}"
        )
    return colorizer
