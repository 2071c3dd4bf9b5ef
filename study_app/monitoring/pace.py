"""Expect the end of a study from how fast its places were filled lately. Pure.

Place on the data's path: ``overview.py`` hands in when study sessions that count were finished. A
straight line through the last day, or the last week where the day was empty; no promise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOWS = (timedelta(days=1), timedelta(days=7))
# From fewer nothing can be expected.
FEWEST_FINISHED = 3
FURTHEST = timedelta(days=365)


@dataclass(frozen=True)
class Expectation:
    """When the last condition will have its people.

    Attributes:
        end: expected time.
        n_left: people still wanted, in all conditions.
        per_day: people who finished and count, per day, lately.
        window: how far back that was counted.
    """

    end: datetime
    n_left: int
    per_day: float
    window: timedelta


def expected_end(
    finished: Mapping[str, Sequence[datetime]], wanted: int, started: datetime, now: datetime
) -> Expectation | None:
    """Expect when every condition has its people.

    New people go where most are missing, so that all conditions end together: what is left in all
    of them is divided by the rate of all.

    Args:
        finished: for each condition, when those who count gave their last answer, UTC.
        wanted: people wanted per condition.
        started: when the study was opened; the rate is counted from there if that is later.
        now: the time.

    Returns:
        None if nobody is wanted any more, too few finished lately, or it would take over a year.
    """
    n_left = sum(max(0, wanted - len(times)) for times in finished.values())
    if n_left == 0:
        return None
    times = [at for own in finished.values() for at in own]
    for window in WINDOWS:
        since = max(started, now - window)
        n_lately = sum(since < at <= now for at in times)
        if n_lately >= FEWEST_FINISHED and now > since:
            wait = (now - since) * (n_left / n_lately)
            if wait > FURTHEST:
                return None
            return Expectation(now + wait, n_left, n_lately / ((now - since) / WINDOWS[0]), window)
    return None
