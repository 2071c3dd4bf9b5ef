"""The optimiser of a training and how its learning rate goes, by the settings alone."""

import keras

from colorizer.config import TrainingConfig

BETAS = 0.9, 0.99  # of the paper's solver
# The published rates: 3e-5, 1e-5 from step 200 000 of 450 000, 3e-6 from step 375 000.
STEP_STARTS = 200 / 450, 375 / 450
STEP_FACTORS = 1.0, 1 / 3, 0.1
COSINE_START, COSINE_END = 0.01, 1e-3  # of the peak
# Smith & Topin 2019 as PyTorch's OneCycleLR has it; the momentum stays.
ONE_CYCLE_START, ONE_CYCLE_END = 1 / 25, 1 / 250_000


def learning_rate(config: TrainingConfig) -> keras.optimizers.schedules.LearningRateSchedule:
    """Give the learning rate at every step.

    ``steps``: the peak, a third of it, a tenth of it, changed where the paper did, in shares of the
    run. ``cosine``: a line from 1/100 of the peak up to it, then half a cosine down to 1/1000.
    ``one_cycle``: a line from 1/25 of the peak up to it, then half a cosine down to 1/250 000.
    """
    peak = config.learning_rate
    if config.schedule == "steps":
        starts = [round(config.n_steps * share) for share in STEP_STARTS]
        rates = [peak * factor for factor in STEP_FACTORS]
        return keras.optimizers.schedules.PiecewiseConstantDecay(starts, rates)
    is_one_cycle = config.schedule == "one_cycle"
    start, end = (ONE_CYCLE_START, ONE_CYCLE_END) if is_one_cycle else (COSINE_START, COSINE_END)
    n_warmup = int(config.n_steps * config.warmup_fraction)
    return keras.optimizers.schedules.CosineDecay(
        peak * start if n_warmup else peak,
        decay_steps=max(1, config.n_steps - n_warmup),
        alpha=end,
        warmup_target=peak if n_warmup else None,
        warmup_steps=n_warmup,
    )


def build_optimizer(config: TrainingConfig) -> keras.optimizers.Optimizer:
    """Build AdamW (Loshchilov & Hutter 2019): decay apart from the gradient, none of the biases."""
    optimizer = keras.optimizers.AdamW(
        learning_rate(config),
        weight_decay=config.weight_decay,
        beta_1=BETAS[0],
        beta_2=BETAS[1],
        use_ema=config.ema_momentum > 0,
        ema_momentum=config.ema_momentum or 0.99,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer
