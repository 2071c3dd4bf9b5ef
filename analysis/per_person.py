"""The fool rate of each participant, for the figure that shows how much people differ.

Place on the data's path: ``report.py`` hands in everybody's trials after the exclusions. These are
raw rates with their counts; nobody is ranked or left out by them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.exclusions import counted_trials, vigilance_shares


@dataclass(frozen=True)
class PersonRate:
    """One participant under one condition.

    Attributes:
        participant_id: random code.
        condition: how the fakes were made.
        n_trials: answered main trials.
        n_fooled: those in which the real photo was called fake.
        fool_rate: their share, a fraction.
        median_response_ms: of those trials, in ms; None without a response time.
        vigilance_correct: share of answered vigilance trials right, a fraction; None without any.
    """

    participant_id: str
    condition: str
    n_trials: int
    n_fooled: int
    fool_rate: float
    median_response_ms: float | None
    vigilance_correct: float | None


def estimate_person_rates(trials: pd.DataFrame, conditions: Sequence[str]) -> list[PersonRate]:
    """Give each participant's rate, by condition, then from the lowest rate to the highest.

    Args:
        trials: a trial table after the exclusions.
        conditions: the names, in the order wanted.
    """
    vigilance = vigilance_shares(trials)
    counted = counted_trials(trials)
    rates = []
    for name in conditions:
        rows = counted[counted["condition"] == name]
        people = rows.groupby("participant_id", sort=True, observed=True)
        table = pd.DataFrame(
            {
                "n_trials": people["fooled"].size(),
                "n_fooled": people["fooled"].sum(),
                "median_response_ms": people["response_ms"].median(),
            }
        )
        table["vigilance_correct"] = vigilance.reindex(table.index)
        own = [_person(str(row[0]), name, *row[1:]) for row in table.itertuples(name=None)]
        rates += sorted(own, key=lambda rate: (rate.fool_rate, rate.participant_id))
    return rates


def _person(
    code: str, condition: str, n_trials: int, n_fooled: int, median_ms: float, vigilance: float
) -> PersonRate:
    return PersonRate(
        participant_id=code,
        condition=condition,
        n_trials=int(n_trials),
        n_fooled=int(n_fooled),
        fool_rate=float(n_fooled / n_trials),
        median_response_ms=_number_or_none(median_ms),
        vigilance_correct=_number_or_none(vigilance),
    )


def _number_or_none(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
