"""Exports a network to a format that other programs run, with a card that says how.

Place on the data's path: reads a network's file, writes it as ONNX, OpenVINO or SavedModel. What
was written is loaded with its own runtime and must colour packaged photographs as Keras does; else
nothing is left.
"""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from colorizer.ab_bins import decode_logits
from colorizer.errors import ColorizerError
from colorizer.export_card import describe, save_bins
from colorizer.export_formats import PACKAGES, Format, check_installed
from colorizer.export_places import (
    SAVED_MODEL_MARKER,
    bins_path,
    card_of,
    check_place,
    fingerprints_path,
    places,
)
from colorizer.fingerprints import file_sha256, find_fingerprints
from colorizer.full_disk import full_disk_told
from colorizer.lab import rgb_to_lab
from colorizer.results import save_json
from colorizer.runtimes import Float32, Run, load, silence_telemetry
from colorizer.sample_photos import cut_sample_crops
from colorizer.weights_files import find_weights, load_card, load_weights

MAX_AB_DIFFERENCE = 0.1  # distance in the ab plane, at any pixel of the photographs looked at
CROP_STEP = 8  # every so many of the sample crops are looked at
# Rows and columns shown: two sizes, one of them not square; multiples of what each network needs.
CHECKED_SIZES_PX = ((128, 128), (64, 96))


@dataclass(frozen=True)
class Exported:
    """What ``export`` wrote.

    Attributes:
        sha256: of the exported file; of a SavedModel the digest of its ``saved_model.pb``.
        ab_difference: the largest distance to Keras in the ab plane at any pixel looked at.
        card: the JSON file that says how to use it.
    """

    sha256: str
    ab_difference: float
    card: Path


def export(
    weights: str | Path, out: Path, file_format: Format, *, overwrite: bool = False
) -> Exported:
    """Write a network in another format, checked against Keras.

    Args:
        weights: ``default``, a run directory or a ``.keras`` file.
        out: ``NAME.onnx``, ``NAME.xml`` or, for a SavedModel, the folder to make; what lies beside
            it is called as ``export_places.py`` says.
        file_format: what to write.
        overwrite: replace an earlier export.

    Raises:
        RunError: no network there, or a damaged one.
        ColorizerError: ``out`` is taken or of another form, a package is not installed, or the
            exported network colours otherwise than Keras.
    """
    check_place(out, file_format, overwrite)
    check_installed(*PACKAGES[file_format])
    if keras.backend.backend() != "tensorflow":
        raise ColorizerError(
            f"export needs Keras on TensorFlow, not on {keras.backend.backend()};"
            " set KERAS_BACKEND=tensorflow"
        )
    path = find_weights(weights)
    card, network = load_card(path), load_weights(path)
    with _staging(out) as staging:
        staged = staging / out.name
        write_network(network, staged, file_format)
        difference = largest_ab_difference(network, load(staged, file_format), card.temperature)
        check_difference(out, difference)
        main = staged / SAVED_MODEL_MARKER if staged.is_dir() else staged
        digest = file_sha256(main)
        _save_companions(network, staged, path)
        document = describe(network, staged, file_format, path, card)
        document["check"] = {
            "largest_ab_difference": difference,
            "allowed_ab_difference": MAX_AB_DIFFERENCE,
            "sizes_px": CHECKED_SIZES_PX,
        }
        save_json(card_of(staged), document)
        _take_places(staging, out, file_format)
    return Exported(digest, difference, card_of(out))


def write_network(network: keras.Model, path: Path, file_format: Format) -> None:
    """Write a network with free batch, height and width, its output called by what it is.

    Args:
        network: in float32, one input and one output.
        path: of the file or folder to write.
        file_format: what to write.
    """
    silence_telemetry()
    name = "ab" if network.output_shape[-1] == 2 else "logits"
    named = keras.Model(network.input, {name: network.output}, name=network.name)
    free = keras.InputSpec(dtype="float32", shape=(None, None, None, 1), name="lightness")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the converters, about NumPy 2 and TensorFlow
        named.export(str(path), format=file_format.value, verbose=False, input_signature=[free])
    if file_format is Format.ONNX:
        _name_dimensions(path)


