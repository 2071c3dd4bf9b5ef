"""Can somebody who sees everything on the wire tell real from fake before answering?

A study is served by gunicorn as always. Visitors go through it over HTTP; of every pair everything
that arrives before the answer is written down: addresses, headers, lengths, the structure of the
files and the time each took. A classifier then learns from nine tenths of the photographs which
side was real, and is asked about the last tenth.

Baselines in the same run: a coin (50 %), and the same classifier given the pixels' colours, which
participants see too: it shows that there is something to find. What the files hold beyond their
pixels is tried by making each file anew from its decoded pixels: the same bytes have to come out,
but for the padding.

Run: python benchmarks/adversary.py --set instance/demo/set
"""

import io
import json
import os
import random
import struct
import sys
import tempfile
import time
import uuid
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import httpx
import numpy as np
import scipy.optimize
import scipy.special
import scipy.stats
import sqlalchemy as sa
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy.orm import Session
from support.participant import SIDES, new_report
from support.study import KEY, STUDY, served

from colorizer.lab import rgb_to_lab
from colorizer.png_encoding import encode_png
from study_app import catalog
from study_app.config import Settings
from study_app.image_padding import PADDING_TYPE, PNG_SIGNATURE
from study_app.models import StimulusPair, Trial
from study_app.presets import PRESETS
from study_app.simulated_token import sign_token
from study_app.simulated_visit import Visit
from study_app.study_file import parse_study_file
from study_app.study_template import StudyDraft, write_study_text

MOST_PAIRS = 50
FOLDS = 10
RIDGE = 1.0
LEVEL = 0.99
NEEDS = 1e-12

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Seen:
    """One image as it came over the wire."""

    address: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    seconds: float


@dataclass(frozen=True)
class SeenPair:
    """One pair as the browser has it before the answer, and what it cannot know."""

    trial_key: str
    told: dict[str, Any]
    images: dict[str, Seen]
    n_before: int
    photo_id: str = ""
    real_on_left: bool = False


@click.command()
@click.option(
    "--set",
    "set_folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path("instance/demo/set"),
    show_default=True,
)
@click.option("--pairs", default=500, show_default=True, type=click.IntRange(50))
@click.option("--seed", default=2016, show_default=True)
@click.option("--json", "json_path", type=click.Path(path_type=Path))
def main(set_folder: Path, pairs: int, seed: int, json_path: Path | None) -> None:
    """Print how often each kind of evidence found the real picture, with exact intervals."""
    with served_study(set_folder) as (url, key, engine):
        seen = [*look_at_pairs(url, key, pairs, random.Random(seed))]  # noqa: S311
        seen = with_truth(engine, seen)
    remade = sum(is_made_anew(pair.images[side].body) for pair in seen for side in SIDES)
    rows = [evidence(name, seen, features, seed) for name, features in EVIDENCE.items()]
    click.echo(f"{len(seen)} pairs of {set_folder}, answered one after the other")
    click.echo(f"{'evidence':<34}{'features':>9}{'right':>8}{f'{LEVEL:.0%} interval':>18}")
    for row in rows:
        interval = f"{row['low']:.3f} to {row['high']:.3f}"
        click.echo(f"{row['evidence']:<34}{row['features']:>9}{row['right']:>8.3f}{interval:>18}")
    click.echo(
        f"files that their own pixels give again, byte for byte: {remade} of {2 * len(seen)}"
    )
    if json_path:
        result = {"pairs": len(seen), "evidence": rows, "files": 2 * len(seen), "remade": remade}
        json_path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    wire = [row for row in rows if row["evidence"] in ON_THE_WIRE]
    if remade < 2 * len(seen) or any(not row["low"] <= 0.5 <= row["high"] for row in wire):
        sys.exit("the truth is on the wire")


@contextmanager
def served_study(set_folder: Path) -> Iterator[tuple[str, str, sa.Engine]]:
    """Serve an open study of the set; gives its address, the instance's key and its database."""
    n_main = min(len(catalog.load_stimulus_set(set_folder).photo_ids) - 1, MOST_PAIRS)
    protocol = {"n_practice": 1, "n_main": n_main, "n_vigilance": 0, "n_control": 0}
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{Path(name) / 'study.sqlite'}"
        settings = Settings(instance_path=Path(name), database_url=url, secret_key=KEY)
        with served(settings, set_folder, workers=2, **protocol) as (address, engine):
            yield address, settings.secret_key, engine


