"""How often nominal 95 % intervals cover, how wide they are, and how often equals are told apart.

Simulated studies (``analysis.calibration``) with known truth. Baselines, on the same studies:
Wilson's interval on pooled trials; the participant bootstrap (percentiles); the nested bootstrap of
the original AMT tool (people, then each person's trials; mean and 1.96 standard deviations); for
comparisons a z test on pooled trials. Widths are multiples of the oracle's, the interval from the
true standard error of the design.

Run: python benchmarks/coverage.py
     python benchmarks/coverage.py --studies 1000 --part table --part grid
"""

from itertools import product

import click
import numpy as np
import scipy.stats
from numpy.typing import NDArray

from analysis.calibration import (
    CrossedDesign,
    DrawnStudy,
    Limits,
    Method,
    draw_study,
    measure_coverage,
    measure_rejections,
    our_limits,
)
from analysis.intervals import CrossedShare, wilson_interval

N_REPLICATES = 200
Draws = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]
PEOPLE = (10, 40, 100)
PHOTOS = (40, 200, 1000)
# Standard deviation of people and of photos, in logits.
SPREADS = ((0.0, 0.0), (0.0, 1.5), (1.5, 0.0), (0.4, 1.0), (1.0, 1.5))
# What the table leaves out; it has a rate of 32 % and no dropouts.
RATES = (0.1, 0.5)
DROPOUTS = (0.3,)
TABLE = [
    CrossedDesign(n_participants=people, n_photos=photos, participant_sd=sd_p, photo_sd=sd_i)
    for people, photos, (sd_p, sd_i) in product(PEOPLE, PHOTOS, SPREADS)
]
GRID = [
    CrossedDesign(people, photos, 40, rate, sd_p, sd_i, dropout)
    for people, photos, (sd_p, sd_i), rate, dropout in product(
        PEOPLE, PHOTOS, SPREADS, RATES, DROPOUTS
    )
]
EQUAL = [
    CrossedDesign(
        n_photos=photos, participant_sd=sd_p, photo_sd=sd_i, photo_correlation=rho, n_conditions=5
    )
    for sd_p, sd_i, rho, photos in (
        (0.0, 0.0, 1.0, 200),
        (0.4, 1.0, 1.0, 40),
        (0.4, 1.0, 1.0, 200),
        (0.4, 1.0, 0.5, 40),
        (0.4, 1.0, 0.5, 200),
        (0.4, 1.0, 0.5, 1000),
        (0.4, 1.0, 0.0, 40),
        (0.4, 1.0, 0.0, 200),
        (1.0, 1.5, 0.5, 40),
        (1.0, 1.5, 0.5, 200),
    )
]
WITHIN = [
    CrossedDesign(
        n_photos=photos,
        participant_sd=sd_p,
        photo_sd=sd_i,
        photo_correlation=rho,
        n_conditions=3,
        n_trials=39 if photos == 40 else 60,
        is_within=True,
    )
    for sd_p, sd_i, rho, photos in (
        (0.0, 0.0, 1.0, 200),
        (0.4, 1.0, 1.0, 200),
        (0.4, 1.0, 0.5, 40),
        (0.4, 1.0, 0.5, 200),
        (1.0, 1.5, 0.5, 200),
    )
]
EFFECTS = (0.05, 0.1, 0.15)


@click.command()
@click.option("--studies", default=100, show_default=True, help="Per row.")
@click.option(
    "--part",
    type=click.Choice(("table", "grid", "comparisons", "power")),
    multiple=True,
    default=("table", "comparisons", "power"),
    show_default=True,
    help="What to print; grid: ours at other rates and with dropouts.",
)
@click.option("--seed", default=20160328, show_default=True)
def main(studies: int, part: tuple[str, ...], seed: int) -> None:
    """Print coverage, widths, false alarms and power, each with its baselines."""
    error = 100 * np.sqrt(0.95 * 0.05 / studies)
    click.echo(f"{studies} studies per row, s.e. {error:.1f} points at 95 or 5 %, seed {seed}")
    rng = np.random.default_rng(seed)
    if "table" in part:
        print_table(studies, rng)
    if "grid" in part:
        print_grid(studies, rng)
    if "comparisons" in part:
        print_rejections("five equal conditions, between participants", EQUAL, studies, rng)
        print_rejections("three equal conditions, within participants", WITHIN, studies, rng)
    if "power" in part:
        print_power(studies, rng)


def print_table(studies: int, rng: np.random.Generator) -> None:
    """Print coverage of both targets by ours and by the baselines."""
    click.echo("coverage of (b) people and photos, (a) these photos, %, and width / oracle's")
    click.echo(
        f"{'people, photos, sd, sd':<24}{'(b)':>6}{'width':>7}{'(a)':>7}{'width':>7}"
        + "".join(f"{name + ' ' + target:>12}" for name in BASELINES for target in "ba")
    )
    methods = {"both": our_limits("people_and_photos"), "these": our_limits("these_photos")}
    for design in TABLE:
        found = measure_coverage(design, studies, {**methods, **BASELINES}, rng)
        both = found["both", "people_and_photos"]
        these = found["these", "these_photos"]
        others = [
            found[name, target].covered
            for name in BASELINES
            for target in ("people_and_photos", "these_photos")
        ]
        click.echo(
            f"{design.n_participants}, {design.n_photos}, {design.participant_sd:g}, "
            f"{design.photo_sd:g}".ljust(24)
            + f"{100 * both.covered:>6.1f}{both.width_ratio:>7.2f}"
            + f"{100 * these.covered:>7.1f}{these.width_ratio:>7.2f}"
            + "".join(f"{100 * share:>12.1f}" for share in others),
        )


