"""One table of ratios: each benchmark says its rows, ``make bench`` shows all of them at the end.

A row is a claim, what it is measured against in the same run, the ratio, and what was to be
reached. Where BENCH_TABLE names a file, rows are added to it; run as a program, this shows them.
"""

import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from colorizer.bfloat16 import processor_name, read_cpu_info

TABLE_VARIABLE = "BENCH_TABLE"
SHORTEST_S = 1e-6  # that the system counts of a process


@dataclass(frozen=True)
class Ratio:
    """A measured claim.

    Attributes:
        claim: what was measured.
        baseline: what it was measured against.
        ratio: of the two, as printed.
        reach: what was to be reached, as printed.
        is_reached: whether it was.
    """

    claim: str
    baseline: str
    ratio: str
    reach: str
    is_reached: bool


@dataclass(frozen=True)
class Spent:
    """What rounds of work took.

    Attributes:
        wall_s: seconds on the clock, of the quickest.
        cpu_s: seconds of all cores together, the median.
    """

    wall_s: float
    cpu_s: float


def interleave(sides: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Spent]:
    """Let sides take turns, once unmeasured and ``rounds`` times measured.

    On a machine that does other things too the seconds of the cores tell more than the clock.
    """
    spent: dict[str, list[Spent]] = {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, work in sides.items():
            wall, cpu = time.perf_counter(), _cpu_seconds()
            work()
            if number:
                spent[name].append(Spent(time.perf_counter() - wall, _cpu_seconds() - cpu))
    return {
        name: Spent(min(s.wall_s for s in all_), statistics.median(s.cpu_s for s in all_))
        for name, all_ in spent.items()
    }


def times_faster(baseline: Spent, other: Spent) -> str:
    """Put a ratio in words: on the clock, and of the cores' seconds."""
    wall, cpu = baseline.wall_s / other.wall_s, baseline.cpu_s / max(other.cpu_s, SHORTEST_S)
    return f"{wall:.1f} times faster ({cpu:.1f} by processor time)"


def say(*rows: Ratio) -> None:
    """Print rows, and keep them for the table of all benchmarks."""
    print(_table(rows))  # noqa: T201 - it is what a benchmark is for
    if path := os.environ.get(TABLE_VARIABLE):
        with Path(path).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(row)) + "\n" for row in rows)


def main() -> None:
    """Show the rows of a file as one table."""
    path = Path(sys.argv[1])
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    print(_table([Ratio(**json.loads(line)) for line in lines]))  # noqa: T201


def _table(rows: tuple[Ratio, ...] | list[Ratio]) -> str:
    load = os.getloadavg()[0]
    lines = [
        f"{processor_name(read_cpu_info())}, {os.cpu_count()} cores, load {load:.1f}",
        "",
        "| claim | against | measured | reach | reached |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        reached = "yes" if row.is_reached else "**no**"
        cells = (row.claim, row.baseline, row.ratio, row.reach, reached)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
