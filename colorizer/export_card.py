"""The card beside an exported network: what a stranger must know to colour with it.

Place on the data's path: ``exporting.py`` writes it beside what it exported.
"""

import csv
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras

from colorizer.ab_bins import bin_centres
from colorizer.config import STRIDE
from colorizer.export_formats import PACKAGES, Format
from colorizer.export_places import bins_path
from colorizer.fingerprints import file_sha256
from colorizer.networks import size_multiple_of
from colorizer.results import versions
from colorizer.runtimes import OPENVINO_SETTINGS
from colorizer.weights_files import WeightsCard


def save_bins(path: Path) -> None:
    """Write the bin centres as CSV: bin, a, b, in the order of the logits, CIE units."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("bin", "a", "b"))
        for number, (a, b) in enumerate(bin_centres()):
            writer.writerow((number, f"{a:g}", f"{b:g}"))


def describe(
    network: keras.Model, exported: Path, file_format: Format, weights: Path, card: WeightsCard
) -> dict[str, Any]:
    """Describe an exported network.

    Args:
        network: the Keras network it came from.
        exported: the file or folder, with all that belongs to it already written.
        file_format: which it is.
        weights: the file the network came from.
        card: what stands beside that file.

    Returns:
        The card's document; ``input_px``, ``temperature`` and ``average_mirrored`` as in the card
        of a ``.keras`` file, ``sha256`` of the exported file.
    """
    document = {
        "made_by": "colorizer export",
        "format": file_format.value,
        "network": network.name,
        "input": {
            "name": "lightness",
            "dtype": "float32",
            "shape": ["batch", "height", "width", 1],
            "unit": "CIE L*, D65, of sRGB",
            "range": [0, 100],
            "height_and_width_multiple_of": size_multiple_of(network),
        },
        "output": _output(network, exported),
        "input_px": card.input_px,
        "temperature": card.temperature,
        "average_mirrored": card.average_mirrored,
        "rebalance": card.rebalance,
        "weights": {"name": weights.name, "sha256": file_sha256(weights)},
        "files": _digests(exported),
        "versions": versions() | {name: version(name) for name in PACKAGES[file_format]},
    }
    if exported.is_file():
        document["sha256"] = file_sha256(exported)
    if file_format is Format.OPENVINO:
        document["runtime_settings"] = OPENVINO_SETTINGS
    return document


def _output(network: keras.Model, exported: Path) -> dict[str, Any]:
    n_channels = network.output_shape[-1]
    output: dict[str, Any] = {
        "dtype": "float32",
        "shape": ["batch", f"height / {STRIDE}", f"width / {STRIDE}", n_channels],
    }
    if n_channels == 2:
        return output | {"name": "ab", "unit": "a* and b*, CIE units"}
    return output | {
        "name": "logits",
        "unit": "logits of the bins of ab; softmax(logits / temperature) times their centres is ab",
        "bin_centres": bins_path(exported).name,
    }


def _digests(exported: Path) -> dict[str, str]:
    """Give the SHA-256 of every file written so far, by its path beside the card."""
    folder = exported.parent
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): file_sha256(path) for path in files}
