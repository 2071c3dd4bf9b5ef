"""What a network in training does on held-out photographs: loss, reference points, chroma."""

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
from colorizer.network import cross_entropy, pixel_weights, squared_error, targets_of
from colorizer.rebalancing import bin_weights
from colorizer.run_directory import SAMPLES_NAME
from colorizer.shards import Photographs, UInt8

VALIDATION_BATCH = 32
N_SAMPLES = 8
GREY_CHROMA = 1e-6


def validate(
    network: keras.Model, held_out: Photographs, config: TrainingConfig, prior: npt.NDArray[Any]
) -> dict[str, float]:
    """Measure a network on centre crops of the validation split.

    Returns:
        ``val_loss`` (as trained, rebalanced), ``val_cross_entropy`` and, to compare with,
        ``val_prior_entropy`` (the loss of always predicting the prior) and ``val_label_entropy``
        (the least possible), in nats; ``chroma_ratio``, mean chroma of the fakes at T = 0.38 over
        that of the photographs: towards 0 the run goes grey. For ``l2`` only ``val_loss`` and
        ``chroma_ratio``. Empty without validation photographs.
    """
    rows = []
    n_photos = min(config.n_validation, len(held_out))
    for start in range(0, n_photos, VALIDATION_BATCH):
        stop = min(start + VALIDATION_BATCH, n_photos)
        rgb = np.stack([held_out[number] for number in range(start, stop)])
        rows.append(
            (stop - start, _measure(network, centre_crop(rgb, config.crop_px), config, prior))
        )
    if not rows:
        return {}
    sums = {key: sum(n * row[key] for n, row in rows) / n_photos for key in rows[0][1]}
    chroma, chroma_real = sums.pop("chroma"), sums.pop("chroma_real")
    return {**sums, "chroma_ratio": chroma / max(chroma_real, GREY_CHROMA)}


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
    Image.fromarray(sheet).save(run / SAMPLES_NAME / f"step_{step:07d}.png")


def predict_ab(network: keras.Model, lightness: npt.NDArray[np.float32]) -> npt.NDArray[Any]:
    """Give the network's ab at a quarter of the size: (N, H, W, 1) to (N, H/4, W/4, 2)."""
    output = keras.ops.convert_to_numpy(network(lightness, training=False))
    return output if output.shape[-1] == 2 else decode_logits(output)


def _measure(
    network: keras.Model, rgb: UInt8, config: TrainingConfig, prior: npt.NDArray[Any]
) -> dict[str, float]:
    lightness, encoded, ab = targets_of(keras.ops.convert_to_tensor(rgb), config.loss)
    output = network(lightness, training=False)
    predicted = keras.ops.convert_to_numpy(output)
    ab_real = keras.ops.convert_to_numpy(ab)
    if encoded is None:
        loss = float(keras.ops.mean(squared_error(output, ab)))
        return {"val_loss": loss, **_chromas(predicted, ab_real)}
    entropy = cross_entropy(output, *encoded)
    log_prior = keras.ops.convert_to_tensor(np.log(prior).astype(np.float32))
    prior_logits = keras.ops.broadcast_to(log_prior, output.shape)
    class_weights = keras.ops.convert_to_tensor(
        bin_weights(prior, config.rebalance).astype(np.float32)
    )
    weighted = entropy * pixel_weights(encoded[0], ab, class_weights)
    label = -keras.ops.sum(encoded[1] * keras.ops.log(keras.ops.maximum(encoded[1], 1e-12)), -1)
    means = {
        "val_loss": weighted,
        "val_cross_entropy": entropy,
        "val_prior_entropy": cross_entropy(prior_logits, *encoded),
        "val_label_entropy": label,
    }
    figures = {key: float(keras.ops.mean(value)) for key, value in means.items()}
    return {**figures, **_chromas(decode_logits(predicted), ab_real)}


def _chromas(ab: npt.NDArray[Any], ab_real: npt.NDArray[Any]) -> dict[str, float]:
    return {
        "chroma": float(np.linalg.norm(ab, axis=-1).mean()),
        "chroma_real": float(np.linalg.norm(ab_real, axis=-1).mean()),
    }
