import dataclasses

import keras
import numpy as np
import pytest

from colorizer.config import PRESETS
from colorizer.schedules import build_optimizer, learning_rate

PAPER, SHORT = PRESETS["paper"], PRESETS["short"]


def rate(config, step):
    return float(keras.ops.convert_to_numpy(learning_rate(config)(step)))


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (0, 3e-5),
        (200_000, 3e-5),
        (200_001, 1e-5),
        (375_000, 1e-5),
        (375_001, 3e-6),
        (449_999, 3e-6),
    ],
)
def test_the_paper_preset_takes_the_published_steps(step, expected):
    assert rate(PAPER, step) == pytest.approx(expected, rel=1e-5)


def test_the_paper_preset_takes_the_published_betas():
    optimizer = build_optimizer(PAPER)

    assert (optimizer.beta_1, optimizer.beta_2) == (0.9, 0.99)
    assert not optimizer.use_ema


def test_the_short_preset_is_one_cycle_with_averaged_weights():
    """1/25 of the peak, a line up to it at 30 %, half a cosine down: the middle is half of it."""
    peak, n_up = SHORT.learning_rate, int(0.3 * SHORT.n_steps)
    middle = n_up + (SHORT.n_steps - n_up) // 2

    assert rate(SHORT, 0) == pytest.approx(peak / 25)
    assert rate(SHORT, n_up // 2) == pytest.approx((peak / 25 + peak) / 2, rel=1e-4)
    assert rate(SHORT, n_up) == pytest.approx(peak)
    assert rate(SHORT, middle) == pytest.approx(peak / 2, rel=1e-3)
    assert rate(SHORT, SHORT.n_steps) == pytest.approx(peak / 250_000, rel=1e-2)
    assert build_optimizer(SHORT).use_ema


def test_a_cosine_without_warming_up_starts_at_its_peak():
    config = dataclasses.replace(PRESETS["tiny"], n_steps=100)

    assert rate(config, 0) == pytest.approx(config.learning_rate)
    assert rate(config, 50) == pytest.approx(config.learning_rate / 2, rel=0.01)


def adamw(values, gradients, rates, decay, beta_1=0.9, beta_2=0.99, epsilon=1e-7):
    """Loshchilov & Hutter 2019, algorithm 2, in float64 with Keras' place of epsilon."""
    m = v = np.zeros_like(values)
    for t, (gradient, step_rate) in enumerate(zip(gradients, rates, strict=True), start=1):
        values = values - step_rate * decay * values
        m = beta_1 * m + (1 - beta_1) * gradient
        v = beta_2 * v + (1 - beta_2) * gradient**2
        factor = step_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        values = values - factor * m / (np.sqrt(v) + epsilon)
    return values


def test_the_optimiser_is_adamw_and_lets_biases_alone(rng):
    config = dataclasses.replace(
        PRESETS["tiny"], schedule="one_cycle", n_steps=10, warmup_fraction=0.4, weight_decay=0.5
    )
    start = rng.normal(size=6).astype(np.float32)
    gradients = rng.normal(size=(5, 6)).astype(np.float32)
    kernel, bias = (keras.Variable(start, name=name) for name in ("kernel", "bias"))
    optimizer = build_optimizer(config)
    optimizer.build([kernel, bias])

    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)] * 2)

    rates = [rate(config, step) for step in range(5)]
    for variable, decay in ((kernel, 0.5), (bias, 0.0)):
        expected = adamw(start.astype(np.float64), gradients, rates, decay)
        np.testing.assert_allclose(keras.ops.convert_to_numpy(variable), expected, rtol=1e-4)