def largest_ab_difference(
    network: keras.Model,
    run: Run,
    temperature: float,
    batches: Iterable[Float32] | None = None,
) -> float:
    """Give the largest distance in the ab plane to Keras' colours on packaged photographs.

    Args:
        network: the Keras network.
        run: the exported one.
        temperature: T of the annealed mean.
        batches: L* (N, H, W, 1) to look at; None takes the packaged photographs.
    """
    differences = []
    for batch in _checked_batches() if batches is None else batches:
        expected = keras.ops.convert_to_numpy(network(batch, training=False))
        found = run(batch)
        if found.shape != expected.shape:
            return float("inf")
        apart = _decoded(found, temperature) - _decoded(expected, temperature)
        differences.append(float(np.linalg.norm(apart, axis=-1).max()))
    return float(np.max(differences))


def check_difference(out: Path, difference: float) -> None:
    """Refuse an export that colours otherwise than Keras.

    Raises:
        ColorizerError: a difference above 0.1 CIE units, or none that is a number.
    """
    if not difference <= MAX_AB_DIFFERENCE:  # also where it is not a number
        raise ColorizerError(
            f"{out}: not written, the exported network colours otherwise than Keras: up to"
            f" {difference:.3g} apart in the ab plane, allowed is {MAX_AB_DIFFERENCE}"
        )


def _checked_batches() -> Iterator[Float32]:
    """Give the L* of sample crops at every checked size: (N, H, W, 1), float32."""
    crops = [crop.rgb for crop in itertools.islice(cut_sample_crops(), 0, None, CROP_STEP)]
    lightness = np.stack([rgb_to_lab(rgb)[..., :1] for rgb in crops]).astype(np.float32)
    for n_photos, (height, width) in enumerate(CHECKED_SIZES_PX, start=2):
        yield np.ascontiguousarray(lightness[-n_photos:, :height, :width])


def _decoded(output: Float32, temperature: float) -> Float32:
    return output if output.shape[-1] == 2 else decode_logits(output, temperature)


def _name_dimensions(path: Path) -> None:
    """Give the free dimensions of an ONNX file names that say what they are."""
    import onnx  # of the extra [export]

    model = onnx.load(path)
    names = {
        "input": ("batch", "height", "width"),
        "output": ("batch", "quarter_height", "quarter_width"),
    }
    for direction, dimensions in names.items():
        (value,) = getattr(model.graph, direction)
        for dimension, name in zip(value.type.tensor_type.shape.dim, dimensions, strict=False):
            dimension.dim_param = name
    onnx.save(model, path)


def _save_companions(network: keras.Model, staged: Path, weights: Path) -> None:
    """Write the bin centres, and what the network has seen, beside it."""
    if network.output_shape[-1] != 2:
        save_bins(bins_path(staged))
    seen = find_fingerprints(weights)
    if seen is not None:
        shutil.copyfile(seen, fingerprints_path(staged))


@contextmanager
def _staging(out: Path) -> Iterator[Path]:
    """Give a folder beside ``out`` that is gone afterwards."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(
                dir=out.parent, prefix=f".{out.name}-", suffix=".part"
            ) as folder,
            full_disk_told(out),
        ):  # asked before the folder, which fills the disk, goes
            yield Path(folder)
    except OSError as error:
        raise ColorizerError(f"{out}: cannot be written: {error.strerror or error}") from None


def _take_places(staging: Path, out: Path, file_format: Format) -> None:
    """Move all that was written to its place, the card last: what has one is whole."""
    card = card_of(out)
    for earlier in (card, *places(out, file_format)):
        if earlier == out and out.is_dir():
            shutil.rmtree(out)
        elif earlier.is_file():
            earlier.unlink()
    for path in sorted(staging.iterdir(), key=lambda path: path.name == card.name):
        path.replace(out.parent / path.name)
