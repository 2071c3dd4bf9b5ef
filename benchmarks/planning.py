"""What plans promise against what simulated studies achieve, and what looking early costs.

Simulated observers (the model of ``analysis.simulate``) go through the intervals and comparisons
that analyse a study. Beside each closed form stands the share or mean over simulated studies with
its Monte Carlo standard error, and how many times longer the simulation took. Then, at a true 50 %,
how often somebody who looks early finds a difference: baseline is p < 0.05 at every look.

Run: python benchmarks/planning.py --studies 2000 --peeking-studies 2000
"""

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice

import click
import numpy as np
import scipy.stats

from analysis.comparisons import difference_of_fool_rates
from analysis.confidence_sequence import FIRST_PARTICIPANT, sequence_z
from analysis.intervals import Target, crossed_share, wilson_interval
from analysis.planned_looks import planned_look
from analysis.planning import DifferenceTest, Equivalence, Goal, Precision
from analysis.planning_simulation import (
    Check,
    check_by_simulation,
    draw_study,
    simulated_results,
)
from analysis.study_assumptions import StudyAssumptions

ONE = StudyAssumptions()
TWO = replace(ONE, n_conditions=2)
WITHIN = replace(TWO, design="within")
AT_HALF = replace(ONE, fool_rate=0.5)
BOTH: Target = "people_and_photos"
THESE: Target = "these_photos"
HALF = 0.5
PEEKING_PEOPLE = 100
PEEKING_PEOPLE_PER_CONDITION = 60
ALPHA = 0.05
LOOKS = (25, 50, 75, 100)
CLOSED_FORM_RUNS = 20
# What is planned, people (per condition where between), photos, target.
PLANS: tuple[tuple[str, Goal, int, int, Target], ...] = (
    ("half-width", Precision(ONE, 0.04), 20, 40, BOTH),
    ("half-width", Precision(ONE, 0.04), 40, 200, BOTH),
    ("half-width", Precision(ONE, 0.04), 80, 200, BOTH),
    ("half-width", Precision(ONE, 0.04), 40, 200, THESE),
    ("half-width, 30 % dropout", Precision(replace(ONE, dropout=0.3), 0.04), 40, 200, BOTH),
    ("half-width, no spread", Precision(replace(ONE, participant_sd=0, photo_sd=0), 0.04),
     40, 200, BOTH),
    ("half-width, spreads 1 and 1.5, 10 %",
     Precision(replace(ONE, participant_sd=1, photo_sd=1.5, fool_rate=0.1), 0.04), 40, 200, BOTH),
    ("power, +7 points", DifferenceTest(TWO, 0.07), 40, 200, BOTH),
    ("power, -9 points", DifferenceTest(TWO, -0.09), 40, 40, BOTH),
    ("power, +7 points", DifferenceTest(TWO, 0.07), 30, 200, THESE),
    ("power, +7 points, within", DifferenceTest(WITHIN, 0.07), 60, 200, BOTH),
    ("power, +7 points, 4 conditions", DifferenceTest(replace(TWO, n_conditions=4), 0.07),
     80, 200, BOTH),
    ("power, within 5 points of 50 %", Equivalence(AT_HALF, 0.05), 80, 200, BOTH),
    ("power, within 10 points of 50 %", Equivalence(AT_HALF, 0.1), 20, 200, BOTH),
    ("power, within 5 points of 50 %", Equivalence(AT_HALF, 0.05), 40, 200, THESE),
)  # fmt: skip


@click.command()
@click.option("--studies", default=100, show_default=True, help="Per plan; 0 leaves it out.")
@click.option("--peeking-studies", default=50, show_default=True, help="Per number of photos.")
@click.option("--seed", default=20160328, show_default=True)
def main(studies: int, peeking_studies: int, seed: int) -> None:
    """Print plans beside simulated studies, then the cost of looking early."""
    rng = np.random.default_rng(seed)
    if studies:
        print_plans(studies, seed, rng)
    if peeking_studies:
        print_peeking(peeking_studies, rng)
        print_peeking_at_differences(peeking_studies, rng)


