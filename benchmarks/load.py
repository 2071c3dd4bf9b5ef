"""How many participants at once does one server carry, and does it keep every answer?

Each participant is a browser of its own: cookies and connections not shared, invitation, consent,
then one trial every few seconds, as people need: the next pair, both images, the start, the answer.
Server and participants share this machine. Waiting is counted from sending a request to its last
byte; a participant who is late begins the next trial at once.

Baseline: the same server with one participant, in the same run.

At the end the answers that were acknowledged are held against the database: each is there, once.

Run: python benchmarks/load.py --participants 300
     python benchmarks/load.py --participants 1000 --database postgresql+psycopg://…/empty
"""

import asyncio
import dataclasses
import functools
import json
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import numpy as np
import sqlalchemy as sa
from support import cpu, participant
from support.light_browser import LightBrowser
from support.participant import Tally
from support.server import children
from support.study import KEY, served, write_set

from study_app.config import Settings
from study_app.models import Response
from study_app.server import default_workers

N_PHOTOS = 60
STEPS = ("consent", "next pair", "image", "start", "answer")
QUANTILES = (0.5, 0.95, 0.99)
ALONE_S = 10.0
# After the last arrival, for whoever is still being enrolled.
SETTLE_S = 5.0
T = TypeVar("T")


@click.command()
@click.option("--participants", default=300, show_default=True, type=click.IntRange(1))
@click.option("--seconds", default=60.0, show_default=True, help="Measured, after the arrivals.")
@click.option("--interval", default=5.0, show_default=True, help="Seconds from trial to trial.")
@click.option("--arrivals", default=30.0, show_default=True, help="Seconds in which all come.")
@click.option("--workers", type=int, help="Of the server  [default: as study-app serve]")
@click.option("--database", help="An empty database  [default: SQLite in a temporary folder]")
@click.option("--p99-ms", default=250.0, show_default=True, help="Asked of an answer.")
@click.option("--json", "json_path", type=click.Path(path_type=Path))
def main(
    participants: int,
    seconds: float,
    interval: float,
    arrivals: float,
    workers: int | None,
    database: str | None,
    p99_ms: float,
    json_path: Path | None,
) -> None:
    """Print waiting times beside those of one participant alone, memory, and what was lost."""
    workers = workers or default_workers()
    with tempfile.TemporaryDirectory() as name:
        settings = _settings(Path(name), database)
        set_folder = write_set(settings.instance_path / "set", N_PHOTOS)
        with served(settings, set_folder, workers) as (url, engine):
            alone, crowd = Tally(), Tally()
            asyncio.run(phase(url, alone, 1, min(ALONE_S, seconds), 0.5, 0.0, lambda: None))
            read_clocks = functools.partial(cpu.read, workers_of_child(), engine)
            begin = asyncio.run(
                phase(url, crowd, participants, seconds, interval, arrivals, read_clocks)
            )
            trial_cost = cpu.costs(begin, read_clocks(), len(crowd.seconds["answer"]))
            memory = [resident_mib(pid) for pid in workers_of_child()]
            lost, doubled = compare(engine, alone.acknowledged | crowd.acknowledged)
    result = {
        "participants": participants,
        "workers": workers,
        "database": "sqlite" if database is None else sa.make_url(database).get_backend_name(),
        "interval_s": interval,
        "trials_per_s": len(crowd.seconds["answer"]) / seconds,
        "alone_ms": summarise(alone),
        "crowd_ms": summarise(crowd),
        "cpu_ms_per_trial": dataclasses.asdict(trial_cost),
        "errors": alone.errors + crowd.errors,
        "acknowledged": len(alone.acknowledged | crowd.acknowledged),
        "lost": lost,
        "doubled": doubled,
        "worker_mib": memory,
    }
    show(result)
    if json_path:
        json_path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    failed = [
        *(["answers were lost or doubled"] if lost or doubled else []),
        *([f"{len(result['errors'])} requests failed"] if result["errors"] else []),
        *(["an answer took too long"] if result["crowd_ms"]["answer"]["p99"] > p99_ms else []),
    ]
    if failed:
        sys.exit("; ".join(failed))


