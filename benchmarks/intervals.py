"""The closed-form two-way interval against 10,000 bootstrap replicates of the same responses.

Baselines, in one run: the two-way (pigeonhole) bootstrap of Owen & Eckles (2012), people and photos
resampled together, in pandas (drawn people and photos merged with the responses) and in numpy
(weights gathered by response); scipy.stats.bootstrap on rows, which takes trials for independent
and so gives another, too narrow interval, but is what one call of a library offers. A few
replicates of each are timed and scaled to 10,000; the closed form is timed whole.

Run: python benchmarks/intervals.py
"""

import time
import warnings
from collections.abc import Callable

import click
import numpy as np
import pandas as pd
import scipy.special
import scipy.stats

from analysis.comparisons import compare_conditions
from analysis.fool_rates import estimate_fool_rates
from analysis.intervals import fool_rate_interval

CONDITIONS = ("a", "b", "c", "d", "e")


@click.command()
@click.option("--participants", default=10_000, show_default=True)
@click.option("--photos", default=1000, show_default=True)
@click.option("--trials", default=100, show_default=True, help="Per participant.")
@click.option("--replicates", default=10_000, show_default=True, help="To scale to.")
@click.option("--timed", default=3, show_default=True, help="Replicates that are really run.")
@click.option("--rounds", default=5, show_default=True, help="Of the closed form; quickest counts.")
@click.option("--seed", default=20160328, show_default=True)
def main(
    participants: int,
    photos: int,
    trials: int,
    replicates: int,
    timed: int,
    rounds: int,
    seed: int,
) -> None:
    """Print one table of times and ratios."""
    rng = np.random.default_rng(seed)
    responses = draw_study(rng, participants, photos, trials)
    click.echo(
        f"{len(responses):,} responses of {participants:,} people on {photos:,} photos,"
        f" seed {seed}; bootstraps: {timed} replicates timed, scaled to {replicates:,}"
    )
    columns = [responses[name] for name in ("participant_id", "photo_id", "fooled")]
    coded = [responses[name].to_numpy() for name in ("person", "photo", "fooled")]
    ours = {
        "interval, integer codes": lambda: fool_rate_interval(*coded),
        "interval, text codes": lambda: fool_rate_interval(*columns),
        "five conditions, both intervals": lambda: estimate_fool_rates(responses, CONDITIONS),
        "their differences, max-t, ranks": lambda: compare_conditions(responses, CONDITIONS),
    }
    seconds = {name: min(time_once(run) for _ in range(rounds)) for name, run in ours.items()}
    baselines = {
        "pandas two-way bootstrap": lambda: pandas_replicate(responses, rng),
        "numpy two-way bootstrap": lambda: numpy_replicate(*coded, rng),
        "scipy.stats.bootstrap on rows": lambda: scipy_replicate(coded[2], rng),
    }
    scaled = {
        name: replicates * min(time_once(run) for _ in range(timed))
        for name, run in baselines.items()
    }
    click.echo(f"{'':<34}{'seconds':>12}" + "".join(f"{'/ ' + name:>34}" for name in scaled))
    for name, own in seconds.items():
        ratios = "".join(f"{other / own:>34,.0f}" for other in scaled.values())
        click.echo(f"{name:<34}{own:>12.4f}{ratios}")
    for name, other in scaled.items():
        click.echo(f"{name:<34}{other:>12,.0f}")


def draw_study(
    rng: np.random.Generator, n_participants: int, n_photos: int, per_person: int
) -> pd.DataFrame:
    """Draw responses with spread between people (0.4 logits) and photos (1 logit)."""
    person = np.repeat(np.arange(n_participants), per_person)
    tickets = rng.random((n_participants, n_photos), dtype=np.float32)
    photo = tickets.argpartition(per_person - 1, axis=1)[:, :per_person].ravel()
    logits = -0.9 + 0.4 * rng.standard_normal(n_participants)[person]
    logits += rng.standard_normal(n_photos)[photo]
    return pd.DataFrame(
        {
            "person": person,
            "photo": photo,
            "participant_id": np.array([f"person-{k:05d}" for k in range(n_participants)])[person],
            "photo_id": np.array([f"photo-{k:04d}" for k in range(n_photos)])[photo],
            "condition": np.array(CONDITIONS)[person % len(CONDITIONS)],
            "fooled": rng.random(person.size) < scipy.special.expit(logits),
        }
    )


def pandas_replicate(responses: pd.DataFrame, rng: np.random.Generator) -> float:
    """Draw people and photos, and merge them with their responses."""
    n_people, n_photos = responses["person"].max() + 1, responses["photo"].max() + 1
    people = pd.DataFrame({"person": rng.integers(0, n_people, n_people)})
    photos = pd.DataFrame({"photo": rng.integers(0, n_photos, n_photos)})
    columns = responses[["person", "photo", "fooled"]]
    return float(columns.merge(people, on="person").merge(photos, on="photo")["fooled"].mean())


def numpy_replicate(
    person: np.ndarray, photo: np.ndarray, fooled: np.ndarray, rng: np.random.Generator
) -> float:
    """Weigh each response by the product of the draws of its person and its photo."""
    n_people, n_photos = person.max() + 1, photo.max() + 1
    of_people = np.bincount(rng.integers(0, n_people, n_people), minlength=n_people)
    of_photos = np.bincount(rng.integers(0, n_photos, n_photos), minlength=n_photos)
    weights = of_people[person] * of_photos[photo]
    return float(weights[fooled].sum() / weights.sum())


def scipy_replicate(fooled: np.ndarray, rng: np.random.Generator) -> float:
    """Resample trials once as if they were independent."""
    with warnings.catch_warnings():  # one replicate has no standard error
        warnings.simplefilter("ignore", RuntimeWarning)
        result = scipy.stats.bootstrap(
            (fooled.astype(np.float64),),
            np.mean,
            n_resamples=1,
            method="percentile",
            vectorized=True,
            rng=rng,
        )
    return float(result.bootstrap_distribution[0])


def time_once(run: Callable[[], object]) -> float:
    """Give the seconds of one call."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
