"""The commands for looking before the end: planned looks, and an always-valid sequence.

Place on the data's path: ``__main__.py`` adds them; they read a trial table so far, leave out by
the written rules, and print what ``planned_looks.py`` and ``confidence_sequence.py`` give.
"""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from analysis.command_line import OVERWRITE, finite, say_where
from analysis.plan_options import numbers
from analysis.planning_commands import plan
from analysis.reading_options import Reading, reading_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from analysis.confidence_sequence import SequencePoint
    from analysis.differences import Difference
    from analysis.group_sequential import Look, Spending
    from analysis.intervals import Interval

SPENDING = click.option(
    "--spending",
    type=click.Choice(["obrien-fleming", "lan-demets"]),
    default="obrien-fleming",
    show_default=True,
    help="O'Brien and Fleming's own bounds, or those of Lan and DeMets if looks may move.",
)
FRACTIONS = click.option(
    "--at",
    "fractions",
    callback=numbers(float),
    help="Share of the planned people at each look, such as 0.5,0.75,1; equal steps if left out.",
)
ALPHA = click.option("--alpha", default=0.05, show_default=True, help="Two-sided, for all looks.")
RULES = click.option(
    "--rules",
    type=click.Path(path_type=Path),
    help="A TOML file of rules written beforehand; takes the place of the study's own.",
)
VIGILANCE = click.option(
    "--vigilance-pass-share",
    type=click.FloatRange(0, 1),
    callback=finite,
    show_default="the study's own from an export or a database, else 0.75",
    help="Leave out participants with a smaller share of answered vigilance trials right.",
)
POWER = 0.8


@plan.command()
@click.option(
    "--looks", "n_looks", type=click.IntRange(1, 50), default=4, show_default=True, help="How many."
)
@FRACTIONS
@ALPHA
@SPENDING
def looks(n_looks: int, fractions: tuple[float, ...] | None, alpha: float, spending: str) -> None:
    """Plan looks at a study while it runs, with O'Brien and Fleming's bounds.

    Example: analysis plan looks --looks 4
    """
    from analysis.group_sequential import equal_fractions, information_inflation, plan_looks

    planned = plan_looks(
        fractions or equal_fractions(n_looks), alpha=alpha, spending=cast("Spending", spending)
    )
    click.echo("look  share of people  |z| at least  p at most  level of interval  alpha spent")
    for look in planned:
        level = 100 * (1 - look.nominal_alpha)
        click.echo(
            f"{look.number:>4}  {look.fraction:>15.3f}  {look.z_bound:>12.3f}"
            f"  {look.nominal_alpha:>9.2g}  {level:>15.4f} %  {look.spent_alpha:>11.5f}"
        )
    if len(planned) > 1:
        more = 100 * (information_inflation(planned, POWER) - 1)
        click.echo(
            f"For a power of {100 * POWER:g} % the whole study takes up to {more:.1f} % more people"
            " than one without early looks."
        )


@click.command()
@reading_options
@click.option("--look", "number", type=int, required=True, help="Which look this is, from 1.")
@click.option("--of", "n_looks", type=int, required=True, help="How many looks were planned.")
@FRACTIONS
@ALPHA
@SPENDING
@RULES
@VIGILANCE
def look(
    reading: Reading,
    number: int,
    n_looks: int,
    fractions: tuple[float, ...] | None,
    alpha: float,
    spending: str,
    rules: Path | None,
    vigilance_pass_share: float | None,
) -> None:
    """Look at a study before its end, at a look that was planned.

    Prints each fool rate and each difference with its interval at this look's level, and says which
    bounds are crossed. Fool rates against 50 % are one family, differences another; alpha is
    divided among the members of each.

    TRIALS is a trials.csv, a Parquet file, a folder written by study-app export, the address of a
    study's database, or the results of AMT_Real_vs_Fake.

    Example: analysis look export/ --look 2 --of 4
    """
    from itertools import combinations

    from analysis.planned_looks import look_at_differences, look_at_rates, planned_look

    counted, conditions = _counted(reading, rules, vigilance_pass_share)
    pairs = list(combinations(conditions, 2))

    def bound(n_comparisons: int) -> "Look":
        return planned_look(
            number,
            n_looks,
            fractions=fractions,
            alpha=alpha,
            spending=cast("Spending", spending),
            n_comparisons=n_comparisons,
        )

    against_half = bound(len(conditions))
    click.echo(_bound_line("fool rates against 50 %", against_half, n_looks))
    for rate in look_at_rates(counted, conditions, against_half):
        click.echo(
            f"  {rate.condition}: {100 * rate.fool_rate:.1f} %,"
            f" people and photos {_limits(rate.people_and_photos)},"
            f" these photos {_limits(rate.these_photos)}; {_verdict(rate.crossed)}"
        )
    if pairs:
        between = bound(len(pairs))
        click.echo(_bound_line("differences", between, n_looks))
        for found in look_at_differences(counted, pairs, between):
            estimate = found.estimate
            click.echo(
                f"  {found.a} - {found.b}: {_difference(estimate)}; {_verdict(found.crossed)}"
            )


