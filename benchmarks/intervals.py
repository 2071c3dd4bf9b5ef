"""The closed-form two-way interval against bootstraps of the same responses, in one run.

Baselines: numpy, people and photos resampled together (the pigeonhole bootstrap of Owen & Eckles
2012: draws of weights, gathered by response); scipy.stats.bootstrap on rows, which takes trials for
independent and so gives another, too narrow interval, but is what one call of a library offers.

Run: python benchmarks/intervals.py
"""

import time
from collections.abc import Callable

import click
import numpy as np
import scipy.special
import scipy.stats
from numpy.typing import NDArray

from analysis.intervals import fool_rate_interval

Limits = tuple[float, float]
# Rounds of which the quickest counts.
N_ROUNDS = 5


@click.command()
@click.option("--participants", default=500, show_default=True)
@click.option("--photos", default=1000, show_default=True)
@click.option("--trials", default=100, show_default=True, help="Per participant.")
@click.option("--replicates", default=1000, show_default=True, help="Of each bootstrap.")
@click.option("--seed", default=20160328, show_default=True)
def main(participants: int, photos: int, trials: int, replicates: int, seed: int) -> None:
    """Print one table of times, as multiples of the closed form's."""
    rng = np.random.default_rng(seed)
    person, photo, fooled = draw_study(rng, participants, photos, trials)
    click.echo(f"{fooled.size:,} responses, {replicates:,} replicates, seed {seed}")
    quickest, closed = time_best(lambda: closed_form(person, photo, fooled), N_ROUNDS)
    rows = [("closed form (three bincounts)", quickest, closed)]
    for name, bootstrap in (
        ("numpy two-way bootstrap", two_way_bootstrap),
        ("scipy.stats.bootstrap on rows", row_bootstrap),
    ):
        seconds, limits = time_best(
            lambda run=bootstrap: run(person, photo, fooled, replicates, rng),  # type: ignore[misc]
            1,
        )
        rows.append((name, seconds, limits))
    click.echo(f"{'method':<32}{'seconds':>10}{'ratio':>10}  interval")
    for name, seconds, (low, high) in rows:
        ratio = seconds / quickest
        click.echo(
            f"{name:<32}{seconds:>10.4f}{ratio:>10,.0f}  {100 * low:.2f} to {100 * high:.2f} %"
        )


def draw_study(
    rng: np.random.Generator, n_participants: int, n_photos: int, per_person: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool]]:
    """Draw responses with spread between people (0.4 logits) and photos (1 logit)."""
    person = np.repeat(np.arange(n_participants), per_person)
    everything = np.tile(np.arange(n_photos), (n_participants, 1))
    photo = rng.permuted(everything, axis=1)[:, :per_person].ravel()
    logits = -0.9 + 0.4 * rng.standard_normal(n_participants)[person]
    logits += rng.standard_normal(n_photos)[photo]
    return person, photo, rng.random(person.size) < scipy.special.expit(logits)


def closed_form(
    person: NDArray[np.intp], photo: NDArray[np.intp], fooled: NDArray[np.bool]
) -> Limits:
    """Give our interval for people and photos."""
    interval = fool_rate_interval(person, photo, fooled)
    assert interval.low is not None
    assert interval.high is not None
    return interval.low, interval.high


def two_way_bootstrap(
    person: NDArray[np.intp],
    photo: NDArray[np.intp],
    fooled: NDArray[np.bool],
    n_replicates: int,
    rng: np.random.Generator,
) -> Limits:
    """Resample people and photos; a response weighs the product of its draws."""
    n_people, n_photos = person.max() + 1, photo.max() + 1
    rates = np.empty(n_replicates)
    for replicate in range(n_replicates):
        of_people = np.bincount(rng.integers(0, n_people, n_people), minlength=n_people)
        of_photos = np.bincount(rng.integers(0, n_photos, n_photos), minlength=n_photos)
        weights = of_people[person] * of_photos[photo]
        rates[replicate] = weights[fooled].sum() / weights.sum()
    low, high = np.quantile(rates, (0.025, 0.975))
    return float(low), float(high)


def row_bootstrap(
    _person: NDArray[np.intp],
    _photo: NDArray[np.intp],
    fooled: NDArray[np.bool],
    n_replicates: int,
    rng: np.random.Generator,
) -> Limits:
    """Resample trials as if they were independent."""
    result = scipy.stats.bootstrap(
        (fooled.astype(np.float64),),
        np.mean,
        n_resamples=n_replicates,
        batch=20,
        method="percentile",
        vectorized=True,
        rng=rng,
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def time_best(run: Callable[[], Limits], n_rounds: int) -> tuple[float, Limits]:
    """Give the quickest time in seconds, and the result."""
    seconds = []
    for _ in range(n_rounds):
        start = time.perf_counter()
        limits = run()
        seconds.append(time.perf_counter() - start)
    return min(seconds), limits


if __name__ == "__main__":
    main()
