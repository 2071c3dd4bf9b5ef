"""Chooses, after training, how much rare colours count and how sharp the colours are.

A network trained with class weights w predicts shares proportional to w p. Dividing by the weights
of training and multiplying by those of another λ is an addition to the logits, so λ can be chosen
afterwards, together with the temperature T, on the validation split: by the two areas under the
curve and by the colourfulness of the fakes beside the photographs'.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import product
from pathlib import Path
from typing import Any, Self

import keras
import numpy as np
import numpy.typing as npt

from colorizer import metrics
from colorizer.ab_bins import decode_logits, n_bins, nearest_bin
from colorizer.config import STRIDE, TrainingConfig, load_config
from colorizer.crops import centre_crop, check_crop_fits
from colorizer.errors import RunError
from colorizer.lab import join_lightness_ab, rgb_to_lab
from colorizer.rebalancing import bin_weights, load_prior, smooth_prior
from colorizer.run_directory import BEST_NAME, CONFIG_NAME, PRIOR_NAME, load_network_file
from colorizer.shards import Photographs
from colorizer.weights_files import as_float32

Float = npt.NDArray[np.float64]

REBALANCES = (0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
TEMPERATURES = (0.2, 0.3, 0.38, 0.5, 0.6, 0.7, 0.85, 1.0)
BATCH = 16
# What fakes may be beside the photographs in colourfulness.
COLORFULNESS_RANGE = (0.8, 1.1)


@dataclass(frozen=True)
class Choice:
    """One λ and T, and what comes of it on the validation photographs.

    Attributes:
        rebalance: λ that the network is brought to.
        temperature: T of the annealed mean.
        auc_gain: AuC minus that of the grey fakes, a fraction.
        auc_rebalanced_gain: rebalanced AuC minus that of the grey fakes, a fraction.
        colorfulness_ratio: mean colourfulness of the fakes over that of the photographs.
    """

    rebalance: float
    temperature: float
    auc_gain: float
    auc_rebalanced_gain: float
    colorfulness_ratio: float


def logit_shift(prior: npt.NDArray[Any], trained: float, wanted: float) -> Float:
    """Give what to add to the logits of a network trained with one λ to bring it to another.

    Args:
        prior: (Q,), share of each bin.
        trained: λ of the training.
        wanted: λ to bring it to; 1 undoes the class weights.

    Returns:
        (Q,), float64: log w(wanted) - log w(trained).
    """
    shift: Float = np.log(bin_weights(prior, wanted)) - np.log(bin_weights(prior, trained))
    return shift


def tune(
    network: keras.Model,
    photographs: Photographs,
    prior: npt.NDArray[Any],
    trained: float,
    input_px: int,
    *,
    rebalances: Sequence[float] = REBALANCES,
    temperatures: Sequence[float] = TEMPERATURES,
    progress: Callable[[int], None] | None = None,
) -> list[Choice]:
    """Measure every λ with every T, at the points that the network predicts.

    Args:
        network: (N, H, W, 1) L* to (N, H/4, W/4, Q) logits.
        photographs: the validation split, at least ``input_px`` wide.
        prior: (Q,), of the training.
        trained: λ of the training.
        input_px: side of the centre crops shown.
        rebalances: the λ to try.
        temperatures: the T to try.
        progress: called with the number of photographs done.

    Returns:
        One choice for each λ and T; AuC pooled over all points, the rebalanced one weighted by the
        smoothed share of the true bins in these photographs.
    """
    shifts = {wanted: logit_shift(prior, trained, wanted) for wanted in rebalances}
    tallies = {key: _Tally() for key in product(rebalances, temperatures)}
    grey = _Tally()
    n_done = 0
    for lab, logits in _predictions(network, photographs, input_px):
        truth = _Truth.of(lab)
        grey.add(truth, np.zeros_like(lab[..., 1:]))
        for (wanted, temperature), tally in tallies.items():
            tally.add(truth, decode_logits(logits + shifts[wanted], temperature))
        n_done += len(lab)
        if progress:
            progress(n_done)
    return [
        Choice(wanted, temperature, *tally.beside(grey))
        for (wanted, temperature), tally in tallies.items()
    ]


def tune_run(
    run: Path,
    shards: Path,
    input_px: int | None = None,
    *,
    progress: Callable[[int], None] | None = None,
) -> list[Choice]:
    """Measure every λ with every T for the best network of a run.

    Args:
        run: a run directory of a classification training.
        shards: whose validation split is looked at.
        input_px: side of the centre crops; None takes the largest that fits.
        progress: called with the number of photographs done.

    Raises:
        RunError: no run there, or one of the ``l2`` loss.
        ShardError: no shards there, none to validate with, or too small ones.
    """
    config, network, prior = load_classification_run(run)
    photographs = Photographs(shards, "validation")
    side = photographs.index.size_px // config.size_multiple * config.size_multiple
    shown = side if input_px is None else input_px
    check_crop_fits(photographs, shown)
    return tune(network, photographs, prior, config.rebalance, shown, progress=progress)


def load_classification_run(run: Path) -> tuple[TrainingConfig, keras.Model, Float]:
    """Read the settings, the best network in float32 and the prior of a run.

    Raises:
        RunError: no run there, or one of the ``l2`` loss.
    """
    config = load_config(run / CONFIG_NAME)
    if config.loss != "classification":
        raise RunError(f"{run}: trained with the {config.loss} loss; only bins have a λ and a T")
    network = as_float32(load_network_file(run / BEST_NAME))
    return config, network, load_prior(run / PRIOR_NAME)


def best_choice(choices: Sequence[Choice]) -> Choice | None:
    """Give the choice with the largest sum of both gains among those as colourful as photographs.

    Returns:
        None where no choice has a colourfulness within ``COLORFULNESS_RANGE``.
    """
    low, high = COLORFULNESS_RANGE
    colourful = [choice for choice in choices if low <= choice.colorfulness_ratio <= high]
    return max(
        colourful, key=lambda choice: choice.auc_gain + choice.auc_rebalanced_gain, default=None
    )


def save_choices(choices: Sequence[Choice], path: Path) -> None:
    """Write one line per choice as CSV."""
    temporary = path.with_name(f"part-{path.name}")
    with temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Choice)])
        writer.writeheader()
        writer.writerows(
            {name: f"{value:.6g}" for name, value in asdict(choice).items()} for choice in choices
        )
    temporary.replace(path)


@dataclass(frozen=True)
class _Truth:
    """Photographs, and what every kind of fake of them is measured against.

    Attributes:
        lab: (N, h, w, 3).
        bins: (N, h, w), numbers of the bins nearest to the true colours.
        colorfulness: (N,), of the photographs.
    """

    lab: npt.NDArray[Any]
    bins: npt.NDArray[np.int64]
    colorfulness: Float

    @classmethod
    def of(cls, lab: npt.NDArray[Any]) -> Self:
        """Measure photographs (N, h, w, 3) in Lab."""
        return cls(lab, nearest_bin(lab[..., 1:]), _colorfulness(lab, lab[..., 1:]))


def _colorfulness(lab: npt.NDArray[Any], ab: npt.NDArray[Any]) -> Float:
    """Give the colourfulness, (N,), of the lightness of ``lab`` with the colours ``ab``."""
    pictures = join_lightness_ab(lab[..., :1], ab)
    return np.array([metrics.colorfulness(picture) for picture in pictures])


class _Tally:
    """Adds up one kind of fake over the photographs."""

    def __init__(self) -> None:
        self._sums, self._counts = np.zeros(n_bins()), np.zeros(n_bins())
        self._fakes: list[float] = []
        self._reals: list[float] = []

    def add(self, truth: _Truth, ab: npt.NDArray[Any]) -> None:
        """Take photographs with the ab (N, h, w, 2) of their fakes."""
        sums, counts = metrics.closeness_by_bin(truth.lab[..., 1:], ab, truth.bins, n_bins())
        self._sums, self._counts = self._sums + sums, self._counts + counts
        self._fakes += _colorfulness(truth.lab, ab).tolist()
        self._reals += truth.colorfulness.tolist()

    def areas(self) -> tuple[float, float]:
        """Give AuC and rebalanced AuC."""
        prior = smooth_prior(self._counts)
        plain = float(self._sums.sum() / self._counts.sum())
        return plain, metrics.auc_rebalanced_of_sums(self._sums, self._counts, prior)

    def beside(self, grey: "_Tally") -> tuple[float, float, float]:
        """Give both gains over grey and the ratio of colourfulness."""
        (auc, rebalanced), (auc_grey, rebalanced_grey) = self.areas(), grey.areas()
        ratio = float(np.mean(self._fakes) / np.mean(self._reals))
        return auc - auc_grey, rebalanced - rebalanced_grey, ratio


def _predictions(
    network: keras.Model, photographs: Photographs, input_px: int
) -> Iterator[tuple[Float, npt.NDArray[Any]]]:
    """Give Lab at the predicted points, (N, h, w, 3), and logits (N, h, w, Q), by batches."""
    for batch in photographs.batches(BATCH):
        lab = rgb_to_lab(centre_crop(batch, input_px))
        logits = network(lab[..., :1].astype(np.float32), training=False)
        yield lab[:, ::STRIDE, ::STRIDE], np.asarray(keras.ops.convert_to_numpy(logits))
