"""Makes a trained network ready to be shipped: λ put into its last bias, weights in half precision.

Place on the data's path: reads a run directory, writes a ``.keras`` file with its card. Kernels of
convolutions are stored as float16, which halves the file; the network always runs in float32.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from colorizer.errors import RunError
from colorizer.fingerprints import FINGERPRINTS_SUFFIX, file_sha256, find_fingerprints
from colorizer.results import versions
from colorizer.run_directory import BEST_NAME
from colorizer.tuning import load_classification_run, logit_shift

STORED = "float16"


def finish(
    run: Path,
    out: Path,
    *,
    rebalance: float,
    temperature: float,
    input_px: int,
    mirrored: bool = False,
) -> str:
    """Write the network of a run as a file to ship, with its card.

    Args:
        run: a run directory of a classification training.
        out: the ``.keras`` file to write; the card goes beside it as ``.json``, the fingerprints of
            the photographs that the run has seen, where it has them, as ``.fingerprints.npy``.
        rebalance: λ to bring the network to.
        temperature: T that it is to be used with.
        input_px: short side that it is to be shown.
        mirrored: whether its predictions for a photograph and its mirror image are to be averaged.

    Returns:
        The file's SHA-256.

    Raises:
        RunError: no run there, or one of the ``l2`` loss.
    """
    config, network, prior = load_classification_run(run)
    shift = logit_shift(prior, config.rebalance, rebalance)
    bias = network.layers[-1].bias
    bias.assign(np.asarray(bias) + shift)
    out.parent.mkdir(parents=True, exist_ok=True)
    temporary = out.with_name(f"part-{out.name}")
    in_half_precision(network).save(temporary)
    temporary.replace(out)
    digest = file_sha256(out)
    card = {
        "input_px": input_px,
        "temperature": temperature,
        "average_mirrored": mirrored,
        "sha256": digest,
        "rebalance": rebalance,
        "versions": versions(),
    }
    text = json.dumps(card, indent=1, sort_keys=True) + "\n"
    out.with_suffix(".json").write_text(text, encoding="utf-8")
    seen = find_fingerprints(run / BEST_NAME)
    if seen is not None:
        shutil.copyfile(seen, out.with_suffix(FINGERPRINTS_SUFFIX))
    return digest


def in_half_precision(network: keras.Model) -> keras.Model:
    """Give the same network with the convolutions' weights, but for the last layer's, in float16.

    Args:
        network: in float32.
    """
    document = json.loads(network.to_json())
    for layer in document["config"]["layers"][:-1]:
        if layer["class_name"] == "Conv2D":
            layer["config"]["dtype"] = STORED
    copy = keras.models.model_from_json(json.dumps(document))
    copy.set_weights([_checked(value) for value in network.get_weights()])
    return copy


def _checked(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    with np.errstate(over="ignore"):
        stored = values.astype(STORED)
    if not np.isfinite(stored).all():
        raise RunError("a weight is too large for half precision; the training has diverged")
    return values
