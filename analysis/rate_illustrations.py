"""The figures of the main results: fool rates, 50 %, differences, ranking, exclusions.

Place on the data's path: ``illustrations.py`` hands in the report's document; nothing is computed
here but words and places.
"""

from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure

from analysis.figures import ForestLine, difference_limits, forest_plot, percent_limits
from analysis.figures_ranks import rank_grid
from analysis.illustration import Illustration
from analysis.wording import (
    MINUS,
    Entry,
    difference_in_words,
    in_percent,
    percent,
    probability,
    rate_in_words,
)

CHANCE = 50.0
CHANCE_LABEL = "50 %: cannot be told apart"
CHANCE_MEANING = "Dashed: 50 %, where real and fake cannot be told apart."
# More lines than this make a figure that nobody reads; the table has them all.
MOST_LINES = 30


def rate_illustrations(document: Entry) -> Iterator[Illustration]:
    """Give the figures there is something to show for."""
    if document["conditions"]:
        yield _fool_rates(document)
    if any(entry["equivalence"] for entry in document["against_half"]):
        yield _equivalence(document)
    if document["differences"]:
        yield _differences(document)
    if any(entry["p_rank"] for entry in document["ranking"]):
        yield _ranking(document)


def exclusion_illustrations(document: Entry) -> Iterator[Illustration]:
    """Give the figure of the results with and without exclusions, where there were any."""
    if any(entry["n_participants"] or entry["n_trials"] for entry in document["exclusions"]):
        yield _with_and_without(document)


def exposure_illustrations(document: Entry) -> Iterator[Illustration]:
    """Give the figure of the results with and without invalid exposures, where there were any."""
    checks = document["exposure_validity"]
    if any(entry["n_invalid"] for entry in checks):
        yield _two_ways(
            name="exposure",
            title="Fool rates with and without the trials of invalid exposure.",
            first="all answered main trials",
            second="those whose measured exposure kept the study's rule",
            pairs=[(entry["with_invalid"], entry["without_invalid"]) for entry in checks],
            level=percent(document["level"], digits=None),
        )


def draw_fool_rates(lines: Sequence[ForestLine], width_in: float) -> Figure:
    """Draw a forest plot of fool rates with the line at 50 %."""
    return forest_plot(
        lines,
        reference=CHANCE,
        reference_label=CHANCE_LABEL,
        axis_label="fool rate, %",
        limits=percent_limits(lines),
        width_in=width_in,
    )


def _fool_rates(document: Entry) -> Illustration:
    level = percent(document["level"], digits=None)
    lines = [
        ForestLine(
            label=entry["condition"],
            value=_rate(entry),
            interval=in_percent(entry["people_and_photos"]),
            second=in_percent(entry["these_photos"]),
            text=rate_in_words(entry),
        )
        for entry in document["conditions"]
    ]
    numbers = "; ".join(f"{e['condition']}: {rate_in_words(e)}" for e in document["conditions"])
    return Illustration(
        name="fool-rates",
        title="Fool rate of each condition.",
        caption=(
            "Dot: share of answered main trials in which the real photo was called fake."
            f" Thick line: {level} interval for people and photos, which generalises to other"
            f" people and other photos. Thin line below: {level} interval for these photos, which"
            f" generalises to other people judging the same photos. {CHANCE_MEANING}"
        ),
        alt=f"Forest plot of fool rates with a line at 50 %. {numbers}.",
        draw=lambda width_in: draw_fool_rates(lines, width_in),
    )


def _equivalence(document: Entry) -> Illustration:
    tested = [entry for entry in document["against_half"] if entry["equivalence"]]
    margin = tested[0]["equivalence"]["margin"]
    inner = percent(2 * document["level"] - 1, digits=None)
    rates = {entry["condition"]: entry for entry in document["conditions"]}
    lines = [
        ForestLine(
            label=entry["condition"],
            value=_rate(rates[entry["condition"]]),
            interval=in_percent(entry["equivalence"]),
            second=None,
            text="equivalent" if entry["equivalence"]["equivalent"] else "not shown",
        )
        for entry in tested
    ]
    verdicts = "; ".join(f"{line.label}: {line.text}" for line in lines)
    return Illustration(
        name="equivalence",
        title=f"Equivalence to 50 % within ±{100 * margin:g} points.",
        caption=(
            f"Dot: fool rate. Line: {inner} interval for people and photos, the interval of two"
            f" one-sided tests at {percent(1 - document['level'], digits=None)}. Shaded: the"
            f" margin stated beforehand. A fool rate counts as equivalent to 50 % if its whole"
            f" line lies inside the shade. {CHANCE_MEANING}"
        ),
        alt=f"Forest plot of fool rates with the margin of equivalence around 50 %. {verdicts}.",
        draw=lambda width_in: forest_plot(
            lines,
            reference=CHANCE,
            reference_label=CHANCE_LABEL,
            axis_label="fool rate, %",
            limits=percent_limits(
                [*lines, ForestLine("", None, (0, CHANCE + 100 * margin), None, "")]
            ),
            width_in=width_in,
            band=(CHANCE - 100 * margin, CHANCE + 100 * margin),
        ),
    )


