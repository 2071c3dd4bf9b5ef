"""The fool rate of each photo under each condition, shrunk to what its few responses can tell.

Place on the data's path: ``report.py`` hands in the trials that count and shows the most and least
fooling pairs. A gallery of raw rates shows chance: of 8 responses per photo, half of the photos
that reach 50 % do not do so in truth. So the rates of one condition are drawn towards their mean by
empirical Bayes, with a beta distribution of the true rates fitted by marginal maximum likelihood.

The photos of one condition are one family; how fakes are made is left to other packages, images to
``stimulus_set.py``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
import scipy.stats
from numpy.typing import ArrayLike, NDArray

from analysis.beta_prior import LEAST_PRECISION, BetaPrior, beta_posteriors, fit_beta_prior
from analysis.intervals import check_level
from analysis.prior_uncertainty import averaged_moments

HALF = 0.5
# A photo is named as fooling half of the people from this posterior probability up,
PROBABLY = 0.9
# or, as a discovery, up to this false discovery rate.
DISCOVERY_RATE = 0.1


@dataclass(frozen=True)
class PhotoRate:
    """One photo under one condition.

    Attributes:
        photo_id: the photo.
        pair_id: the photo and its fake under this condition.
        n_trials: answered main trials.
        n_fooled: those in which the real photo was called fake.
        raw_rate: their share, a fraction.
        shrunken_rate: posterior mean, a fraction.
        low: lower posterior quantile, a fraction.
        high: upper posterior quantile, a fraction.
        fools_half: posterior probability that the true rate is at least 50 %.
        p_value: one-sided exact binomial, of a rate of at most 50 %.
        q_value: the same after Benjamini and Hochberg's adjustment over the condition's photos.
    """

    photo_id: str
    pair_id: str
    n_trials: int
    n_fooled: int
    raw_rate: float
    shrunken_rate: float
    low: float
    high: float
    fools_half: float
    p_value: float
    q_value: float


@dataclass(frozen=True)
class PhotoRates:
    """All photos of one condition.

    Attributes:
        condition: how the fakes were made.
        level: coverage of the posterior intervals, a fraction.
        prior: the fitted distribution of true rates; None without trials.
        photos: the most fooling first; by shrunken rate, then raw rate, then ``photo_id``.
        n_raw_half: photos whose raw rate is at least 50 %.
        n_probably_half: photos with ``fools_half`` above ``PROBABLY``.
        n_discoveries: photos with ``q_value`` up to ``DISCOVERY_RATE``.
    """

    condition: str
    level: float
    prior: BetaPrior | None
    photos: tuple[PhotoRate, ...]
    n_raw_half: int
    n_probably_half: int
    n_discoveries: int


def estimate_photo_rates(
    trials: pd.DataFrame, conditions: Sequence[str], *, level: float = 0.95
) -> list[PhotoRates]:
    """Estimate the photos of each condition by themselves.

    Args:
        trials: trials that count, with columns photo_id, pair_id, condition, fooled (bool).
        conditions: the names, in the order wanted.
        level: posterior probability of each interval, a fraction in (0, 1).
    """
    check_level(level)
    return [_estimate(name, trials[trials["condition"] == name], level) for name in conditions]


def shrink_rates(
    n_fooled: ArrayLike,
    n_trials: ArrayLike,
    *,
    level: float = 0.95,
    prior: BetaPrior | None = None,
) -> pd.DataFrame:
    """Give what is said of each photo from its counts alone.

    With n responses, x fooled, and the prior Beta(a, b), the true rate has the posterior
    Beta(a + x, b + n - x), whose mean is the shrunken rate (Casella 1985, for the beta-binomial).
    Where the prior was fitted to these photos, the posterior is the beta distribution of the same
    mean whose variance holds the fit's uncertainty too (``prior_uncertainty.py``). Interval: its
    quantiles. p = P(X >= x), X binomial(n, 1/2); q after Benjamini & Hochberg 1995.

    Args:
        n_fooled: (I,), whole numbers from 0 to ``n_trials``.
        n_trials: (I,), whole numbers from 1 up.
        level: posterior probability of each interval, a fraction in (0, 1).
        prior: distribution of the true rates where it is known; None to fit it to these photos.

    Returns:
        (I,) rows with raw_rate, shrunken_rate, low, high, fools_half, p_value, q_value.
    """
    check_level(level)
    if prior is None:
        return _shrink(n_fooled, n_trials, fit_beta_prior(n_fooled, n_trials), level, is_fit=True)
    return _shrink(n_fooled, n_trials, prior, level, is_fit=False)


def _shrink(
    n_fooled: ArrayLike, n_trials: ArrayLike, prior: BetaPrior, level: float, *, is_fit: bool
) -> pd.DataFrame:
    fooled, trials = (np.asarray(counts, dtype=np.float64) for counts in (n_fooled, n_trials))
    a, b = beta_posteriors(prior, fooled, trials)
    # Without spread every photo has the mean.
    means = a / (a + b) if prior.has_spread else np.full(fooled.shape, prior.mean)
    if is_fit and 0 < prior.mean < 1:
        a, b = _with_uncertain_fit(means, fooled, trials)
    posterior = scipy.stats.beta(a, b)
    p_values = scipy.stats.binom.sf(fooled - 1, trials, HALF)
    return pd.DataFrame(
        {
            "raw_rate": fooled / trials,
            "shrunken_rate": means,
            # Means of 0 and 1 lie outside their own quantiles.
            "low": np.minimum(posterior.ppf((1 - level) / 2), means),
            "high": np.maximum(posterior.ppf((1 + level) / 2), means),
            "fools_half": posterior.sf(HALF),
            "p_value": p_values,
            "q_value": scipy.stats.false_discovery_control(p_values),
        }
    )


def _with_uncertain_fit(
    means: NDArray[np.float64], fooled: NDArray[np.float64], trials: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the beta distributions of these means with the spread of the averaged posteriors."""
    averaged, variances = averaged_moments(fooled, trials)
    precision = means * (1 - means) / (variances + (averaged - means) ** 2) - 1
    precision = np.maximum(precision, LEAST_PRECISION)
    return means * precision, (1 - means) * precision


