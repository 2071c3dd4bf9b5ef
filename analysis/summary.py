"""Estimates as a table for the terminal.

Place on the data's path: ``analysis estimate`` prints it; the full numbers are in the JSON.
"""

from collections.abc import Sequence

from analysis.comparisons import ConditionDifference
from analysis.control_trials import LEAKS, check_control_trials
from analysis.equivalence import AgainstHalf
from analysis.estimates import Estimates
from analysis.exclusions import Exclusion
from analysis.fool_rates import FoolRate
from analysis.intervals import Interval
from analysis.wording import NO_BREAK_SPACE, counted, probability

NOTHING = "-"
RATE_HEADER = ("condition", "fool rate", "people and photos", "these photos", "trials", "people")
HALF_HEADER = ("against 50 %", "points", "p", "equivalent", "highest with")
DIFFERENCE_HEADER = ("difference", "points", "interval", "p", "p, Holm", "p, max-t")


def as_text(estimates: Estimates) -> str:
    """Lay out fool rates, 50 %, differences, exclusions and warnings as lines of text."""
    level = f"{100 * estimates.level:.6g} %"
    blocks = [_table([RATE_HEADER, *(_rate_cells(rate) for rate in estimates.fool_rates)])]
    if not estimates.fool_rates:
        blocks = ["there is no main trial in this table, so there is nothing to estimate"]
    if estimates.against_half:
        blocks.append(_table([HALF_HEADER, *_half_cells(estimates)]))
    if estimates.differences:
        cells = [_difference_cells(difference) for difference in estimates.differences]
        blocks.append(_table([DIFFERENCE_HEADER, *cells]))
    blocks.append(
        "\n".join(
            f"left out by the {e.rule} rule: {_left_out(e)}" for e in estimates.screened.exclusions
        )
    )
    warnings = _warnings(estimates)
    if warnings:
        blocks.append("\n".join(warnings))
    control = check_control_trials(estimates.screened.trials, level=estimates.level)
    if control.verdict == LEAKS:
        blocks.insert(0, control.meaning.replace("The pipeline leaks:", "THE PIPELINE LEAKS:"))
    if estimates.screened.only_simulated:
        blocks.insert(0, "SIMULATED: no human data in this table")
    return "\n\n".join([f"level of the intervals: {level}", *blocks])


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Align columns: names to the left, numbers to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for first, *rest in rows:
        cells = [f"{cell:>{width}}" for cell, width in zip(rest, widths[1:], strict=True)]
        lines.append("  ".join([f"{first:<{widths[0]}}", *cells]).rstrip())
    return "\n".join(lines)


def _rate_cells(rate: FoolRate) -> tuple[str, ...]:
    return (
        rate.condition,
        NOTHING if rate.fool_rate is None else f"{100 * rate.fool_rate:.1f} %",
        _limits(rate.people_and_photos),
        _limits(rate.these_photos),
        str(rate.n_trials),
        str(rate.n_participants),
    )


def _half_cells(estimates: Estimates) -> list[tuple[str, ...]]:
    best = {ranked.condition: ranked.p_best for ranked in estimates.ranking}
    return [
        (
            against.condition,
            NOTHING if against.difference is None else f"{100 * against.difference:+.1f}",
            NOTHING if against.p_value is None else f"{against.p_value:.3g}",
            _verdict(against),
            _chance(best.get(against.condition)),
        )
        for against in estimates.against_half
    ]


def _chance(value: float | None) -> str:
    return NOTHING if value is None else probability(value).replace(NO_BREAK_SPACE, " ")


def _verdict(against: AgainstHalf) -> str:
    """Say whether equivalence was shown; a dash where it was not tested."""
    if against.equivalence is None:
        return NOTHING
    return "yes" if against.equivalence.equivalent else "not shown"


def _left_out(exclusion: Exclusion) -> str:
    trials = counted(exclusion.n_trials, "trial")
    if exclusion.of == "trials":
        return trials
    return f"{counted(exclusion.n_participants, 'participant')}, {trials}"


def _difference_cells(difference: ConditionDifference) -> tuple[str, ...]:
    estimate = difference.estimate
    return (
        f"{difference.a} - {difference.b}",
        NOTHING if estimate.difference is None else f"{100 * estimate.difference:+.1f}",
        NOTHING
        if estimate.low is None or estimate.high is None
        else f"{100 * estimate.low:+.1f} to {100 * estimate.high:+.1f}",
        NOTHING if estimate.p_value is None else f"{estimate.p_value:.3g}",
        NOTHING if difference.p_adjusted is None else f"{difference.p_adjusted:.3g}",
        NOTHING if difference.p_max_t is None else f"{difference.p_max_t:.3g}",
    )


def _limits(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return NOTHING
    return f"{100 * interval.low:.1f} to {100 * interval.high:.1f} %"


def _warnings(estimates: Estimates) -> list[str]:
    found = [
        f"note: {rate.condition}: {interval.warning}"
        for rate in estimates.fool_rates
        for interval in (rate.people_and_photos, rate.these_photos)
        if interval.warning
    ] + [
        f"note: {d.a} - {d.b}: {d.estimate.warning}"
        for d in estimates.differences
        if d.estimate.warning
    ]
    return list(dict.fromkeys(found))
