"""A plan as a table, a few sentences and a document: what people read of ``planning.py``.

Place on the data's path: ``planning_commands.py`` prints the text and writes the document,
``planning_page.py`` lays it out. Either the people are given and the table says what they achieve,
or the table says how many it takes.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from analysis.intervals import Target
from analysis.planning import (
    DifferenceTest,
    Equivalence,
    Goal,
    Precision,
    best_possible,
    check_goal,
    check_size,
    people_needed,
    photos_needed,
    smallest_difference,
)
from analysis.planning_simulation import Check
from analysis.wording import counted

TARGET_NAMES: dict[Target, str] = {
    "people_and_photos": "people and photos",
    "these_photos": "these photos",
}
KINDS = {Precision: "precision", DifferenceTest: "difference", Equivalence: "equivalence"}
NOTHING = "–"


@dataclass(frozen=True)
class PlanRow:
    """One size of a study, for one target.

    Attributes:
        n_photos: in the pool.
        target: what the interval generalises to.
        n_participants: invited, per condition where between; None where no number is enough.
        achieved: half-width or power with them, a fraction; None without them.
        floor: what ever more people would achieve on these photos, a fraction.
        smallest_difference: found with the power wanted, a fraction; for differences only.
    """

    n_photos: int
    target: Target
    n_participants: int | None
    achieved: float | None
    floor: float
    smallest_difference: float | None = None


@dataclass(frozen=True)
class Plan:
    """All that a plan says.

    Attributes:
        goal: what is wanted, with its assumptions.
        rows: by photos, people and target.
        is_solved: the people were solved for, not given.
        advice: sentences.
        checks: simulated studies beside the closed form; empty without a check.
    """

    goal: Goal
    rows: tuple[PlanRow, ...]
    is_solved: bool
    advice: tuple[str, ...]
    checks: tuple[Check, ...] = ()


def make_plan(
    goal: Goal, photos: Sequence[int], people: Sequence[int], targets: Sequence[Target]
) -> Plan:
    """Plan a study of each size.

    Args:
        goal: what is wanted.
        photos: sizes of the pool.
        people: invited, per condition where between; none to solve for them.
        targets: which ones.

    Raises:
        PlanningError: no study can have the goal or a size.
    """
    check_goal(goal)
    for n_photos in photos:
        check_size(goal.study, n_photos)
        for n_participants in people:
            check_size(goal.study, n_photos, n_participants)
    if people:
        rows = [_given_row(goal, j, p, t) for j in photos for p in people for t in targets]
    else:
        rows = [_solved_row(goal, j, t) for j in photos for t in targets]
    return Plan(goal, tuple(rows), not people, tuple(_advice(goal, rows)))


def as_document(plan: Plan) -> dict[str, Any]:
    """Give a plan as a JSON document."""
    settings = {name: value for name, value in asdict(plan.goal).items() if name != "study"}
    return {
        "plan": KINDS[type(plan.goal)],
        "goal": settings,
        "assumptions": asdict(plan.goal.study),
        "table": [asdict(row) for row in plan.rows],
        "advice": list(plan.advice),
        "checks": [asdict(check) for check in plan.checks],
    }


def as_text(plan: Plan) -> str:
    """Write a plan for a terminal."""
    parts = [describe(plan), _aligned(header(plan), cells(plan)), *plan.advice]
    if plan.checks:
        n_studies = plan.checks[0].n_studies
        studies = counted(n_studies, "simulated study", "simulated studies")
        title = f"Checked with {studies} each, ± Monte Carlo standard error:"
        parts += [title, _aligned(CHECK_HEADER, check_cells(plan))]
    return "\n\n".join(parts)


def describe(plan: Plan) -> str:
    """Say in two sentences what is wanted and what is taken for granted."""
    study = plan.goal.study
    per_person = f"{counted(study.n_trials, 'trial')} per participant"
    if study.n_conditions > 1:
        per_person += f", {study.n_conditions} conditions {study.design} participants"
    if study.dropout:
        per_person += f", {percent(study.dropout)} of the participants not analysed"
    correlated = ""
    if study.n_conditions > 1:
        correlated = f" (correlation between conditions {study.photo_correlation:g} for photos"
        if study.design == "within":
            correlated += f" and {study.participant_correlation:g} for people"
        correlated += ")"
    return (
        f"{_wanted(plan.goal)}\nAssumed: {per_person}; fool rate {percent(study.fool_rate)}; spread"
        f" between people {study.participant_sd:g} and between photos {study.photo_sd:g}"
        f" logits{correlated}."
    )


def has_people_per_condition(goal: Goal) -> bool:
    """Say whether people are counted for each condition by itself."""
    return goal.study.n_conditions > 1 and goal.study.design == "between"


def header(plan: Plan) -> list[str]:
    """Name the columns of the table."""
    people = "people per condition" if has_people_per_condition(plan.goal) else "people"
    measure = "half-width" if isinstance(plan.goal, Precision) else "power"
    names = ["photos", "generalises to", people, "people in all", "trials in all", measure]
    names.append("with ever more people")
    return [*names, "smallest difference"] if isinstance(plan.goal, DifferenceTest) else names


def cells(plan: Plan) -> list[list[str]]:
    """Write the rows of the table."""
    return [_row_cells(plan.goal, row) for row in plan.rows]


CHECK_HEADER = ["photos", "generalises to", "people", "closed form", "simulated"]


def check_cells(plan: Plan) -> list[list[str]]:
    """Write the rows of the check."""
    write = points if isinstance(plan.goal, Precision) else percent
    return [
        [
            str(check.n_photos),
            TARGET_NAMES[check.target],
            str(check.n_participants),
            write(check.closed_form, 2),
            f"{write(check.simulated, 2)} ± {100 * check.standard_error:.2f}",
        ]
        for check in plan.checks
    ]


def percent(share: float, digits: int | None = None) -> str:
    """Write a fraction in percent."""
    return f"{100 * share:.4g} %" if digits is None else f"{100 * share:.{digits}f} %"


def points(share: float, digits: int = 1) -> str:
    """Write a difference of fractions in percentage points."""
    return f"{100 * share:.{digits}f} points"


def _given_row(goal: Goal, n_photos: int, n_participants: int, target: Target) -> PlanRow:
    smallest = None
    if isinstance(goal, DifferenceTest):
        smallest = smallest_difference(goal, n_participants, n_photos, target)
    achieved = goal.achieved(n_participants, n_photos, target)
    floor = best_possible(goal, n_photos, target)
    return PlanRow(n_photos, target, n_participants, achieved, floor, smallest)


def _solved_row(goal: Goal, n_photos: int, target: Target) -> PlanRow:
    needed = people_needed(goal, n_photos, target)
    if needed is None:
        return PlanRow(n_photos, target, None, None, best_possible(goal, n_photos, target))
    return _given_row(goal, n_photos, needed, target)


def _advice(goal: Goal, rows: Sequence[PlanRow]) -> list[str]:
    """Say where more people cannot help, once for each number of photos."""
    stuck = {
        (row.n_photos, row.target): row.floor for row in rows if not goal.is_reached(row.floor)
    }
    return [_stuck(goal, *key, floor) for key, floor in stuck.items()]


def _stuck(goal: Goal, n_photos: int, target: Target, floor: float) -> str:
    if isinstance(goal, Precision):
        what = f"even with ever more people the half-width stays above {points(floor)}"
    else:
        what = f"even with ever more people the power stays below {percent(floor, 1)}"
    enough = photos_needed(goal, target)
    if enough is None:
        advice = "no number of photos is enough either"
    else:
        people = people_needed(goal, 2 * enough, target)
        assert people is not None  # twice what is enough is more than enough
        each = " per condition" if has_people_per_condition(goal) else ""
        advice = (
            f"at least {enough} photos are needed, and with twice as many, {2 * enough}, it takes"
            f" {counted(people, 'person', 'people')}{each}"
        )
    return (
        f"More people cannot help with {counted(n_photos, 'photo')} ({TARGET_NAMES[target]}):"
        f" {what}; {advice}."
    )


def _wanted(goal: Goal) -> str:
    match goal:
        case Precision():
            return (
                f"Wanted: a {percent(goal.level)} interval of a fool rate, on average no wider than"
                f" ± {points(goal.half_width)}."
            )
        case DifferenceTest():
            pairs = goal.study.n_pairs
            each = "" if pairs == 1 else f" divided among {pairs} pairs"
            return (
                f"Wanted: a difference of {points(goal.difference)} found with a power of"
                f" {percent(goal.power)} (two-sided, alpha {goal.alpha:g}{each})."
            )
        case Equivalence():
            return (
                f"Wanted: equivalence to 50 % within ± {points(goal.margin)} shown with a power of"
                f" {percent(goal.power)} (two one-sided tests, alpha {goal.alpha:g} each)."
            )


def _row_cells(goal: Goal, row: PlanRow) -> list[str]:
    study = goal.study
    write = points if isinstance(goal, Precision) else lambda share: percent(share, 1)
    people = row.n_participants
    arms = study.n_conditions if study.design == "between" else 1
    written = [str(row.n_photos), TARGET_NAMES[row.target]]
    if people is None or row.achieved is None:
        written += ["no number is enough", NOTHING, NOTHING, NOTHING]
    else:
        n_trials = people * arms * study.n_trials
        written += [str(people), str(people * arms), str(n_trials), write(row.achieved)]
    written.append(write(row.floor))
    if isinstance(goal, DifferenceTest):
        smallest = row.smallest_difference
        written.append(NOTHING if smallest is None else points(smallest))
    return written


def _aligned(names: list[str], rows: list[list[str]]) -> str:
    table = [names, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(names))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in table
    )
