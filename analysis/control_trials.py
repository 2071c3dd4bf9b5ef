"""Control trials, the real photo against its own re-encoding: they must come out at 50 %.

Place on the data's path: ``report.py`` hands in everybody's trials after the exclusions and says
loudly what is found. If people tell the two files apart, something besides colour gives the fakes
away, and no fool rate of the study can be trusted.
"""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.shares import Share, share_of
from analysis.wording import counted

Verdict = Literal["none", "holds 50 %", "leaks", "cannot be judged"]

NO_CONTROL_TRIALS: Verdict = "none"
HOLDS_HALF: Verdict = "holds 50 %"
LEAKS: Verdict = "leaks"
CANNOT_BE_JUDGED: Verdict = "cannot be judged"

HALF = 0.5
# An interval that reaches further than this from the estimate holds 50 % whatever leaks.
MOST_REACH = 0.2


@dataclass(frozen=True)
class ControlCheck:
    """What the control trials say of the pipeline.

    Attributes:
        verdict: ``none``: no control trial was answered; ``holds 50 %``: the interval does;
            ``leaks``: it does not, so something besides colour tells; ``cannot be judged``: there
            is no interval, or it holds 50 % only because it is so wide.
        n_trials: answered control trials of analysed people.
        n_participants: who answered them.
        n_photos: photos they were given on.
        fool_rate: share in which the untouched photo was called fake; None without any.
        low: lower limit of the interval for people and photos, a fraction, or None.
        high: upper limit, a fraction, or None.
        meaning: the verdict in one sentence.
    """

    verdict: Verdict
    n_trials: int
    n_participants: int
    n_photos: int
    fool_rate: float | None
    low: float | None
    high: float | None
    meaning: str


def check_control_trials(trials: pd.DataFrame, *, level: float = 0.95) -> ControlCheck:
    """Judge the control trials of those who are analysed.

    Args:
        trials: a trial table after the exclusions.
        level: nominal coverage of the interval, a fraction in (0, 1).
    """
    control = trials[(trials["trial_type"] == "control") & trials["fooled"].notna()]
    share = share_of(control, control["fooled"], level=level)
    verdict = judge(share)
    return ControlCheck(
        verdict=verdict,
        n_trials=share.n,
        n_participants=control["participant_id"].nunique(),
        n_photos=control["photo_id"].nunique(),
        fool_rate=share.share,
        low=share.interval.low,
        high=share.interval.high,
        meaning=_meaning(verdict, share, level),
    )


def judge(share: Share) -> Verdict:
    """Compare the share of control trials, with its interval, with 50 %."""
    low, high = share.interval.low, share.interval.high
    if share.share is None:
        return NO_CONTROL_TRIALS
    if low is None or high is None:
        return CANNOT_BE_JUDGED
    if not low <= HALF <= high:
        return LEAKS
    reach = max(high - share.share, share.share - low)
    return CANNOT_BE_JUDGED if reach > MOST_REACH else HOLDS_HALF


def _meaning(verdict: Verdict, share: Share, level: float) -> str:
    if share.share is None:
        return "No answered control trial is there, so nothing shows that only colour tells."
    found = f"{100 * share.share:.1f} % of {counted(share.n, 'control trial')}"
    low, high = share.interval.low, share.interval.high
    if low is None or high is None:
        return f"There are too few control trials to judge the pipeline: {found}, no interval."
    limits = f"{100 * level:.6g} % interval {100 * low:.1f} to {100 * high:.1f} %"
    return {
        HOLDS_HALF: f"As they must, the control trials hold 50 %: {found}, {limits}.",
        CANNOT_BE_JUDGED: (
            f"There are too few control trials to judge the pipeline: {found}, {limits}."
        ),
        LEAKS: (
            f"The pipeline leaks: {found}, {limits}, which does not hold 50 %, so something besides"
            " colour tells the real photo from its own re-encoding, and no fool rate here can be"
            " trusted before it is found."
        ),
    }[verdict]
