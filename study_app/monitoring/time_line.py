"""Lay one participant's way out along a line: checks, practice, test, pauses, the end. Pure.

Place on the data's path: ``people.py`` hands in the times; the template draws segments and marks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

WIDTH = 400
# A time between two answers that is longer is a pause: nobody looks at a pair for so long.
PAUSE_AFTER = timedelta(minutes=2)
# Shorter segments could not be seen.
NARROWEST = 2.0

Phase = Literal["checks", "practice", "test", "pause", "questions"]
Mark = Literal["interrupted", "finished", "withdrawn", "screened-out", "dropped-out"]


@dataclass(frozen=True)
class Moments:
    """When what happened to one study session, UTC.

    Attributes:
        consented_at: the beginning of the line.
        checked_at: when each check was done.
        practice_at: when each trial of practice was answered.
        test_at: when each trial of the test was answered.
        interrupted_at: when showings were cut off.
        questions_at: when the questions were answered or passed over.
        end: how the line ends; None while it goes on.
        ended_at: when that was; None while it goes on.
    """

    consented_at: datetime
    checked_at: Sequence[datetime] = ()
    practice_at: Sequence[datetime] = ()
    test_at: Sequence[datetime] = ()
    interrupted_at: Sequence[datetime] = ()
    questions_at: datetime | None = None
    end: Mark | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Segment:
    """A part of the line, in units of the drawing."""

    phase: Phase
    x: float
    width: float


@dataclass(frozen=True)
class Sign:
    """A mark on the line."""

    mark: Mark
    x: float


@dataclass(frozen=True)
class TimeLine:
    """One participant's line.

    Attributes:
        segments: one after the other.
        signs: upon them.
        lasted: from consent to the last thing that happened.
        told: the same in words.
    """

    segments: tuple[Segment, ...]
    signs: tuple[Sign, ...]
    lasted: timedelta
    told: str


def time_line(moments: Moments) -> TimeLine:
    """Lay out one study session over the whole width, from consent to the last that happened."""
    parts = list(_parts(moments))
    begin = moments.consented_at
    last = max([begin, *(end for _, _, end in parts), *moments.interrupted_at])
    last = max(last, moments.ended_at or last)
    scale = WIDTH / max((last - begin).total_seconds(), 1.0)

    def place(at: datetime) -> float:
        return round(min(WIDTH, max(0.0, (at - begin).total_seconds() * scale)), 1)

    segments = tuple(_segment(phase, place(start), place(end)) for phase, start, end in parts)
    signs = [Sign("interrupted", place(at)) for at in moments.interrupted_at]
    if moments.end is not None:
        signs.append(Sign(moments.end, place(moments.ended_at or last)))
    told = _told(parts, moments)
    return TimeLine(segments, tuple(signs), last - begin, told)


def _parts(moments: Moments) -> Iterator[tuple[Phase, datetime, datetime]]:
    """Give the phases with their beginnings and ends; a long wait between answers is a pause."""
    at = moments.consented_at
    if moments.checked_at:
        yield "checks", at, max(moments.checked_at)
        at = max(moments.checked_at)
    answers: list[tuple[Phase, datetime]] = [("practice", when) for when in moments.practice_at]
    answers += [("test", when) for when in moments.test_at]
    phase: Phase | None = None
    start = at
    for next_phase, when in answers:
        is_pause = when - at > PAUSE_AFTER
        if phase is not None and (is_pause or next_phase != phase):
            yield phase, start, at
            start = at
        if is_pause:
            yield "pause", at, when
            start = when
        phase, at = next_phase, when
    if phase is not None:
        yield phase, start, at
    if moments.questions_at is not None and moments.questions_at > at:
        yield "questions", at, moments.questions_at


def _segment(phase: Phase, start: float, end: float) -> Segment:
    width = max(NARROWEST, end - start)
    return Segment(phase, min(start, WIDTH - width), round(width, 1))


def _told(parts: Sequence[tuple[Phase, datetime, datetime]], moments: Moments) -> str:
    """Say the line in words, for who does not see it."""
    # One answer after a pause has lasted no time that could be told.
    said = [f"{phase} {clock(end - start)}" for phase, start, end in parts if end > start]
    if n := len(moments.interrupted_at):
        said.append(f"{n} cut off")
    if moments.end is not None:
        said.append(moments.end.replace("-", " "))
    return ", ".join(said) or "consented"


def clock(passed: timedelta) -> str:
    """Tell a time as 4:05, or 1:04:05 from an hour on."""
    minutes, seconds = divmod(round(passed.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
