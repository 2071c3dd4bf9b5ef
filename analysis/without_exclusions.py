"""The fool rates with and without the exclusions, side by side.

Place on the data's path: ``report.py`` shows both, so that a reader sees what the rules changed.
Simulated observers are in neither estimate where real people took part: they are no data.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.comparisons import ConditionDifference, compare_conditions
from analysis.exclusions import SIMULATED, Screened, counted_trials
from analysis.fool_rates import FoolRate, estimate_fool_rates


@dataclass(frozen=True)
class BothEstimates:
    """Every estimate with the exclusions and without them.

    Attributes:
        n_left_out: answered main trials that only ``without_exclusions`` counts.
        with_exclusions: fool rate of each condition.
        without_exclusions: the same, nobody left out but simulated observers.
        differences_with: of each pair of conditions, with the exclusions.
        differences_without: the same without them.
    """

    n_left_out: int
    with_exclusions: tuple[FoolRate, ...]
    without_exclusions: tuple[FoolRate, ...]
    differences_with: tuple[ConditionDifference, ...]
    differences_without: tuple[ConditionDifference, ...]


def estimate_both(
    trials: pd.DataFrame, screened: Screened, conditions: Sequence[str], *, level: float = 0.95
) -> BothEstimates:
    """Estimate the conditions twice.

    Args:
        trials: the whole trial table.
        screened: the same table after the exclusions.
        conditions: the names, in the order wanted.
        level: nominal coverage of the intervals, a fraction in (0, 1).
    """
    simulated = [code for code, rule in screened.reasons.items() if rule == SIMULATED]
    everybody = counted_trials(trials[~trials["participant_id"].isin(simulated)])
    kept = counted_trials(screened.trials)
    return BothEstimates(
        n_left_out=len(everybody) - len(kept),
        with_exclusions=tuple(estimate_fool_rates(kept, conditions, level=level)),
        without_exclusions=tuple(estimate_fool_rates(everybody, conditions, level=level)),
        differences_with=compare_conditions(kept, conditions, level=level).differences,
        differences_without=compare_conditions(everybody, conditions, level=level).differences,
    )
