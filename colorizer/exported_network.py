"""A network exported to ONNX, ready to colour without Keras, which takes seconds to load.

Place on the data's path: ``colorize.py`` shows it photographs as it does a Keras network.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from colorizer.errors import RunError
from colorizer.export_formats import Format
from colorizer.export_places import card_of
from colorizer.runtimes import Float32, Run, load


@dataclass(frozen=True)
class ExportedNetwork:
    """An exported network and what it takes.

    Attributes:
        run: (N, H, W, 1) L* to logits (N, H/4, W/4, Q) or ab (N, H/4, W/4, 2).
        size_multiple: what height and width of its input must be multiples of, in pixels.
    """

    run: Run
    size_multiple: int

    def predict_on_batch(self, lightness: Float32) -> Float32:
        """Run it, under the name that a Keras network has for this."""
        return self.run(lightness)


def load_exported(path: Path) -> ExportedNetwork:
    """Read an ``.onnx`` file that ``colorizer export`` wrote; its card vouches for the file.

    Raises:
        RunError: it, or the card beside it, is missing or damaged.
        ColorizerError: ONNX Runtime is not installed.
    """
    card = card_of(path)
    try:
        shape = json.loads(card.read_text(encoding="utf-8"))["input"]
        multiple = int(shape["height_and_width_multiple_of"])
    except FileNotFoundError:
        raise RunError(
            f"{card}: not there; colorizer export writes it beside {path.name}"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{card}: no card of an exported network: {error!r}") from None
    return ExportedNetwork(load(path, Format.ONNX), multiple)
