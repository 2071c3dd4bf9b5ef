"""Which rows of a trial table are trials that were cut off, another having taken their place.

Place on the data's path: ``exclusions.py`` and ``participant_flow.py`` ask here where they count
how much of the main block somebody answered. The instrument lets answers come in order, so a trial
without an answer before one that has an answer was cut off, by a reload or a second window; the
next row is then the trial with another photo, of the same kind and with the same sides. Such a row
is no answer that is missing.
"""

import pandas as pd

SAME_AS_REPLACED = (
    "study_session_id",
    "block",
    "trial_type",
    "condition",
    "real_side",
    "first_side",
)


def without_replaced(trials: pd.DataFrame) -> pd.DataFrame:
    """Leave out every trial whose place another one took; the others keep their order.

    A trial that was cut off last of all, before somebody stopped for good, cannot be told from one
    that never came, and stays.

    Args:
        trials: a trial table with ``fooled`` and a unique index, or rows of whole blocks of it.
    """
    unanswered = trials["fooled"].isna()
    if not unanswered.any():
        return trials
    sessions = trials.loc[unanswered, "study_session_id"].unique()
    some = trials[trials["study_session_id"].isin(sessions)]
    some = some.sort_values(["study_session_id", "trial_index"], kind="stable")
    same = pd.concat(
        [
            some[name].astype("str").eq(some[name].astype("str").shift(-1))
            for name in SAME_AS_REPLACED
        ],
        axis=1,
    ).all(axis=1)
    answered_at = some["trial_index"].where(some["fooled"].notna())
    last = answered_at.groupby(some["study_session_id"], observed=True).transform("max")
    replaced = some["fooled"].isna() & same & (some["trial_index"] < last)
    return trials.drop(index=some.index[replaced.fillna(value=False).astype("bool")])