@click.command()
@reading_options
@click.option(
    "--level",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    callback=finite,
    default=0.95,
    show_default=True,
    help="Level of the whole sequence.",
)
@click.option(
    "--best-at",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="Number of participants at which it is narrowest; choose it before the first look.",
)
@click.option("--every", type=click.IntRange(min=1), default=10, show_default=True,
              help="Print after every so many participants, and at the end.")  # fmt: skip
@click.option(
    "--json", "json_path", type=click.Path(path_type=Path), help="Write the numbers to this file."
)
@RULES
@VIGILANCE
@OVERWRITE
def sequence(
    reading: Reading,
    level: float,
    best_at: int,
    every: int,
    json_path: Path | None,
    rules: Path | None,
    vigilance_pass_share: float | None,
    overwrite: bool,
) -> None:
    """Print intervals that hold at all times together, for those who look after every participant.

    TRIALS is a trials.csv, a Parquet file, a folder written by study-app export, the address of a
    study's database, or the results of AMT_Real_vs_Fake. Participants count in the order of their
    first answers.

    Example: analysis sequence export/ --best-at 50
    """
    from analysis import results
    from analysis.sequence_document import as_document, measure_sequences

    if json_path is not None:
        results.check_not_input(json_path, inputs=reading.input_files())
        results.check_free(json_path, overwrite=overwrite)
    counted, conditions = _counted(reading, rules, vigilance_pass_share)
    found = measure_sequences(
        in_order_of_arrival(counted), conditions, level=level, best_at=best_at, every=every
    )
    click.echo(f"{100 * level:g} % intervals that hold at all times together, people and photos")
    for name, points in found.conditions.items():
        _print_sequence(f"{name}, fool rate in %", points)
    for (a, b), points in found.differences.items():
        _print_sequence(f"{a} - {b}, points", points)
    if json_path is not None:
        content = results.json_bytes(as_document(found))
        results.write_results({json_path: content}, overwrite=overwrite)
        say_where(json_path, content)


def in_order_of_arrival(trials: "pd.DataFrame") -> "pd.DataFrame":
    """Put trials in the order of their participants' first answers; ties by code.

    Args:
        trials: with columns participant_id and answered_at.
    """
    first = trials.groupby("participant_id")["answered_at"].transform("min")
    ordered = trials.assign(first_answer=first)
    ordered = ordered.sort_values(["first_answer", "participant_id"], kind="stable")
    return ordered.drop(columns="first_answer")


def _counted(
    reading: Reading, rules: Path | None, vigilance_pass_share: float | None
) -> tuple["pd.DataFrame", list[str]]:
    """Read, leave out by the written rules, and name the conditions that have trials."""
    from analysis import choices, exclusions
    from analysis.errors import TrialTableError

    table = reading.table()
    chosen = choices.Choices(
        rules=rules, vigilance_pass_share=vigilance_pass_share, study=reading.study
    )
    settings = choices.settle(reading.source, chosen)
    screened = exclusions.screen(
        table.trials, vigilance_pass_share=settings.vigilance_pass_share, rules=settings.rules
    )
    counted = exclusions.counted_trials(screened.trials)
    conditions = exclusions.main_conditions(counted)
    if not conditions:
        raise TrialTableError("no answered main trial is left to analyse; allowed: one or more")
    return counted, conditions


def _bound_line(what: str, look: "Look", n_looks: int) -> str:
    return (
        f"Look {look.number} of {n_looks}, {what}: |z| at least {look.z_bound:.3f}, p at most"
        f" {look.nominal_alpha:.2g}, intervals at {100 * (1 - look.nominal_alpha):.4g} %"
    )


def _verdict(crossed: bool) -> str:
    return "bound crossed" if crossed else "go on"


def _limits(interval: "Interval") -> str:
    if interval.low is None or interval.high is None:
        return interval.warning or "no interval"
    return f"{100 * interval.low:.1f} to {100 * interval.high:.1f} %"


def _difference(estimate: "Difference") -> str:
    if estimate.difference is None or estimate.low is None or estimate.high is None:
        return estimate.warning or "no interval"
    return (
        f"{100 * estimate.difference:+.1f} points, {100 * estimate.low:+.1f} to"
        f" {100 * estimate.high:+.1f}, p = {estimate.p_value:.2g}"
    )


def _print_sequence(title: str, points: "Sequence[SequencePoint]") -> None:
    from analysis.confidence_sequence import FIRST_PARTICIPANT

    click.echo(title)
    if not points:
        click.echo(f"  nothing before {FIRST_PARTICIPANT} participants")
    for point in points:
        low, high = point.interval.low, point.interval.high
        limits = (
            point.interval.warning or "no interval"
            if low is None or high is None
            else f"{100 * low:.1f} to {100 * high:.1f}"
        )
        click.echo(f"  {point.n_participants:>5} participants: {100 * point.value:.1f}, {limits}")
