"""Runs an exported network with the runtime of its format.

Place on the data's path: ``exporting.py`` checks with it what it wrote. Each loader gives a
function from L* to the network's output; each format needs packages of its own.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from colorizer.export_formats import PACKAGES, Format, check_installed

Float32 = npt.NDArray[np.float32]
# (N, H, W, 1), L* in [0, 100] -> (N, H/4, W/4, 313) logits, or (N, H/4, W/4, 2) ab
Run = Callable[[Float32], Float32]


# Without it OpenVINO computes in bfloat16 where the processor can.
OPENVINO_SETTINGS = {"INFERENCE_PRECISION_HINT": "f32"}


def load(path: Path, file_format: Format) -> Run:
    """Load an exported network with the runtime of its format.

    Args:
        path: the ``.onnx`` or ``.xml`` file, or the folder of the SavedModel.
        file_format: which of them it is.

    Raises:
        ColorizerError: the runtime is not installed.
    """
    check_installed(PACKAGES[file_format][-1])
    return _LOADERS[file_format](path)


def silence_telemetry() -> None:
    """Keep OpenVINO's import and conversion from reporting their use to its maker.

    Its telemetry package sends unless the user has declined; OpenVINO goes without one that cannot
    be imported.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]


def _load_onnx(path: Path) -> Run:
    import onnxruntime  # of the extra [export]

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    return lambda lightness: np.asarray(session.run(None, {given.name: lightness})[0])


def _load_openvino(path: Path) -> Run:
    silence_telemetry()
    import openvino  # of the extra [export]

    model = openvino.Core().compile_model(path, "CPU", OPENVINO_SETTINGS)
    return lambda lightness: np.asarray(model([lightness])[0])


def _load_saved_model(path: Path) -> Run:
    import tensorflow  # takes seconds

    model = tensorflow.saved_model.load(str(path))

    def run(lightness: Float32) -> Float32:
        (output,) = model.serve(lightness).values()
        return np.asarray(output)

    return run


_LOADERS: dict[Format, Callable[[Path], Run]] = {
    Format.ONNX: _load_onnx,
    Format.OPENVINO: _load_openvino,
    Format.TF_SAVED_MODEL: _load_saved_model,
}
