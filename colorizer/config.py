"""Settings of a training as frozen values, and the presets with what to expect of each."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from colorizer.errors import RunError

LossName = Literal["classification", "l2"]
Precision = Literal["float32", "mixed_bfloat16"]
NetworkName = Literal["zhang2016", "residual"]
ScheduleName = Literal["cosine", "one_cycle", "steps"]


# The deepest layers work at one over this of the input's size.
SIZE_MULTIPLES: dict[str, int] = {"zhang2016": 8, "residual": 16}

STRIDE = 4  # input pixels of every network per output pixel
MOST_ZOOM = 4.0
MOST_NEIGHBOURS = 10


@dataclass(frozen=True)
class TrainingConfig:
    """All that fixes a training, but for the photographs.

    Attributes:
        network: ``zhang2016`` (the eight blocks of the paper) or ``residual`` (U shape with skip
            connections and global context, for small data; classification only).
        loss: ``classification`` (the 313-way softmax) or ``l2`` (regression of ab).
        neighbours: bins that a colour is spread over in the soft encoding; 5 in the paper, 10 in
            its released code.
        rebalance: λ in [0, 1], share of the uniform distribution mixed into the prior before its
            inverse weights the pixels; 1 weights all pixels alike.
        width: multiplies the number of filters of every layer but the last.
        crop_px: side of the random crops, a multiple of 8 (``residual``: of 16); at most the size
            of the shards.
        batch_size: crops per step.
        n_steps: optimiser steps of the whole run.
        steps_per_epoch: steps between two lines of ``metrics.csv``.
        checkpoint_steps: steps between two checkpoints to go on from; one is made after every epoch
            too.
        learning_rate: peak of the schedule.
        schedule: of the learning rate, see ``schedules.learning_rate``.
        warmup_fraction: share of the steps in which the rate rises; then it falls by a cosine. Of
            ``steps`` no part.
        weight_decay: decoupled (AdamW).
        ema_momentum: of the moving average of the weights that is kept; 0 switches it off.
        lightness_jitter: the network is shown 100 (L* / 100)^g instead of L*, log g drawn from
            [-jitter, jitter] for each crop; the labels stay. 0 switches it off.
        zoom: crops are cut with a side of up to zoom times crop_px and shrunk to crop_px; 1
            switches it off.
        precision: ``mixed_bfloat16`` computes the inner blocks in bfloat16.
        deterministic: the same settings give the same weights, bit by bit, on one machine; slower.
        seed: fixes initialisation, order, crops and flips.
        n_validation: most photographs of the validation split looked at after an epoch.
    """

    network: NetworkName = "zhang2016"
    loss: LossName = "classification"
    neighbours: int = 5
    rebalance: float = 0.5
    width: float = 1.0
    crop_px: int = 176
    batch_size: int = 40
    n_steps: int = 450_000
    steps_per_epoch: int = 1000
    checkpoint_steps: int = 200
    learning_rate: float = 3e-5
    schedule: ScheduleName = "cosine"
    warmup_fraction: float = 0.0
    weight_decay: float = 1e-3
    ema_momentum: float = 0.0
    lightness_jitter: float = 0.0
    zoom: float = 1.0
    precision: Precision = "float32"
    deterministic: bool = False
    seed: int = 0
    n_validation: int = 256

    @property
    def size_multiple(self) -> int:
        """What the side of a crop must be a multiple of, in pixels."""
        return SIZE_MULTIPLES[self.network]

    def __post_init__(self) -> None:
        """Refuse values that no training can use."""
        rules = {
            "network": self.network in ("zhang2016", "residual"),
            "loss": self.loss == "classification"
            or (self.loss == "l2" and self.network == "zhang2016"),
            "neighbours": 1 <= self.neighbours <= MOST_NEIGHBOURS,
            "rebalance": 0 <= self.rebalance <= 1,
            "width": self.width > 0,
            "crop_px": self.crop_px >= self.size_multiple
            and self.crop_px % self.size_multiple == 0,
            "batch_size": self.batch_size >= 1,
            "n_steps": self.n_steps >= 1,
            "steps_per_epoch": self.steps_per_epoch >= 1,
            "checkpoint_steps": self.checkpoint_steps >= 1,
            "learning_rate": self.learning_rate > 0,
            "schedule": self.schedule in ("cosine", "one_cycle", "steps"),
            "warmup_fraction": 0 <= self.warmup_fraction < 1,
            "ema_momentum": 0 <= self.ema_momentum < 1,
            "lightness_jitter": 0 <= self.lightness_jitter <= 1,
            "zoom": 1 <= self.zoom <= MOST_ZOOM,
            "precision": self.precision in ("float32", "mixed_bfloat16"),
        }
        for name, holds in rules.items():
            if not holds:
                raise RunError(f"{name} {getattr(self, name)!r} is not allowed; {_ALLOWED[name]}")


_ALLOWED = {
    "network": "choose zhang2016 or residual",
    "loss": "choose classification, or l2 for the zhang2016 network",
    "neighbours": "choose a whole number from 1 to 10",
    "rebalance": "choose a number from 0 to 1",
    "width": "choose a number above 0",
    "crop_px": "choose a multiple of 8, at least 8; of 16 for the residual network",
    "batch_size": "choose a whole number from 1",
    "n_steps": "choose a whole number from 1",
    "steps_per_epoch": "choose a whole number from 1",
    "checkpoint_steps": "choose a whole number from 1",
    "learning_rate": "choose a number above 0",
    "schedule": "choose cosine, one_cycle or steps",
    "warmup_fraction": "choose a number from 0 to below 1",
    "ema_momentum": "choose a number from 0 to below 1",
    "lightness_jitter": "choose a number from 0 to 1",
    "zoom": "choose a number from 1 to 4",
    "precision": "choose float32 or mixed_bfloat16",
}

# Each preset says what it is for. Steps per second depend on the machine.
PRESETS: dict[str, TrainingConfig] = {
    # The 2016 network at full width on ImageNet: weeks on one GPU; not run by us.
    "paper": TrainingConfig(schedule="steps", checkpoint_steps=500),
    # The same network at half width in a twentieth of the steps: one cycle of the rate, averaged
    # weights. About a day on one GPU; not run by us to its end.
    "short": TrainingConfig(
        width=0.5,
        crop_px=128,
        n_steps=22_500,
        steps_per_epoch=500,
        learning_rate=1e-3,
        schedule="one_cycle",
        warmup_fraction=0.3,
        weight_decay=0.05,
        ema_momentum=0.999,
    ),
    # A quarter of the width for tens of thousands of photographs on a small CPU: hours.
    "small": TrainingConfig(
        width=0.25,
        crop_px=64,
        batch_size=64,
        n_steps=12_000,
        steps_per_epoch=250,
        learning_rate=1e-3,
        warmup_fraction=0.05,
        weight_decay=0.1,
        ema_momentum=0.99,  # as long a memory as the batch normalisation's averages
    ),
    # The default network: whole photographs shrunk to 72 px, for many passes; then a second run on
    # larger ones with --initial-weights. Some 120 crops a second on two CPU cores with bfloat16.
    "residual": TrainingConfig(
        network="residual",
        rebalance=0.7,
        crop_px=64,
        batch_size=128,
        n_steps=3_000,
        steps_per_epoch=250,
        learning_rate=2e-3,
        warmup_fraction=0.05,
        weight_decay=0.02,
        ema_momentum=0.995,
        lightness_jitter=0.1,
        precision="mixed_bfloat16",
    ),
    # Proves the path on a handful of photographs: seconds; colours nothing well.
    "tiny": TrainingConfig(
        width=0.0625,
        crop_px=32,
        batch_size=4,
        n_steps=6,
        steps_per_epoch=3,
        learning_rate=1e-3,
        n_validation=4,
    ),
}


def save_config(config: TrainingConfig, path: Path, **more: Any) -> None:
    """Write the settings, and what else belongs beside them, as JSON, whole or not at all."""
    document = {"training": dataclasses.asdict(config), **more}
    temporary = path.with_name(f"part-{path.name}")
    text = json.dumps(document, indent=1, sort_keys=True) + "\n"
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def load_config(path: Path) -> TrainingConfig:
    """Read the settings of a run.

    Raises:
        RunError: the file is missing or holds no settings.
    """
    try:
        return TrainingConfig(**json.loads(path.read_text(encoding="utf-8"))["training"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path}: no settings of a training there: {error}") from None