def _differences(document: Entry) -> Illustration:
    level = percent(document["level"], digits=None)
    entries = document["differences"][:MOST_LINES]
    lines = [
        ForestLine(
            label=f"{entry['a']} {MINUS} {entry['b']}",
            value=None if entry["difference"] is None else 100 * entry["difference"],
            interval=in_percent(entry),
            second=_simultaneous(entry),
            text=difference_in_words(entry),
        )
        for entry in entries
    ]
    numbers = "; ".join(f"{e['a']} minus {e['b']}: {difference_in_words(e)}" for e in entries)
    together = (
        f" Thin line below: limits that hold for all comparisons together at {level} (max-t)."
        if any(line.second for line in lines) and len(document["differences"]) > 1
        else ""
    )
    return Illustration(
        name="differences",
        title="Differences of fool rates, in percentage points, each as first minus second.",
        caption=(
            f"Dot: difference. Thick line: {level} interval of the single comparison, which"
            f" generalises to other people and other photos.{together} Dashed: no difference."
            + cut(len(document["differences"]), len(entries), "comparisons")
        ),
        alt=f"Forest plot of differences with a line at no difference. {numbers}.",
        draw=lambda width_in: forest_plot(
            lines,
            reference=0.0,
            reference_label="no difference",
            axis_label="difference of fool rates, percentage points",
            limits=difference_limits(lines),
            width_in=width_in,
        ),
    )


def _ranking(document: Entry) -> Illustration:
    ranked = [entry for entry in by_rank(document["ranking"]) if entry["p_rank"]]
    names = [entry["condition"] for entry in ranked]
    rows = [entry["p_rank"] for entry in ranked]
    best = "; ".join(f"{e['condition']}: {probability(e['p_best'])}" for e in ranked)
    return Illustration(
        name="ranking",
        title="How sure the ranking is.",
        caption=(
            "Area of a square: probability that the condition has that rank, rank 1 being the"
            " highest fool rate, among people and photos like these."
        ),
        alt=f"Grid of probabilities, conditions by ranks. Highest fool rate: {best}.",
        draw=lambda width_in: rank_grid(names, rows, width_in=width_in),
    )


def _with_and_without(document: Entry) -> Illustration:
    others = document["without_exclusions"]["conditions"]
    return _two_ways(
        name="exclusions",
        title="Fool rates with and without the exclusions.",
        first="those who are analysed",
        second="everybody but simulated participants",
        pairs=list(zip(document["conditions"], others, strict=True)),
        level=percent(document["level"], digits=None),
    )


def _two_ways(
    *,
    name: str,
    title: str,
    first: str,
    second: str,
    pairs: Sequence[tuple[Entry, Entry]],
    level: str,
) -> Illustration:
    """Draw each condition's fool rate estimated in two ways, one below the other."""
    lines = [
        ForestLine(
            label=entry["condition"],
            value=_rate(entry),
            interval=in_percent(entry["people_and_photos"]),
            second=in_percent(other["people_and_photos"]),
            text=f"{percent(entry['fool_rate'])}, without {percent(other['fool_rate'])}",
            second_value=_rate(other),
        )
        for entry, other in pairs
    ]
    numbers = "; ".join(f"{line.label}: {line.text}" for line in lines)
    return Illustration(
        name=name,
        title=title,
        caption=(
            f"Filled dot and thick line: fool rate of {first}, with its {level} interval for people"
            f" and photos. Hollow dot and thin line below: of {second}. {CHANCE_MEANING}"
        ),
        alt=f"Forest plot of fool rates estimated in two ways. {numbers}.",
        draw=lambda width_in: draw_fool_rates(lines, width_in),
    )


def _rate(entry: Entry) -> float | None:
    return None if entry["fool_rate"] is None else 100 * entry["fool_rate"]


def _simultaneous(entry: Entry) -> tuple[float, float] | None:
    if entry["low_simultaneous"] is None:
        return None
    return 100 * entry["low_simultaneous"], 100 * entry["high_simultaneous"]


def by_rank(ranking: Sequence[Entry]) -> list[Entry]:
    """Order conditions by their mean rank; those that cannot be ranked last."""
    return sorted(
        ranking,
        key=lambda entry: (
            not entry["p_rank"],
            sum((rank + 1) * p for rank, p in enumerate(entry["p_rank"])),
        ),
    )


def cut(n: int, n_shown: int, what: str) -> str:
    """Say in a caption that not all are drawn; nothing where they are."""
    if n_shown == n:
        return ""
    return f" Drawn are {n_shown} of {n} {what}; the JSON twin has all."
