"""How long people took to answer, and who answered too fast to have looked.

Place on the data's path: ``report.py`` hands in the trials that count. Nobody is left out here: a
rule on fast responses belongs into ``exclusions.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

Outcome = Literal["all", "correct", "fooled"]
OUTCOMES: tuple[Outcome, ...] = ("all", "correct", "fooled")

# Nobody sees, decides and presses within a fifth of a second.
FAST_RESPONSE_MS = 200.0
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class ResponseTimes:
    """Response times of one condition and outcome.

    Attributes:
        condition: how the fakes were made.
        outcome: ``correct``: the fake was called fake; ``fooled``: the real photo was; ``all``.
        n: answered main trials with a response time.
        quantiles_ms: in ms, by share as text ("0.5" is the median); empty without any.
        n_fast: those faster than ``FAST_RESPONSE_MS``, fast guesses.
        fast_share: their share, a fraction; None without any response time.
        fast_fool_rate: fool rate among them, near 50 % if they are guesses; None without any.
    """

    condition: str
    outcome: Outcome
    n: int
    quantiles_ms: dict[str, float]
    n_fast: int
    fast_share: float | None
    fast_fool_rate: float | None


def describe_response_times(
    trials: pd.DataFrame,
    conditions: Sequence[str],
    *,
    quantiles: Sequence[float] = QUANTILES,
    fast_ms: float = FAST_RESPONSE_MS,
) -> list[ResponseTimes]:
    """Describe each condition: all response times, then those of correct and of fooled answers.

    Args:
        trials: trials that count, with columns condition, fooled (bool), response_ms.
        conditions: the names, in the order wanted.
        quantiles: shares in [0, 1]; linear interpolation between order statistics.
        fast_ms: what counts as a fast guess, in ms.
    """
    timed = trials[trials["response_ms"].notna()]
    return [
        _describe(name, outcome, rows, quantiles, fast_ms)
        for name in conditions
        for outcome, rows in _by_outcome(timed[timed["condition"] == name])
    ]


def _by_outcome(trials: pd.DataFrame) -> list[tuple[Outcome, pd.DataFrame]]:
    fooled = trials["fooled"]
    return list(zip(OUTCOMES, (trials, trials[~fooled], trials[fooled]), strict=True))


def _describe(
    name: str, outcome: Outcome, trials: pd.DataFrame, quantiles: Sequence[float], fast_ms: float
) -> ResponseTimes:
    times = trials["response_ms"].to_numpy(dtype=np.float64)
    if times.size == 0:
        return ResponseTimes(name, outcome, 0, {}, 0, None, None)
    values = np.quantile(times, quantiles)
    fast = times < fast_ms
    fooled = trials["fooled"].to_numpy()[fast]
    return ResponseTimes(
        condition=name,
        outcome=outcome,
        n=times.size,
        quantiles_ms={f"{q:g}": float(v) for q, v in zip(quantiles, values, strict=True)},
        n_fast=int(fast.sum()),
        fast_share=float(fast.mean()),
        fast_fool_rate=float(fooled.mean()) if fooled.size else None,
    )
