"""The figures about people: their fool rates, the course of a session, response times.

Place on the data's path: ``illustrations.py`` hands in the report's document; nothing is computed
here but words and places.
"""

from collections.abc import Iterator

from analysis.figures_people import DotRow, dot_plot, people_per_dot
from analysis.figures_time import CoursePanel, TimeRow, course_plot, response_time_plot
from analysis.illustration import Illustration
from analysis.rate_illustrations import CHANCE_MEANING
from analysis.wording import Entry, counted, in_percent, milliseconds, percent, points

MEDIAN = "0.5"
OUTCOME_WORDS = {"correct": "fake called fake", "fooled": "real called fake"}


def people_illustrations(document: Entry) -> Iterator[Illustration]:
    """Give the figures there is something to show for."""
    if any(entry["n_participants"] for entry in document["people"]):
        yield _people(document)
    if any(_known(course) for course in document["time_course"]):
        yield _course(document)
    if any(entry["quantiles_ms"] for entry in document["response_times"]):
        yield _response_times(document)


def _people(document: Entry) -> Illustration:
    level = percent(document["level"], digits=None)
    rates = {entry["condition"]: entry for entry in document["conditions"]}
    rows = [
        DotRow(
            label=entry["condition"],
            counts=tuple(entry["counts"]),
            value=_in_percent(rates[entry["condition"]]["fool_rate"]),
            interval=in_percent(rates[entry["condition"]]["people_and_photos"]),
            text=counted(entry["n_participants"], "participant"),
        )
        for entry in document["people"]
    ]
    per_dot = people_per_dot(rows)
    dot = "one participant" if per_dot == 1 else f"up to {per_dot:,} participants"
    told = "; ".join(f"{entry['condition']}: {_spread(entry)}" for entry in document["people"])
    return Illustration(
        name="people",
        title="Fool rate of every participant.",
        caption=(
            f"A dot: {dot}, at the nearest 2.5 points. Diamond and line below: fool rate of the"
            f" condition with its {level} interval for people and photos. Part of the spread is"
            f" chance, for everybody saw few photos. {CHANCE_MEANING}"
        ),
        alt=f"Stacked dots of participants by fool rate. {told}.",
        draw=lambda width_in: dot_plot(rows, width_in=width_in),
    )


def _course(document: Entry) -> Illustration:
    level = percent(document["level"], digits=None)
    panels = [_course_panel(course) for course in document["time_course"]]
    told = "; ".join(f"{panel.label}: {panel.text}" for panel in panels)
    return Illustration(
        name="time-course",
        title="Learning and fatigue.",
        caption=(
            "Dot: fool rate in one stretch of the session, all stretches being of equal length."
            f" Line: {level} interval for people and photos. At the right: change from the first to"
            " the last trial by a straight line within participants, in points."
            f" {CHANCE_MEANING}"
        ),
        alt=f"Fool rates over the session. {told}.",
        draw=lambda width_in: course_plot(panels, width_in=width_in),
    )


def _course_panel(course: Entry) -> CoursePanel:
    blocks = course["blocks"]
    limits = [in_percent(block["interval"]) or (None, None) for block in blocks]
    return CoursePanel(
        label=course["condition"],
        text=f"change {points(course['trend']['change'])}",
        places=tuple(float(block["number"]) for block in blocks),
        rates=tuple(_in_percent(block["fool_rate"]) for block in blocks),
        lows=tuple(low for low, _ in limits),
        highs=tuple(high for _, high in limits),
    )


def _response_times(document: Entry) -> Illustration:
    shown = [entry for entry in document["response_times"] if entry["outcome"] in OUTCOME_WORDS]
    rows = [
        TimeRow(
            label=f"{entry['condition']}, {OUTCOME_WORDS[entry['outcome']]}",
            quantiles=tuple(entry["quantiles_ms"].values()),
            text=counted(entry["n"], "trial"),
            filled=entry["outcome"] == "correct",
        )
        for entry in shown
    ]
    told = "; ".join(
        f"{row.label}: median {milliseconds(entry['quantiles_ms'].get(MEDIAN))}"
        for row, entry in zip(rows, shown, strict=True)
    )
    return Illustration(
        name="response-times",
        title="Response times.",
        caption=(
            "Dot: median, filled where the fake was called fake and hollow where the real photo"
            " was. Thick line: middle half. Thin line: from the 5 % to the 95 % quantile. From the"
            " moment answering was allowed."
        ),
        alt=f"Response times by condition and answer. {told}.",
        draw=lambda width_in: response_time_plot(rows, width_in=width_in),
    )


def _spread(entry: Entry) -> str:
    """Tell where the middle half of the participants is."""
    if not entry["quantiles"]:
        return "no participants"
    low, high = (percent(entry["quantiles"][share], digits=0) for share in ("0.25", "0.75"))
    return f"middle half of {counted(entry['n_participants'], 'participant')} {low} to {high}"


def _known(course: Entry) -> bool:
    return any(block["fool_rate"] is not None for block in course["blocks"])


def _in_percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