def _estimate(condition: str, trials: pd.DataFrame, level: float) -> PhotoRates:
    if trials.empty:
        return PhotoRates(condition, level, None, (), 0, 0, 0)
    photos = trials.groupby("photo_id", sort=True, observed=True)["fooled"]
    counts = photos.agg(n_trials="size", n_fooled="sum")
    pairs = trials[["photo_id", "pair_id"]].drop_duplicates().astype("object")
    first_pairs = pairs.groupby("photo_id")["pair_id"].min()
    prior = fit_beta_prior(counts["n_fooled"], counts["n_trials"])
    rates = _shrink(counts["n_fooled"], counts["n_trials"], prior, level, is_fit=True)
    table = pd.concat([counts.reset_index(), rates], axis="columns")
    table["pair_id"] = first_pairs.reindex(counts.index.astype("object")).to_numpy()
    table = table.sort_values(
        ["shrunken_rate", "raw_rate", "photo_id"], ascending=[False, False, True]
    )
    return PhotoRates(
        condition=condition,
        level=level,
        prior=prior,
        photos=tuple(_photo_rates(table)),
        n_raw_half=int((table["raw_rate"] >= HALF).sum()),
        n_probably_half=int((table["fools_half"] > PROBABLY).sum()),
        n_discoveries=int((table["q_value"] <= DISCOVERY_RATE).sum()),
    )


def _photo_rates(table: pd.DataFrame) -> Iterator[PhotoRate]:
    columns = (table[field.name].to_list() for field in fields(PhotoRate))
    for cells in zip(*columns, strict=True):
        yield PhotoRate(*cells)
