"""Sort arrivals and completions into hours or days, and lay them out as bars. Pure.

Place on the data's path: ``overview.py`` hands in times; the template draws what comes back.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# As long as this the chart has a bar for each hour; then one for each day.
LONGEST_IN_HOURS = timedelta(hours=48)
MOST_BARS = 60
FEWEST_BARS = 12

WIDTH = 720
HEIGHT = 120
GAP_SHARE = 0.2


@dataclass(frozen=True)
class Bar:
    """One hour or day of the chart, in units of the drawing.

    Attributes:
        start: of the hour or day, UTC.
        n_arrived: who consented in it.
        n_finished: who gave the last answer in it.
        x: left edge of the bar.
        width: of the bar.
        arrived_height: of the bar of arrivals, from the foot.
        finished_height: of the bar of completions before it.
    """

    start: datetime
    n_arrived: int
    n_finished: int
    x: float
    width: float
    arrived_height: float
    finished_height: float


@dataclass(frozen=True)
class Chart:
    """Arrivals over time.

    Attributes:
        step: hour or day.
        bars: the oldest first; the last one holds the present.
        highest: number at the top of the drawing, 1 at least.
    """

    step: str
    bars: tuple[Bar, ...]
    highest: int

    @property
    def n_arrived(self) -> int:
        """Arrivals in the chart; what is older than its first bar is not."""
        return sum(bar.n_arrived for bar in self.bars)


def arrivals_chart(
    arrived: Iterable[datetime], finished: Iterable[datetime], now: datetime
) -> Chart:
    """Lay out who came and who finished, up to now.

    Args:
        arrived: times of consent, UTC.
        finished: times of the last answer, UTC.
        now: the time, UTC.

    Returns:
        A bar for each hour of at most two days, else for each day; at most 60, the newest.
    """
    came, ended = list(arrived), list(finished)
    first = min([*came, *ended], default=now)
    step = HOUR if now - first <= LONGEST_IN_HOURS else DAY
    last_start = _floor(now, step)
    n_bars = (last_start - _floor(first, step)) // step + 1
    starts = [
        last_start - step * back
        for back in reversed(range(min(MOST_BARS, max(FEWEST_BARS, n_bars))))
    ]
    counts = Counter(_floor(at, step) for at in came), Counter(_floor(at, step) for at in ended)
    highest = max(1, *(count[start] for count in counts for start in starts))
    bars = tuple(_bar(place, start, starts, counts, highest) for place, start in enumerate(starts))
    return Chart("hour" if step == HOUR else "day", bars, highest)


def _bar(
    place: int,
    start: datetime,
    starts: list[datetime],
    counts: tuple[Counter[datetime], Counter[datetime]],
    highest: int,
) -> Bar:
    pitch = WIDTH / len(starts)
    n_arrived, n_finished = (count[start] for count in counts)
    return Bar(
        start=start,
        n_arrived=n_arrived,
        n_finished=n_finished,
        x=round(pitch * (place + GAP_SHARE / 2), 2),
        width=round(pitch * (1 - GAP_SHARE), 2),
        arrived_height=round(HEIGHT * n_arrived / highest, 2),
        finished_height=round(HEIGHT * n_finished / highest, 2),
    )


def _floor(at: datetime, step: timedelta) -> datetime:
    start_of_hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return start_of_hour if step == HOUR else start_of_hour.replace(hour=0)
