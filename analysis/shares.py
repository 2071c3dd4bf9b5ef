"""A share of responses other than the fool rate, with the interval that fool rates have.

Place on the data's path: ``data_quality.py``, ``control_trials.py`` and ``vigilance.py`` count with
it what surrounds the fool rates.
"""

from dataclasses import dataclass

import pandas as pd

from analysis.intervals import Interval, fool_rate_interval


@dataclass(frozen=True)
class Share:
    """A share of responses with its two-way interval for people and photos.

    Attributes:
        n: responses.
        share: a fraction; None without responses.
        interval: generalises to other people and photos.
    """

    n: int
    share: float | None
    interval: Interval


def share_of(trials: pd.DataFrame, yes: "pd.Series[bool]", *, level: float) -> Share:
    """Give a share over crossed responses: clustered as fool rates are, so estimated as they are.

    Args:
        trials: answered trials, with columns participant_id and photo_id.
        yes: (N,), whether each of them is counted as yes; none missing.
        level: nominal coverage, a fraction in (0, 1).
    """
    if trials.empty:
        return Share(0, None, Interval(None, None, "no trials"))
    answers = yes.astype("bool").to_numpy()
    interval = fool_rate_interval(
        trials["participant_id"], trials["photo_id"], answers, level=level
    )
    return Share(len(trials), float(answers.mean()), interval)