def show(result: dict[str, Any]) -> None:
    """Print the table."""
    click.echo(
        f"{result['participants']} participants, a trial every {result['interval_s']:g} s each,"
        f" {result['database']}, {result['workers']} workers:"
        f" {result['trials_per_s']:.1f} answers a second"
    )
    click.echo(
        f"{'step':<12}{'n':>8}{'p50':>8}{'p95':>8}{'p99':>8}{'max':>9}   ms; p50 alone, ratio"
    )
    for step, crowd in result["crowd_ms"].items():
        alone = result["alone_ms"].get(step, {}).get("p50")
        beside = f"{alone:>8.1f}{crowd['p50'] / alone:>7.1f}" if alone else ""
        click.echo(
            f"{step:<12}{crowd['n']:>8}{crowd['p50']:>8.1f}{crowd['p95']:>8.1f}"
            f"{crowd['p99']:>8.1f}{crowd['max']:>9.1f}   {beside}"
        )
    click.echo(
        f"acknowledged {result['acknowledged']}, lost {result['lost']}, doubled"
        f" {result['doubled']}, failed requests {len(result['errors'])}"
    )
    for error in sorted(set(result["errors"]))[:5]:
        click.echo(f"  {error}")
    cost = result["cpu_ms_per_trial"]
    click.echo(
        f"processor time of a trial: server {cost['server']:.2f} ms, database"
        f" {cost['database']:.2f}, participants {cost['participants']:.2f}; together"
        f" {cost['total']:.2f}, so that a core carries {1000 / cost['total']:.0f} trials a second"
    )
    click.echo("memory of each worker, MiB: " + ", ".join(f"{m:.0f}" for m in result["worker_mib"]))


def summarise(tally: Tally) -> dict[str, dict[str, float]]:
    """Give number, quantiles and maximum of the waiting times of each step, in ms."""
    found = {}
    for step in STEPS:
        waits = sorted(1000 * value for value in tally.seconds[step])
        if waits:
            quantiles = {f"p{q:.0%}"[:-1]: float(np.quantile(waits, q)) for q in QUANTILES}
            found[step] = {"n": len(waits), **quantiles, "max": waits[-1]}
            found[step]["mean"] = statistics.fmean(waits)
    return found


# --- the server ----------------------------------------------------------------------------------


def _settings(folder: Path, database: str | None) -> Settings:
    url = database or f"sqlite:///{folder / 'study.sqlite'}"
    return Settings(instance_path=folder, database_url=url, secret_key=KEY)


def workers_of_child() -> list[int]:
    """Give the workers: children of gunicorn's master, which is our child."""
    return [worker for master in children(os.getpid()) for worker in children(master)]


def resident_mib(pid: int) -> float:
    """Give the memory of a process that is in use, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024  # type: ignore[index]


def compare(engine: sa.Engine, acknowledged: set[str]) -> tuple[int, int]:
    """Give how many acknowledged answers are not stored, and how many are stored twice."""
    with engine.connect() as connection:
        keys = connection.scalars(sa.select(Response.response_key)).all()
    return len(acknowledged - set(keys)), len(keys) - len(set(keys))


# --- participants --------------------------------------------------------------------------------


async def phase(
    url: str,
    tally: Tally,
    n: int,
    seconds: float,
    interval: float,
    arrivals: float,
    at_count: Callable[[], T],
) -> T:
    """Let n participants come and take part until the time is over.

    Args:
        url: of the server.
        tally: where they write down what they wait for.
        n: how many.
        seconds: counted, after the arrivals.
        interval: from trial to trial, in seconds.
        arrivals: seconds in which all come.
        at_count: is called when all have come and counting begins; what it gives is given back.
    """
    settle = min(SETTLE_S, arrivals)
    end = time.monotonic() + arrivals + settle + seconds
    people = [
        asyncio.create_task(take_part(url, tally, number, arrivals * number / n, interval, end))
        for number in range(n)
    ]
    await asyncio.sleep(arrivals + settle)
    tally.is_counting = True
    begin = at_count()
    await asyncio.gather(*people)
    return begin


async def take_part(
    url: str, tally: Tally, number: int, after: float, interval: float, end: float
) -> None:
    """Come after some seconds; whoever has finished is followed by somebody else."""
    chance = random.Random(number)  # noqa: S311 - a person's pace
    await asyncio.sleep(after)
    while time.monotonic() < end:
        try:
            await one_session(url, tally, chance, interval, end)
        except participant.TROUBLES as error:
            tally.errors.append(f"{type(error).__name__}: {error}")
            await asyncio.sleep(interval)


async def one_session(
    url: str, tally: Tally, chance: random.Random, interval: float, end: float
) -> None:
    """Go from the invitation to the last pair, or until the time is over."""
    async with LightBrowser(url) as browser:
        page = participant.OpenPage(await participant.enter(browser, tally))
        due = time.monotonic() + chance.random() * interval
        while True:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            due = max(due + interval, time.monotonic())
            if time.monotonic() >= end:
                return
            told = await participant.next_pair(browser, tally, page)
            if told is None:
                return
            await participant.start(browser, tally, told, page)
            report = participant.new_report(told)
            await participant.answer(browser, tally, told, report, page)


if __name__ == "__main__":
    main()
