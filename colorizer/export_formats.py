"""The formats a network can be exported to, and what each needs; standard library only.

The commands read it before anything that takes seconds to load.
"""

import importlib.util
import sys
from enum import StrEnum
from pathlib import Path

from colorizer.errors import ColorizerError

ONNX_SUFFIX = ".onnx"


class Format(StrEnum):
    """What a network can be exported to."""

    ONNX = "onnx"
    OPENVINO = "openvino"
    TF_SAVED_MODEL = "tf_saved_model"


# What writes and what runs each format; the last one is the runtime.
PACKAGES: dict[Format, tuple[str, ...]] = {
    Format.ONNX: ("onnx", "tf2onnx", "onnxruntime"),
    Format.OPENVINO: ("openvino",),
    Format.TF_SAVED_MODEL: ("tensorflow",),
}


def is_exported(weights: str | Path) -> bool:
    """Say whether weights name a network that colours without Keras: an ``.onnx`` file."""
    return str(weights).endswith(ONNX_SUFFIX)


def check_installed(*packages: str) -> None:
    """Refuse to go on without these packages.

    Raises:
        ColorizerError: one is not installed; the message says what brings it.
    """
    for package in packages:
        if not _is_installed(package):
            extra = "colorizer" if package == "tensorflow" else "export"
            raise ColorizerError(
                f"{package} is not installed;"
                f" pip install 'colorization-turing-test[{extra}]' brings it"
            )


def _is_installed(package: str) -> bool:
    if package in sys.modules:
        return sys.modules[package] is not None
    return importlib.util.find_spec(package) is not None
