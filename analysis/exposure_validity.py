"""Whether trials whose exposure broke the study's rule change the fool rates.

Place on the data's path: ``descriptions.py`` hands in the trials that count, and both estimates are
shown side by side. Where a written rule of ``exclusions.py`` leaves the invalid trials out, they
are put back for this comparison.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.exclusions import INVALID_EXPOSURE, Screened, counted_trials
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


def counted_with_invalid(trials: pd.DataFrame, screened: Screened) -> pd.DataFrame:
    """Give the trials that count, and those that only the rule on exposure left out.

    Args:
        trials: the whole trial table, with a unique index.
        screened: the same table after the exclusions.
    """
    reasons = screened.trial_reasons
    put_back = trials.loc[reasons.index[reasons == INVALID_EXPOSURE]]
    counted = counted_trials(screened.trials)
    return counted if put_back.empty else pd.concat([counted, counted_trials(put_back)])


def check_exposures(
    trials: pd.DataFrame, conditions: Sequence[str], *, level: float = 0.95
) -> list[ExposureCheck]:
    """Estimate each condition with and without its trials of invalid exposure.

    Args:
        trials: what ``counted_with_invalid`` gives, with columns participant_id, photo_id,
            condition, fooled (bool) and exposure_valid (missing where it was not recorded).
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
