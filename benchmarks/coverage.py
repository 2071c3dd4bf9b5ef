"""How often the nominal 95 % intervals cover the truth, against Wilson's on pooled trials.

Simulated observers (``analysis.simulate``'s model) with known truth; the rate on new people and
photos is what was asked for, the rate on these photos is its mean over the pool drawn. Also how
often two equal conditions are told apart at p < 0.05, against a z test on pooled trials.

Run: python benchmarks/coverage.py --data-sets 2000
"""

import click
import numpy as np
import scipy.special
import scipy.stats
from numpy.typing import NDArray

from analysis.comparisons import difference_of_fool_rates
from analysis.intervals import fool_rate_interval
from analysis.simulate import marginal_intercept, mean_fool_rate

RATE = 0.32
N_PARTICIPANTS = 40
PER_PERSON = 40
# Spread between people, spread between photos (logits), photos in the pool.
SPREADS = (
    (0.0, 0.0, 40),
    (0.0, 0.0, 200),
    (0.5, 0.0, 200),
    (0.0, 1.0, 40),
    (0.0, 1.0, 200),
    (0.4, 1.0, 40),
    (0.4, 1.0, 200),
    (0.4, 1.0, 1000),
    (1.0, 1.5, 40),
    (1.0, 1.5, 200),
)
# The same with the correlation of a photo's effects under the two conditions.
COMPARED = (
    (0.0, 0.0, 200, 1.0),
    (0.4, 1.0, 40, 1.0),
    (0.4, 1.0, 40, 0.5),
    (0.4, 1.0, 200, 0.5),
    (0.4, 1.0, 200, 0.0),
    (1.0, 1.5, 200, 0.5),
)


@click.command()
@click.option("--data-sets", default=2000, show_default=True, help="Per row.")
@click.option("--seed", default=20160328, show_default=True)
def main(data_sets: int, seed: int) -> None:
    """Print coverage and false positives, each with its baseline."""
    rng = np.random.default_rng(seed)
    error = 100 * np.sqrt(0.95 * 0.05 / data_sets)
    click.echo(f"{data_sets} data sets per row, s.e. {error:.1f} points at 95 or 5 %, seed {seed}")
    click.echo(
        "Coverage of 95 % intervals, %: (b) people and photos, (a) these photos; Wilson for both"
    )
    click.echo(f"{'sd people, photos, pool':<26}{'(b)':>10}{'Wilson':>8}{'(a)':>11}{'Wilson':>8}")
    for people_sd, photo_sd, n_photos in SPREADS:
        shares = coverage(rng, data_sets, people_sd, photo_sd, n_photos)
        both, wilson_both, these, wilson_these = (100 * share for share in shares)
        click.echo(
            f"{people_sd:g}, {photo_sd:g}, {n_photos}".ljust(26)
            + f"{both:>10.1f}{wilson_both:>8.1f}{these:>11.1f}{wilson_these:>8.1f}"
        )
    click.echo("False positives of two equal conditions at p < 0.05, %")
    click.echo(f"{'sd, sd, pool, correlation':<26}{'two-way':>10}{'pooled z':>10}")
    for people_sd, photo_sd, n_photos, correlation in COMPARED:
        ours, pooled = false_positives(rng, data_sets, people_sd, photo_sd, n_photos, correlation)
        click.echo(
            f"{people_sd:g}, {photo_sd:g}, {n_photos}, {correlation:g}".ljust(26)
            + f"{100 * ours:>10.1f}{100 * pooled:>10.1f}"
        )


def coverage(
    rng: np.random.Generator, n_data_sets: int, people_sd: float, photo_sd: float, n_photos: int
) -> NDArray[np.float64]:
    """Give shares covered: (b) by ours and by Wilson's, (a) by ours and by Wilson's."""
    intercept = marginal_intercept(RATE, float(np.hypot(people_sd, photo_sd)))
    covered = np.zeros(4)
    for _ in range(n_data_sets):
        logits = intercept + photo_sd * rng.standard_normal(n_photos)
        these = float(mean_fool_rate(logits, people_sd).mean())
        person, photo, fooled = respond(rng, logits, people_sd)
        wilson = scipy.stats.binomtest(int(fooled.sum()), fooled.size).proportion_ci(
            method="wilson"
        )
        both = fool_rate_interval(person, photo, fooled)
        fixed = fool_rate_interval(person, photo, fooled, target="these_photos")
        pairs = ((both, RATE), (wilson, RATE), (fixed, these), (wilson, these))
        covered += [bool(limits.low <= truth <= limits.high) for limits, truth in pairs]
    return covered / n_data_sets


def false_positives(
    rng: np.random.Generator,
    n_data_sets: int,
    people_sd: float,
    photo_sd: float,
    n_photos: int,
    correlation: float,
) -> NDArray[np.float64]:
    """Give shares of p < 0.05 between equal conditions: ours, and a z test on pooled trials."""
    intercept = marginal_intercept(RATE, float(np.hypot(people_sd, photo_sd)))
    rejected = np.zeros(2)
    for _ in range(n_data_sets):
        shared, *own = rng.standard_normal((3, n_photos))
        effects = [np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * o for o in own]
        halves = [respond(rng, intercept + photo_sd * effect, people_sd) for effect in effects]
        person = np.concatenate([halves[0][0], halves[1][0] + N_PARTICIPANTS])
        photo, fooled = (np.concatenate([half[i] for half in halves]) for i in (1, 2))
        condition = np.repeat([0, 1], fooled.size // 2)
        ours = difference_of_fool_rates(person, photo, condition, fooled, a=0, b=1).p_value
        rejected += [ours is not None and ours < 0.05, pooled_p_value(fooled) < 0.05]
    return rejected / n_data_sets


def respond(
    rng: np.random.Generator, logits: NDArray[np.float64], people_sd: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool]]:
    """Let each person judge photos drawn without replacement from the pool."""
    person = np.repeat(np.arange(N_PARTICIPANTS), PER_PERSON)
    everything = np.tile(np.arange(logits.size), (N_PARTICIPANTS, 1))
    photo = rng.permuted(everything, axis=1)[:, :PER_PERSON].ravel()
    chance = scipy.special.expit(
        logits[photo] + people_sd * rng.standard_normal(N_PARTICIPANTS)[person]
    )
    return person, photo, rng.random(person.size) < chance


def pooled_p_value(fooled: NDArray[np.bool]) -> float:
    """Two-sided z test of two halves of pooled trials, as if all were independent."""
    n = fooled.size // 2
    rates = fooled[:n].mean(), fooled[n:].mean()
    pooled = fooled.mean()
    z = abs(rates[0] - rates[1]) / np.sqrt(2 * pooled * (1 - pooled) / n)
    return float(2 * scipy.stats.norm.sf(z))


if __name__ == "__main__":
    main()