def look_at_pairs(url: str, key: str, n_pairs: int, rng: random.Random) -> Iterator[SeenPair]:
    """Go through the study again and again; the images are asked for in random order."""
    n_seen = 0
    while n_seen < n_pairs:
        with httpx.Client(base_url=url, timeout=60) as client:
            seed = rng.getrandbits(32)
            source = write_study_text(StudyDraft(PRESETS["zhang2016"].protocol, id=STUDY))
            visit = Visit(client, parse_study_file(source), rng)
            visit.consent(STUDY, sign_token(key, STUDY, seed))
            visit.open_trials()
            page_key = str(uuid.UUID(int=rng.getrandbits(128), version=4))
            n_before = 0
            while n_seen < n_pairs and (told := visit.next_trial(page_key))["state"] == "trial":
                yield look(client, told, n_before, rng)
                visit.answer(told, page_key, new_report(told, rng.choice(SIDES)))
                n_before += 1
                n_seen += 1


def look(client: httpx.Client, told: dict[str, Any], n_before: int, rng: random.Random) -> SeenPair:
    """Load both images and write everything down."""
    images = {}
    for side in rng.sample(SIDES, 2):
        begin = time.perf_counter()
        answer = client.get(told["images"][side])
        seconds = time.perf_counter() - begin
        headers = tuple((name.lower(), value) for name, value in answer.headers.multi_items())
        images[side] = Seen(told["images"][side], headers, answer.content, seconds)
    return SeenPair(told["trial_key"], told, images, n_before)


def with_truth(engine: sa.Engine, seen: list[SeenPair]) -> list[SeenPair]:
    """Add what only the database knows."""
    with Session(engine) as session:
        rows = session.execute(
            sa.select(Trial.trial_key, StimulusPair.photo_id, Trial.real_side).join(
                StimulusPair, Trial.stimulus_pair_id == StimulusPair.id
            )
        )
        truth = {key: (photo_id, side == "left") for key, photo_id, side in rows}
    return [
        SeenPair(pair.trial_key, pair.told, pair.images, pair.n_before, *truth[pair.trial_key])
        for pair in seen
    ]


# --- evidence ------------------------------------------------------------------------------------


def addresses(pair: SeenPair) -> list[float]:
    """The characters of the addresses and of the trial's key."""
    texts = [pair.images["left"].address, pair.images["right"].address, pair.trial_key]
    return [float(ord(letter)) for text in texts for letter in text.rpartition("/")[2][:32]]


def told(pair: SeenPair) -> list[float]:
    """What the server tells of the pair: order, number, block, and how far the visitor is."""
    first = {"left": 1.0, "right": -1.0}.get(pair.told["first_side"], 0.0)
    return [first, float(pair.told["number"]), float(pair.told["block"] == "main"),
            float(pair.n_before)]  # fmt: skip


def headers(pair: SeenPair) -> list[float]:
    """Number, names, order and lengths of the headers, and their numbers, left against right."""
    return _difference(pair, _headers_of)


def lengths(pair: SeenPair) -> list[float]:
    """Bytes of each image, and what its head says of them."""
    return _difference(pair, lambda image: [float(len(image.body))])


def timing(pair: SeenPair) -> list[float]:
    """How long each image took, and the logarithm of it."""
    return _difference(pair, lambda image: [image.seconds, float(np.log(image.seconds))])


def structure(pair: SeenPair) -> list[float]:
    """The chunks of each file: how many of which kind and length, and the first bytes of each."""
    return _difference(pair, _structure_of)


def on_the_wire(pair: SeenPair) -> list[float]:
    """All of these together."""
    return [value for features in ON_THE_WIRE.values() for value in features(pair)]


def colours(pair: SeenPair) -> list[float]:
    """What the eye has: the mean, spread and share of high chroma of each image."""
    return _difference(pair, _colours_of)


Features = Callable[[SeenPair], list[float]]
ON_THE_WIRE: dict[str, Features] = {
    "addresses": addresses,
    "what is told of the pair": told,
    "headers": headers,
    "lengths": lengths,
    "times": timing,
    "structure of the files": structure,
}
EVIDENCE: dict[str, Features] = {
    **ON_THE_WIRE,
    "all of these": on_the_wire,
    "the colours themselves (baseline)": colours,
}


