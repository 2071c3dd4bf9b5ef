"""Processor time of the processes of a run: what something costs, whatever else the machine does.

Waiting times grow with every other program on the machine; processor time hardly does. So capacity
is told by it: cores / processor time of a trial.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
# Fields of /proc/PID/stat after the name in brackets: proc(5), numbers 14 and 15.
UTIME, STIME = 11, 12
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"


@dataclass(frozen=True)
class Reading:
    """Seconds of user and system time so far, by process."""

    server: dict[int, float]
    database: dict[int, float]
    participants: dict[int, float]


@dataclass(frozen=True)
class Costs:
    """Processor time between two readings, in ms for one of what was counted.

    Attributes:
        server: the workers, SQLite included.
        database: PostgreSQL's backends; 0 with SQLite.
        participants: the program that plays them.
    """

    server: float
    database: float
    participants: float
    total: float = field(init=False)

    def __post_init__(self) -> None:
        """Add up."""
        object.__setattr__(self, "total", self.server + self.database + self.participants)


def read(workers: Iterable[int], engine: sa.Engine) -> Reading:
    """Read the clocks of the workers, of the database's backends and of this program."""
    return Reading(
        {pid: seconds_of(pid) for pid in workers},
        {pid: seconds_of(pid) for pid in backends(engine)},
        {os.getpid(): seconds_of(os.getpid())},
    )


def costs(before: Reading, after: Reading, n: int) -> Costs:
    """Give what one of n things cost between two readings; a new process has begun at 0."""
    spent = [
        sum(seconds - earlier.get(pid, 0.0) for pid, seconds in later.items())
        for earlier, later in (
            (before.server, after.server),
            (before.database, after.database),
            (before.participants, after.participants),
        )
    ]
    return Costs(*(1000 * seconds / max(n, 1) for seconds in spent))


def seconds_of(pid: int) -> float:
    """Give user and system time of a process with all its threads; 0 if it is not here."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    fields = text.rpartition(")")[2].split()
    return (int(fields[UTIME]) + int(fields[STIME])) / TICKS_PER_S


def backends(engine: sa.Engine) -> list[int]:
    """Give the processes of PostgreSQL that serve this database; none with SQLite."""
    if engine.dialect.name != "postgresql":
        return []
    with engine.connect() as connection:
        return list(connection.scalars(sa.text(BACKENDS)))
