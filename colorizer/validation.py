"""What a network in training does on held-out photographs: loss, reference points, chroma."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from PIL import Image

from colorizer.ab_bins import decode_logits
from colorizer.config import STRIDE, TrainingConfig
from colorizer.crops import centre_crop
from colorizer.lab import join_lightness_ab, rgb_to_lab
from colorizer.network import cross_entropy, number_of, pixel_weights, squared_error, targets_of
from colorizer.rebalancing import bin_weights
from colorizer.run_directory import SAMPLES_NAME, whole_file
from colorizer.shards import Photographs, UInt8

VALIDATION_BATCH = 32
N_SAMPLES = 8
GREY_CHROMA = 1e-6
LEAST_SHARE = 1e-12  # keeps the logarithm of a share of nothing finite


def validate(
    network: keras.Model, held_out: Photographs, config: TrainingConfig, prior: npt.NDArray[Any]
) -> dict[str, float]:
    """Measure a network on centre crops of the validation split.

    Returns:
        ``val_loss`` (as trained, rebalanced) and ``val_cross_entropy`` (all pixels alike), in nats;
        beside each what ``reference_losses`` gives; ``chroma_ratio``, mean chroma of the fakes at
        T = 0.38 over that of the photographs: towards 0 the run goes grey. For ``l2`` only
        ``val_loss``, ``loss_grey`` and ``chroma_ratio``. Empty without validation photographs.
    """
    sums = _mean_over_photos(held_out, config, lambda rgb: _measure(network, rgb, config, prior))
    if not sums:
        return {}
    chroma, chroma_real = sums.pop("chroma"), sums.pop("chroma_real")
    ratio = chroma / max(chroma_real, GREY_CHROMA)
    return {**sums, **reference_losses(held_out, config, prior), "chroma_ratio": ratio}


def reference_losses(
    held_out: Photographs, config: TrainingConfig, prior: npt.NDArray[Any]
) -> dict[str, float]:
    """Measure what no network is needed for, on the same crops as ``validate``.

    Returns:
        ``loss_uniform`` (of a network that finds all bins alike), ``loss_prior`` (of one that
        always says the prior) and ``loss_labels`` (of one that says the soft labels, the least
        possible), all rebalanced as the loss is; and ``val_uniform_entropy``,
        ``val_prior_entropy`` and ``val_label_entropy``, the same with all pixels alike. In nats.
        For ``l2`` ``loss_grey``. Empty without validation photographs.
    """
    return _mean_over_photos(held_out, config, lambda rgb: _references(rgb, config, prior))


def _mean_over_photos(
    held_out: Photographs, config: TrainingConfig, measure: Callable[[UInt8], dict[str, float]]
) -> dict[str, float]:
    rows = []
    n_photos = min(config.n_validation, len(held_out))
    for start in range(0, n_photos, VALIDATION_BATCH):
        stop = min(start + VALIDATION_BATCH, n_photos)
        rgb = np.stack([held_out[number] for number in range(start, stop)])
        rows.append((stop - start, measure(centre_crop(rgb, config.crop_px))))
    if not rows:
        return {}
    return {key: sum(n * row[key] for n, row in rows) / n_photos for key in rows[0][1]}


def save_samples(
    network: keras.Model, held_out: Photographs, config: TrainingConfig, run: Path, step: int
) -> None:
    """Write a picture: grey, fake and real of a few validation photographs, one row each."""
    n_photos = min(N_SAMPLES, len(held_out))
    if n_photos == 0:
        return
    rgb = centre_crop(np.stack([held_out[number] for number in range(n_photos)]), config.crop_px)
    lab = rgb_to_lab(rgb)
    ab = predict_ab(network, lab[..., :1].astype(np.float32))
    ab = ab.repeat(STRIDE, axis=1).repeat(STRIDE, axis=2)
    columns = [join_lightness_ab(lab[..., :1], ab * share) for share in (0.0, 1.0)]
    sheet = np.concatenate([np.concatenate(list(column)) for column in [*columns, rgb]], axis=1)
    with whole_file(run / SAMPLES_NAME / f"step_{step:07d}.png") as temporary:
        Image.fromarray(sheet).save(temporary)


def predict_ab(network: keras.Model, lightness: npt.NDArray[np.float32]) -> npt.NDArray[Any]:
    """Give the network's ab at a quarter of the size: (N, H, W, 1) to (N, H/4, W/4, 2)."""
    output = keras.ops.convert_to_numpy(network(lightness, training=False))
    return output if output.shape[-1] == 2 else decode_logits(output)


def _measure(
    network: keras.Model, rgb: UInt8, config: TrainingConfig, prior: npt.NDArray[Any]
) -> dict[str, float]:
    lightness, encoded, ab = targets_of(_tensor(rgb), config.loss, config.neighbours)
    output = network(lightness, training=False)
    predicted = keras.ops.convert_to_numpy(output)
    ab_real = keras.ops.convert_to_numpy(ab)
    if encoded is None:
        loss = number_of(keras.ops.mean(squared_error(output, ab)))
        return {"val_loss": loss, **_chromas(predicted, ab_real)}
    weights = pixel_weights(encoded[0], ab, _class_weights(config, prior))
    entropy = cross_entropy(output, *encoded)
    return {
        "val_loss": number_of(keras.ops.mean(weights * entropy)),
        "val_cross_entropy": number_of(keras.ops.mean(entropy)),
        **_chromas(decode_logits(predicted), ab_real),
    }


def _references(rgb: UInt8, config: TrainingConfig, prior: npt.NDArray[Any]) -> dict[str, float]:
    _, encoded, ab = targets_of(_tensor(rgb), config.loss, config.neighbours)
    if encoded is None:
        return {"loss_grey": number_of(keras.ops.mean(squared_error(keras.ops.zeros_like(ab), ab)))}
    indices, shares = encoded
    log_prior = _tensor(np.log(prior).astype(np.float32))
    certain = keras.ops.log(keras.ops.maximum(shares, LEAST_SHARE))
    references = {
        "uniform": keras.ops.full_like(shares[..., 0], np.log(len(prior))),
        "prior": -keras.ops.sum(shares * keras.ops.take(log_prior, indices, axis=0), axis=-1),
        "label": -keras.ops.sum(shares * certain, axis=-1),
    }
    weights = pixel_weights(indices, ab, _class_weights(config, prior))
    names = {"uniform": "loss_uniform", "prior": "loss_prior", "label": "loss_labels"}
    return {
        **{
            names[name]: number_of(keras.ops.mean(weights * value))
            for name, value in references.items()
        },
        **{
            f"val_{name}_entropy": number_of(keras.ops.mean(value))
            for name, value in references.items()
        },
    }


def _class_weights(config: TrainingConfig, prior: npt.NDArray[Any]) -> Any:
    return _tensor(bin_weights(prior, config.rebalance).astype(np.float32))


def _tensor(values: npt.NDArray[Any]) -> Any:
    return keras.ops.convert_to_tensor(values)


def _chromas(ab: npt.NDArray[Any], ab_real: npt.NDArray[Any]) -> dict[str, float]:
    return {
        "chroma": float(np.linalg.norm(ab, axis=-1).mean()),
        "chroma_real": float(np.linalg.norm(ab_real, axis=-1).mean()),
    }
