"""Finds a network's file, and what must be known beside it to colour with it.

A network is a ``.keras`` file with a ``.json`` of the same stem: the size it wants to see and the
temperature it was tuned for; or an ``.onnx`` file that ``colorizer export`` wrote, with its card.
``default`` is the network that comes with the package.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from colorizer.ab_bins import TEMPERATURE, bin_centres
from colorizer.errors import RunError
from colorizer.export_formats import is_exported
from colorizer.export_places import card_of
from colorizer.fingerprints import file_sha256
from colorizer.rebalancing import load_prior
from colorizer.run_directory import BEST_NAME, CONFIG_NAME, PRIOR_NAME, load_network_file

if TYPE_CHECKING:
    import keras  # takes seconds: an exported network colours without it

DEFAULT_NAME = "default"
WEIGHTS_FOLDER = Path(__file__).parent / "weights"
INPUT_PX = 256  # short side the 2016 network sees


@dataclass(frozen=True)
class WeightsCard:
    """What must be known to colour with a network.

    Attributes:
        input_px: short side of what the network is shown, a multiple of 8.
        temperature: T of the annealed mean.
        average_mirrored: whether predictions for the photo and its mirror image are averaged.
        sha256: of the network's file; empty where nobody wrote it down.
        rebalance: λ that the network was trained with or brought to; None where nobody wrote it
            down.
    """

    input_px: int = INPUT_PX
    temperature: float = TEMPERATURE
    average_mirrored: bool = False
    sha256: str = ""
    rebalance: float | None = None


def find_weights(weights: str | Path) -> Path:
    """Give the ``.keras`` file that ``default``, a run directory or a path names.

    Raises:
        RunError: nothing is there, or a directory that holds no settings of a training.
    """
    if weights == DEFAULT_NAME:
        return WEIGHTS_FOLDER / "default.keras"
    path = Path(weights)
    if path.is_dir():
        if not (path / CONFIG_NAME).is_file():
            raise RunError(
                f"{weights}: no run directory, for it holds no {CONFIG_NAME}; give a run directory"
                " or a .keras file"
            )
        path = path / BEST_NAME
    if not path.is_file():
        raise RunError(
            f"{weights}: no network there; give default, a run directory or a .keras or .onnx file"
        )
    return path


def load_card(path: Path) -> WeightsCard:
    """Read what stands beside a network's file; the 2016 settings where nothing does.

    Raises:
        RunError: the card is damaged, or the network is not the one it describes.
    """
    card_path = path.with_suffix(".json")
    if path.name == BEST_NAME and (path.parent / CONFIG_NAME).is_file():
        card_path = path.parent / CONFIG_NAME
    if is_exported(path):
        card_path = card_of(path)
    if not card_path.is_file():
        return WeightsCard()
    try:
        document = json.loads(card_path.read_text(encoding="utf-8"))
        fields = {**document.get("training", {}), **document}
        known = {name: fields[name] for name in asdict(WeightsCard()) if name in fields}
        card = WeightsCard(**known)
    except (ValueError, TypeError, AttributeError) as error:
        raise RunError(f"{card_path}: not a network's card: {error}") from None
    if card.sha256 and card.sha256 != file_sha256(path):
        raise RunError(f"{path}: its SHA-256 is not the one in {card_path.name}: damaged")
    return card


def mean_colour(weights: str | Path) -> tuple[float, float] | None:
    """Give the mean a* and b* of the photographs that a network was trained on, in CIE units.

    Returns:
        None where no prior stands beside the network's file.

    Raises:
        RunError: no network there, or a damaged prior.
    """
    path = find_weights(weights).parent / PRIOR_NAME
    if not path.is_file():
        return None
    a, b = load_prior(path) @ bin_centres()
    return float(a), float(b)


def load_weights(path: Path) -> "keras.Model":
    """Read a network and put all its layers into float32, as study stimuli need.

    Raises:
        RunError: the file is missing or no network.
    """
    return as_float32(load_network_file(path))


def as_float32(network: "keras.Model") -> "keras.Model":
    """Give the same network with every layer in float32."""
    text = network.to_json()
    if "float16" not in text:
        return network
    import keras  # takes seconds: an exported network colours without it

    for policy in ("mixed_bfloat16", "float16"):
        text = text.replace(f'"{policy}"', '"float32"')
    copy = keras.models.model_from_json(text)
    copy.set_weights(network.get_weights())
    return copy