def print_plans(studies: int, seed: int, rng: np.random.Generator) -> None:
    """Print each plan beside simulated studies."""
    click.echo(f"{studies} studies per plan, seed {seed}; percent or points")
    click.echo(
        f"{'planned':<37}{'people':>7}{'photos':>7}  {'for':<18}{'closed':>7}{'simulated':>15}"
        f"{'times faster':>14}"
    )
    for name, goal, n_participants, n_photos, target in PLANS:
        check, ratio = timed_check(goal, n_participants, n_photos, target, studies, rng)
        click.echo(
            f"{name:<37}{n_participants:>7}{n_photos:>7}  {target.replace('_', ' '):<18}"
            f"{100 * check.closed_form:>7.2f}{100 * check.simulated:>8.2f} ± "
            f"{100 * check.standard_error:.2f}{ratio:>14.0f}"
        )


def print_peeking(peeking_studies: int, rng: np.random.Generator) -> None:
    """Print how often looking early finds what is not there."""
    click.echo(
        f"\n{peeking_studies} studies per row at a true 50 %, {FIRST_PARTICIPANT} to"
        f" {PEEKING_PEOPLE} people; percent that ever leave 50 % out"
    )
    click.echo(
        f"{'photos':>6}{'p < .05 always':>16}{'sequence':>10}{'width ratio':>13}"
        f"{'p < .05, 4 looks':>18}{'O-F, 4 looks':>14}"
    )
    for n_photos in (40, 200, 1000):
        shares = peeking(n_photos, peeking_studies, rng)
        click.echo(
            f"{n_photos:>6}{100 * shares[0]:>16.1f}{100 * shares[1]:>10.1f}{shares[2]:>13.2f}"
            f"{100 * shares[3]:>18.1f}{100 * shares[4]:>14.1f}"
        )


def print_peeking_at_differences(n_studies: int, rng: np.random.Generator) -> None:
    """Print how often looking early tells two equal conditions apart."""
    click.echo(
        f"\n{n_studies} studies per row of two equal conditions, {PEEKING_PEOPLE_PER_CONDITION}"
        " people each; percent that are ever told apart"
    )
    click.echo(
        f"{'design':<8}{'photos':>8}{'p < .05, every 10':>19}{'sequence':>10}"
        f"{'p < .05, 4 looks':>18}{'O-F, 4 looks':>14}"
    )
    for design, n_photos in (("between", 40), ("between", 200), ("within", 200)):
        study = WITHIN if design == "within" else TWO
        counts = np.sum([told_apart(study, n_photos, rng) for _ in range(n_studies)], axis=0)
        shares = 100 * counts / n_studies
        click.echo(
            f"{design:<8}{n_photos:>8}{shares[0]:>19.1f}{shares[1]:>10.1f}{shares[2]:>18.1f}"
            f"{shares[3]:>14.1f}"
        )


