"""Whether trials whose exposure broke the study's rule change the fool rates.

Place on the data's path: ``report.py`` hands in the trials that count and shows both estimates side
by side. Nothing is left out here: a rule on exposure belongs into ``exclusions.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.fool_rates import FoolRate, estimate_fool_rates


@dataclass(frozen=True)
class ExposureCheck:
    """One condition with and without its trials of invalid exposure.

    Attributes:
        condition: how the fakes were made.
        n_invalid: answered main trials whose exposure broke the rule.
        n_unrecorded: those without a judgement of the exposure; they are in both estimates.
        with_invalid: fool rate of all of them.
        without_invalid: fool rate without the invalid ones.
    """

    condition: str
    n_invalid: int
    n_unrecorded: int
    with_invalid: FoolRate
    without_invalid: FoolRate


def check_exposures(
    trials: pd.DataFrame, conditions: Sequence[str], *, level: float = 0.95
) -> list[ExposureCheck]:
    """Estimate each condition with and without its trials of invalid exposure.

    Args:
        trials: trials that count, with columns participant_id, photo_id, condition, fooled (bool)
            and exposure_valid (missing where it was not recorded).
        conditions: the names, in the order wanted.
        level: nominal coverage of the intervals, a fraction in (0, 1).
    """
    judged = trials["exposure_valid"].astype("boolean")
    is_invalid = (~judged).fillna(False).astype("bool")
    both = (
        estimate_fool_rates(trials, conditions, level=level),
        estimate_fool_rates(trials[~is_invalid], conditions, level=level),
    )
    checks = []
    for name, with_invalid, without_invalid in zip(conditions, *both, strict=True):
        own = trials["condition"] == name
        checks.append(
            ExposureCheck(
                condition=name,
                n_invalid=int((own & is_invalid).sum()),
                n_unrecorded=int((own & judged.isna()).sum()),
                with_invalid=with_invalid,
                without_invalid=without_invalid,
            )
        )
    return checks
