"""All always-valid sequences of a trial table together, and their JSON form.

Place on the data's path: ``sequential_commands.py`` prints and writes them; the researcher's desk
shows the last points where a study file allows it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd

from analysis.confidence_sequence import (
    FIRST_PARTICIPANT,
    SequencePoint,
    confidence_sequence,
    difference_sequence,
)


@dataclass(frozen=True)
class Sequences:
    """Every condition's fool rate and every difference, after more and more participants.

    Attributes:
        level: of each sequence, a fraction.
        best_at: number of participants at which each is narrowest.
        conditions: points by condition.
        differences: points by (a, b), a minus b.
    """

    level: float
    best_at: int
    conditions: Mapping[str, Sequence[SequencePoint]]
    differences: Mapping[tuple[str, str], Sequence[SequencePoint]]


def measure_sequences(
    counted: pd.DataFrame, conditions: Sequence[str], *, level: float, best_at: int, every: int
) -> Sequences:
    """Measure all sequences of a table.

    Args:
        counted: main trials that count, in the order of their participants' arrival.
        conditions: that have trials.
        level: of each sequence.
        best_at: number of participants at which it is narrowest.
        every: a point after every so many participants, and after the last.
    """

    def columns(rows: pd.DataFrame, *names: str) -> list[Any]:
        return [rows[name].to_numpy() for name in names]

    settings = {"level": level, "best_at": best_at, "every": every}
    rates = {
        name: confidence_sequence(
            *columns(counted[counted["condition"] == name], "participant_id", "photo_id", "fooled"),
            **settings,  # type: ignore[arg-type]
        )
        for name in conditions
    }
    arrays = columns(counted, "participant_id", "photo_id", "condition", "fooled")
    differences = {
        (a, b): difference_sequence(*arrays, a=a, b=b, **settings)  # type: ignore[arg-type]
        for a, b in combinations(conditions, 2)
    }
    return Sequences(level, best_at, rates, differences)


def as_document(found: Sequences) -> dict[str, Any]:
    """Give the JSON form: fractions, limits null where there is no interval yet."""
    return {
        "level": found.level,
        "best_at": found.best_at,
        "first_participant": FIRST_PARTICIPANT,
        "conditions": [
            {"condition": name, "points": [_point("fool_rate", point) for point in points]}
            for name, points in found.conditions.items()
        ],
        "differences": [
            {"a": a, "b": b, "points": [_point("difference", point) for point in points]}
            for (a, b), points in found.differences.items()
        ],
    }


def _point(name: str, point: SequencePoint) -> dict[str, Any]:
    document = {
        "n_participants": point.n_participants,
        name: point.value,
        "low": point.interval.low,
        "high": point.interval.high,
    }
    return document | ({"warning": point.interval.warning} if point.interval.warning else {})