def told_apart(
    study: StudyAssumptions, n_photos: int, rng: np.random.Generator
) -> tuple[bool, bool, bool, bool]:
    """Look at one study of two equal conditions after every tenth person and at four looks."""
    rates = [study.fool_rate] * study.n_conditions
    drawn = draw_study(study, rates, PEEKING_PEOPLE_PER_CONDITION, n_photos, BOTH, rng)
    n_people = int(drawn.participant.max()) + 1
    arrival = rng.permutation(n_people)[drawn.participant]
    quarters = [n_people * k // len(LOOKS) for k in range(1, len(LOOKS) + 1)]
    found = {}
    for n in sorted({*range(FIRST_PARTICIPANT, n_people + 1, 10), *quarters}):
        so_far = (array[arrival < n] for array in drawn)
        found[n] = difference_of_fool_rates(*so_far, a=0, b=1)
    p_values = {n: 1.0 if one.p_value is None else one.p_value for n, one in found.items()}
    sequence = any(
        one.standard_error is not None
        and abs(one.difference or 0.0) > float(sequence_z(n)) * one.standard_error
        for n, one in found.items()
    )
    bounds = [planned_look(k, len(LOOKS)).nominal_alpha for k in range(1, len(LOOKS) + 1)]
    planned = any(p_values[n] <= bound for n, bound in zip(quarters, bounds, strict=True))
    naive = any(p_values[n] < ALPHA for n in quarters)
    return any(p < ALPHA for p in p_values.values()), sequence, naive, planned


def timed_check(
    goal: Goal,
    n_participants: int,
    n_photos: int,
    target: Target,
    n_studies: int,
    rng: np.random.Generator,
) -> tuple[Check, float]:
    """Check one plan; also how many times longer the simulation took than the closed form."""
    started = time.perf_counter()
    studies = simulated_results(goal, n_participants, n_photos, target, rng)
    found = list(islice(studies, n_studies))
    simulated = time.perf_counter() - started
    started = time.perf_counter()
    for _ in range(CLOSED_FORM_RUNS):
        goal.achieved(n_participants, n_photos, target)
    closed = (time.perf_counter() - started) / CLOSED_FORM_RUNS
    check = check_by_simulation(goal, n_participants, n_photos, target, found)
    return check, simulated / closed


def peeking(
    n_photos: int, n_studies: int, rng: np.random.Generator
) -> tuple[float, float, float, float, float]:
    """Look after every participant and at four planned looks; shares of studies that ever find.

    Returns:
        p < .05 after everybody; the sequence; its mean width over the usual interval's; p < .05 at
        four looks; O'Brien and Fleming's bounds at four looks.
    """
    usual_z = {
        n: _usual_t(n, n_photos, ALPHA) for n in range(FIRST_PARTICIPANT, PEEKING_PEOPLE + 1)
    }
    bounds = {
        n: _usual_t(n, n_photos, planned_look(k, len(LOOKS)).nominal_alpha)
        for k, n in enumerate(LOOKS, start=1)
    }
    counts = np.zeros(4)
    ratios = []
    for _ in range(n_studies):
        wilson = _running_wilson(n_photos, rng)
        usual = {n: wilson(n, z) for n, z in usual_z.items()}
        always = {n: wilson(n, float(sequence_z(n))) for n in usual_z}
        planned = [wilson(n, z) for n, z in bounds.items()]
        counts += [
            any(_leaves_half_out(limits) for limits in group)
            for group in (
                usual.values(), always.values(), [usual[n] for n in LOOKS], planned
            )
        ]  # fmt: skip
        ratios += [
            (always[n][1] - always[n][0]) / (usual[n][1] - usual[n][0]) for n in (20, 50, 100)
        ]
    shares = counts / n_studies
    return shares[0], shares[1], float(np.mean(ratios)), shares[2], shares[3]


def _usual_t(n_participants: int, n_photos: int, alpha: float) -> float:
    return float(scipy.stats.t.isf(alpha / 2, min(n_participants, n_photos) - 1))


def _running_wilson(
    n_photos: int, rng: np.random.Generator
) -> Callable[[int, float], tuple[float, float]]:
    """Draw a study; give Wilson's limits after n people as a function of n and z."""
    people, photos, _, fooled = draw_study(AT_HALF, [HALF], PEEKING_PEOPLE, n_photos, BOTH, rng)
    shares = {}
    for n in range(FIRST_PARTICIPANT, PEEKING_PEOPLE + 1):
        rows = people < n
        shares[n] = crossed_share(people[rows], photos[rows], fooled[rows])
    return lambda n, z: wilson_interval(shares[n].share, shares[n].n_effective(BOTH), z)


def _leaves_half_out(limits: tuple[float, float]) -> bool:
    return not limits[0] <= HALF <= limits[1]


if __name__ == "__main__":
    main()