def print_grid(studies: int, rng: np.random.Generator) -> None:
    """Print ours at other rates and with dropouts, one line per design."""
    click.echo("people, photos, sd, sd, rate, dropout: (b) coverage, width; (a) coverage, width")
    methods = {"both": our_limits("people_and_photos"), "these": our_limits("these_photos")}
    for design in GRID:
        found = measure_coverage(design, studies, methods, rng)
        both = found["both", "people_and_photos"]
        these = found["these", "these_photos"]
        click.echo(
            f"{design.n_participants}, {design.n_photos}, {design.participant_sd:g}, "
            f"{design.photo_sd:g}, {design.fool_rate:g}, {design.dropout:g}".ljust(32)
            + f"{100 * both.covered:>6.1f}{both.width_ratio:>7.2f}"
            + f"{100 * these.covered:>7.1f}{these.width_ratio:>7.2f}"
        )


def print_rejections(
    title: str, designs: list[CrossedDesign], studies: int, rng: np.random.Generator
) -> None:
    """Print how often equal conditions are told apart at 5 %."""
    click.echo(f"{title}: told apart at 5 %, %")
    click.echo(
        f"{'sd, sd, correlation, photos':<30}{'one pair':>9}{'any pair':>9}{'Holm':>7}"
        f"{'max-t':>7}{'all covered':>13}{'pooled z':>10}"
    )
    for design in designs:
        found = measure_rejections(design, studies, rng)
        pooled = pooled_z_alarms(design, studies, rng)
        shares = (found.first_pair, found.any_pair, found.holm, found.max_t, found.covered, pooled)
        click.echo(
            f"{design.participant_sd:g}, {design.photo_sd:g}, {design.photo_correlation:g}, "
            f"{design.n_photos}".ljust(30)
            + "".join(
                f"{100 * share:>{width}.1f}"
                for share, width in zip(shares, (9, 9, 7, 7, 13, 10), strict=True)
            )
        )


def print_power(studies: int, rng: np.random.Generator) -> None:
    """Print how often one condition that differs from four others is found."""
    click.echo("power, %: the first of five conditions is better by so many points")
    click.echo(f"{'people, photos, points':<30}{'one pair':>9}{'Holm':>7}{'max-t':>7}")
    for people, photos, effect in product((40, 100), (40, 200), EFFECTS):
        design = CrossedDesign(
            n_participants=people, n_photos=photos, n_conditions=5, effect=effect
        )
        found = measure_rejections(design, studies, rng)
        click.echo(
            f"{people}, {photos}, {100 * effect:g}".ljust(30)
            + f"{100 * found.first_pair:>9.1f}{100 * found.holm:>7.1f}{100 * found.max_t:>7.1f}"
        )


def pooled_z_alarms(design: CrossedDesign, studies: int, rng: np.random.Generator) -> float:
    """Give the share of studies whose first two conditions a z test on pooled trials parts."""
    alarms = 0
    for _ in range(studies):
        study = draw_study(design, rng)
        fooled = [study.responses.fooled[study.condition == k] for k in (0, 1)]
        pooled = np.concatenate(fooled).mean()
        error = np.sqrt(pooled * (1 - pooled) * sum(1 / f.size for f in fooled))
        z = abs(fooled[0].mean() - fooled[1].mean()) / error
        alarms += bool(2 * scipy.stats.norm.sf(z) < 0.05)
    return alarms / studies


def wilson(_study: DrawnStudy, share: CrossedShare) -> Limits:
    """Wilson's interval, as if all trials were independent."""
    return wilson_interval(share.share, share.n_trials, float(scipy.stats.norm.ppf(0.975)))


def participant_bootstrap(rng: np.random.Generator) -> Method:
    """Resample people with all their trials; percentiles."""

    def limits(study: DrawnStudy, _share: CrossedShare) -> Limits:
        drawn, trials, fooled = draw_people(study, rng)
        rates = fooled[drawn].sum(axis=1) / trials[drawn].sum(axis=1)
        low, high = np.quantile(rates, (0.025, 0.975))
        return float(low), float(high)

    return limits


def nested_bootstrap(rng: np.random.Generator) -> Method:
    """Resample people, then each one's trials: the original AMT tool, mean and 1.96 sd."""

    def limits(study: DrawnStudy, share: CrossedShare) -> Limits:
        drawn, trials, fooled = draw_people(study, rng)
        again = rng.binomial(trials[drawn], (fooled / trials)[drawn])
        half = 1.96 * float((again.sum(axis=1) / trials[drawn].sum(axis=1)).std(ddof=1))
        return share.share - half, share.share + half

    return limits


def draw_people(study: DrawnStudy, rng: np.random.Generator) -> Draws:
    """Give drawn people, (replicates, people), and each person's trials and fooled ones."""
    responses = study.responses
    n = responses.n_participants
    trials = np.bincount(responses.participant, minlength=n)
    fooled = np.bincount(responses.participant[responses.fooled], minlength=n)
    return rng.integers(0, n, (N_REPLICATES, n)), trials, fooled


BASELINES: dict[str, Method] = {
    "Wilson": wilson,
    "people": participant_bootstrap(np.random.default_rng(1)),
    "nested": nested_bootstrap(np.random.default_rng(2)),
}


if __name__ == "__main__":
    main()