def _difference(pair: SeenPair, features: Callable[[Seen], list[float]]) -> list[float]:
    left, right = (features(pair.images[side]) for side in SIDES)
    return [a - b for a, b in zip(left, right, strict=True)]


def _headers_of(image: Seen) -> list[float]:
    text = "\n".join(f"{name}: {value}" for name, value in image.headers if name != "date")
    numbers = [float(value) for _, value in image.headers if value.isdigit()]
    return [float(len(image.headers)), float(len(text)), float(sum(map(ord, text))), sum(numbers)]


def _structure_of(image: Seen) -> list[float]:
    chunks = [*_chunks(image.body)]
    padding = [len(content) for kind, content in chunks if kind == PADDING_TYPE]
    data = [content for kind, content in chunks if kind == b"IDAT"]
    return [
        float(len(chunks)),
        float(sum(kind not in (b"IHDR", b"IDAT", b"IEND", PADDING_TYPE) for kind, _ in chunks)),
        float(sum(padding)),
        float(len(data)),
        float(sum(map(len, data))),
        *(float(byte) for byte in data[0][:8]),
    ]


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(PNG_SIGNATURE)
    while place < len(png):
        (length,) = struct.unpack_from(">I", png, place)
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        place += 12 + length


def _colours_of(image: Seen) -> list[float]:
    lab = rgb_to_lab(pixels_of(image.body))
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    return [float(chroma.mean()), float(chroma.std()), float((chroma > 40).mean())]


def is_made_anew(png: bytes) -> bool:
    """Say whether a file is what its own pixels give, but for the padding of random bytes."""
    bare = b"".join(
        png_chunk(kind, content) for kind, content in _chunks(png) if kind != PADDING_TYPE
    )
    return PNG_SIGNATURE + bare == encode_png(pixels_of(png))


def pixels_of(png: bytes) -> NDArray[np.uint8]:
    """Decode as a browser does: (H, W, 3), uint8."""
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"))


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """Give a chunk of a PNG file with length and check sum."""
    check_sum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check_sum


# --- the classifier ------------------------------------------------------------------------------


def evidence(name: str, seen: list[SeenPair], features: Features, seed: int) -> dict[str, Any]:
    """Give how often the held-out side was found, with the exact interval of Clopper & Pearson."""
    x = np.array([features(pair) for pair in seen])
    x = x[:, x.std(axis=0) > NEEDS]
    y = np.array([pair.real_on_left for pair in seen])
    photos = np.array([pair.photo_id for pair in seen])
    right = int((held_out_guesses(x, y, photos, np.random.default_rng(seed)) == y).sum())
    interval = scipy.stats.binomtest(right, len(y)).proportion_ci(LEVEL, method="exact")
    return {
        "evidence": name,
        "features": x.shape[1],
        "right": right / len(y),
        "low": float(interval.low),
        "high": float(interval.high),
    }


def held_out_guesses(
    x: Array, y: NDArray[np.bool], photos: NDArray[np.str_], rng: np.random.Generator
) -> NDArray[np.bool]:
    """Guess each tenth of the photographs by what the other nine taught; coins for ties."""
    names = rng.permutation(np.unique(photos))
    fold_of = {name: number % FOLDS for number, name in enumerate(names)}
    folds = np.array([fold_of[photo] for photo in photos])
    guesses = rng.random(len(y)) < 0.5
    for fold in range(FOLDS):
        held_out = folds == fold
        if not x.shape[1] or not held_out.any():
            continue
        scores = _scores(x[~held_out], y[~held_out], x[held_out])
        guesses[held_out] = np.where(np.abs(scores) < NEEDS, guesses[held_out], scores > 0)
    return guesses


def _scores(x: Array, y: NDArray[np.bool], asked: Array) -> Array:
    """Logistic regression with a ridge, on standardised features."""
    centre, scale = x.mean(axis=0), x.std(axis=0)
    scale[scale < NEEDS] = 1.0
    x, asked = (x - centre) / scale, (asked - centre) / scale
    signs = np.where(y, 1.0, -1.0)

    def loss(weights: Array) -> tuple[float, Array]:
        margins = signs * (x @ weights)
        slopes = -signs * scipy.special.expit(-margins)
        value = np.logaddexp(0, -margins).sum() + RIDGE / 2 * weights @ weights
        return float(value), x.T @ slopes + RIDGE * weights

    found = scipy.optimize.minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(asked @ found.x)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
