"""The command ``analysis plan``: parse, plan, check if asked, say where the results are."""

import hashlib
import secrets
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.command_line import say_where
from analysis.plan_options import DOCUMENT, PAGE, TARGETS, plan_options

if TYPE_CHECKING:
    import numpy as np

    from analysis.intervals import Target
    from analysis.plan_table import Plan, PlanRow
    from analysis.planning import Goal
    from analysis.planning_simulation import Check

SEED_BITS = 32

Options = dict[str, Any]


@click.group()
def plan() -> None:
    """Say how many people and photos a study needs, before it is run.

    Example: analysis plan precision --half-width 0.04
    """


@plan.command()
@click.option(
    "--half-width", default=0.04, show_default=True, help="Of the interval, on average, at most."
)
@click.option("--level", default=0.95, show_default=True, help="Level of the interval.")
@click.option("--rate", default=0.32, show_default=True, help="The fool rate expected.")
@click.option("--conditions", default=1, show_default=True, help="Share the trials where within.")
@plan_options
def precision(half_width: float, level: float, **options: Any) -> None:
    """Plan an interval of a fool rate that is narrow enough.

    Example: analysis plan precision --half-width 0.04 --photos 40,200 --out plan.html
    """
    from analysis.planning import Precision

    _run(Precision(_assumptions(options), half_width, level), options)


@plan.command()
@click.option(
    "--difference",
    type=float,
    required=True,
    help="First minus second fool rate, such as 0.07.",
)
@click.option("--power", default=0.8, show_default=True, help="Chance to find it, at least.")
@click.option("--alpha", default=0.05, show_default=True, help="Two-sided, for all pairs.")
@click.option("--rate", default=0.32, show_default=True, help="The second condition's fool rate.")
@click.option("--conditions", default=2, show_default=True, help="All pairs are compared.")
@plan_options
def difference(difference: float, power: float, alpha: float, **options: Any) -> None:
    """Plan a study that finds a difference between two conditions.

    Example: analysis plan difference --difference 0.07 --power 0.8 --photos 200
    """
    from analysis.planning import DifferenceTest

    _run(DifferenceTest(_assumptions(options), difference, power, alpha), options)


@plan.command()
@click.option("--margin", type=float, required=True, help="Around 50 %, such as 0.05.")
@click.option("--power", default=0.8, show_default=True, help="Chance to show it, at least.")
@click.option("--alpha", default=0.05, show_default=True, help="Of each of the two tests.")
@click.option("--rate", default=0.5, show_default=True, help="The true fool rate.")
@click.option("--conditions", default=1, show_default=True, help="Share the trials where within.")
@plan_options
def equivalence(margin: float, power: float, alpha: float, **options: Any) -> None:
    """Plan a study that shows a fool rate to be equivalent to 50 %.

    Example: analysis plan equivalence --margin 0.05 --photos 40,200,1000
    """
    from analysis.planning import Equivalence

    _run(Equivalence(_assumptions(options), margin, power, alpha), options)


def _assumptions(options: Options) -> Any:
    from analysis.study_assumptions import StudyAssumptions

    return StudyAssumptions(
        fool_rate=options["rate"],
        participant_sd=options["participant_sd"],
        photo_sd=options["photo_sd"],
        participant_correlation=options["participant_correlation"],
        photo_correlation=options["photo_correlation"],
        n_trials=options["trials"],
        n_conditions=options["conditions"],
        design=options["design"],
        dropout=options["dropout"],
    )


def _run(goal: "Goal", options: Options) -> None:
    """Plan, check, print and write."""
    from analysis import plan_table, results

    places = [path for path in (options["out"], options["curve"]) if path is not None]
    records = list(dict.fromkeys(results.provenance_path(path) for path in places))
    results.check_free(*places, *records, overwrite=options["overwrite"])
    targets = TARGETS[options["target"]]
    made = plan_table.make_plan(goal, options["photos"], options["people"] or (), targets)
    seed = options["seed"]
    if options["n_checks"] is not None:
        if seed is None:
            seed = secrets.randbits(SEED_BITS)
            click.echo(f"seed {seed}")
        made = replace(made, checks=_checks(made, options["n_checks"], seed))
    click.echo(plan_table.as_text(made))
    written = _contents(made, places, targets[0])
    if written:
        record = _record(made, written, seed, options["n_checks"])
        everything = written | dict.fromkeys(records, record)
        results.write_results(everything, overwrite=options["overwrite"])
    for path, content in written.items():
        say_where(path, content)


def _checks(made: "Plan", n_studies: int, seed: int) -> tuple["Check", ...]:
    """Simulate studies of each size of a plan, with a bar where somebody watches."""
    import numpy as np

    rng = np.random.default_rng(seed)
    rows = [row for row in made.rows if row.n_participants is not None]
    with click.progressbar(
        length=n_studies * len(rows),
        label="Simulating studies",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    ) as bar:
        return tuple(_check(made.goal, row, n_studies, rng, bar.update) for row in rows)


def _check(
    goal: "Goal",
    row: "PlanRow",
    n_studies: int,
    rng: "np.random.Generator",
    advance: Callable[[int], None],
) -> "Check":
    from analysis.planning_simulation import check_by_simulation, simulated_results

    assert row.n_participants is not None
    size = (row.n_participants, row.n_photos, row.target)
    found = []
    for result in islice(simulated_results(goal, *size, rng), n_studies):
        found.append(result)
        advance(1)
    return check_by_simulation(goal, *size, found)


def _contents(made: "Plan", places: Sequence[Path], target: "Target") -> dict[Path, bytes]:
    """Make the bytes of each file asked for."""
    from analysis import plan_table, planning_page, results

    contents = {}
    for path in places:
        ending = path.suffix.lower()
        if ending == PAGE:
            contents[path] = planning_page.render_plan(made, target).encode()
        elif ending == DOCUMENT:
            contents[path] = results.json_bytes(plan_table.as_document(made))
        else:
            figure = planning_page.draw_plan(made, target)
            contents[path] = planning_page.picture_bytes(
                figure, planning_page.PICTURE_FORMATS[ending]
            )
    return contents


def _record(
    made: "Plan", written: dict[Path, bytes], seed: int | None, n_checks: int | None
) -> bytes:
    """Say what a plan was made from; no path but the files' own names."""
    from analysis import plan_table, results

    document = plan_table.as_document(made)
    return results.json_bytes(
        {
            "plan": document["plan"],
            "goal": document["goal"],
            "assumptions": document["assumptions"],
            "check": {"n_studies": n_checks, "seed": seed},
            "sha256": {
                path.name: hashlib.sha256(content).hexdigest() for path, content in written.items()
            },
            "versions": results.versions(),
        }
    )
