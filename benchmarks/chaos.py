"""What can happen to a server happens: is each acknowledged answer there, once; can all finish?

In each scenario participants take a short study over HTTP. Like the browser's outbox they ask again
until they are answered, and send an answer again under the same key. Meanwhile workers are killed,
the whole server, PostgreSQL, the database is locked, the disk is full, requests are doubled, cut
off, delayed and sent again late, and a second tab goes on at the same time.

The guarantee: an answer is acknowledged after it is on the disk. So at the end every acknowledged
answer is stored, none twice, every place of every study session has exactly one answer, and every
participant has a completion code.

Run: python benchmarks/chaos.py               all scenarios, on SQLite where they can
     python benchmarks/chaos.py --database postgresql
     python benchmarks/chaos.py kill-all network --participants 20
"""

import asyncio
import itertools
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import click
import sqlalchemy as sa
from support import participant
from support.participant import OpenPage, RefusedError, Tally
from support.postgres import Cluster, no_cluster
from support.server import Server
from support.study import KEY, store_open_study, write_set

from study_app import create_app
from study_app.config import Settings
from study_app.extensions import db, upgrade_database
from study_app.models import Response, StudySession, Trial

SHORT = {"n_practice": 2, "n_main": 8, "n_vigilance": 1, "n_control": 0}
N_PHOTOS = 60  # a pair that is cut off is replaced by another photo
SIZE_PX = 64
WORKERS = 2
PACE_S = 0.25
LONGEST_S = 240.0
BACK_OFF_S = (0.1, 0.5)
# As the browser does: wrong requests are not sent again, all other troubles are.
FINAL_STATUS = (400, 401, 403, 404, 409, 410, 422)
CUT_OFF_SHARE = 0.5
# Sooner than any answer comes, or about when it does.
HANG_UP_S = (0.001, 0.02)
OVERTAKEN_SHARE = 0.3
LATE_S = (0.5, 3.0)  # other pairs are answered meanwhile
OVERTAKEN_S = (0.05, 0.4)
SQLITE, POSTGRESQL = "sqlite", "postgresql"
LOCK_SESSIONS = "LOCK TABLE study_session IN EXCLUSIVE MODE"
SMALL_DISK_MIB = 24


@dataclass(frozen=True)
class World:
    """What a scenario can do harm to.

    Attributes:
        server: the study's.
        database: the SQLite file; None on PostgreSQL.
        cluster: the PostgreSQL server, if there is one.
        folder: where the instance lies.
    """

    server: Server
    database: Path | None
    cluster: Cluster | None
    folder: Path


@dataclass
class ChaosTally(Tally):
    """What participants write down, and how often the network did what to a request."""

    happened: Counter[str] = field(default_factory=Counter)


Trouble = Callable[[World], Coroutine[Any, Any, None]]


@click.command()
@click.argument("names", nargs=-1, metavar="[SCENARIO]...")
@click.option("--participants", default=12, show_default=True, type=click.IntRange(1))
@click.option("--at-once", default=1, show_default=True, type=click.IntRange(1))
@click.option(
    "--database",
    type=click.Choice((SQLITE, POSTGRESQL)),
    default=SQLITE,
    help="Where a scenario has a choice.",
    show_default=True,
)
@click.option("--json", "json_path", type=click.Path(path_type=Path))
def main(
    names: tuple[str, ...], participants: int, at_once: int, database: str, json_path: Path | None
) -> None:
    """Print, for each scenario, what was acknowledged, lost, doubled, and who finished."""
    unknown = sorted(set(names) - set(SCENARIOS))
    if unknown:
        raise click.UsageError(f"no scenario {unknown[0]!r}; there are {', '.join(SCENARIOS)}")
    click.echo(f"{'scenario':<14}{'acknowledged':>13}{'lost':>6}{'doubled':>9}{'finished':>10}"
               f"{'asked again':>13}{'seconds':>9}")  # fmt: skip
    chosen = names or tuple(SCENARIOS)
    results = []
    with ProcessPoolExecutor(at_once) as pool:
        for result in pool.map(
            try_to_run, chosen, itertools.repeat(participants), itertools.repeat(database)
        ):
            results.append(result)
            click.echo(_line(result, participants))
    if json_path:
        json_path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    if any(not is_sound(result, participants) for result in results if "not_run" not in result):
        sys.exit("the guarantee does not hold")


def _line(result: dict[str, Any], participants: int) -> str:
    if "not_run" in result:
        return f"{result['scenario']:<14}not run: {result['not_run']}"
    return (
        f"{result['scenario']:<14}{result['acknowledged']:>13}{result['lost']:>6}"
        f"{result['doubled']:>9}{result['finished']:>7} of {participants}"
        f"{result['asked_again']:>10}{result['seconds']:>9.1f}"
    )


def is_sound(result: dict[str, Any], participants: int) -> bool:
    """Say whether nothing was lost or doubled and everybody finished."""
    return (
        result["lost"] == result["doubled"] == result["open_places"] == 0
        and result["finished"] == participants
    )


def try_to_run(name: str, n: int, database: str) -> dict[str, Any]:
    """Run a scenario, or say why this machine cannot."""
    only = SCENARIOS[name].only_on
    reason = SCENARIOS[name].cannot_run()
    if (only or database) == POSTGRESQL:
        reason = reason or no_cluster()
    return {"scenario": name, "not_run": reason} if reason else run(name, n, only or database)


def run(name: str, n: int, database: str) -> dict[str, Any]:
    """Let n participants through one scenario on a kind of database; gives what came of it."""
    begin = time.monotonic()
    tally = ChaosTally()
    with world(SCENARIOS[name], database) as (here, engine):
        asyncio.run(_play(here, SCENARIOS[name], tally, n))
        found = look_at(engine, tally)
    return {
        "scenario": name,
        "database": database,
        **found,
        "asked_again": len(tally.errors),
        **tally.happened,
        "seconds": time.monotonic() - begin,
    }


@contextmanager
def world(scenario: "Scenario", kind: str) -> Iterator[tuple[World, sa.Engine]]:
    """Make a study, its database and its server."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if scenario.small_disk:
            stack.enter_context(small_disk(folder))
        cluster = stack.enter_context(Cluster()) if kind == POSTGRESQL else None
        database = None if cluster else folder / "study.sqlite"
        url = cluster.url if cluster else f"sqlite:///{database}"
        app = create_app(Settings(instance_path=folder, database_url=url, secret_key=KEY))
        sets = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        with app.app_context():
            upgrade_database()
            store_open_study(write_set(sets / "set", N_PHOTOS, SIZE_PX), **SHORT)
            server = Server(folder, url, KEY, WORKERS)
            stack.callback(server.stop)
            server.start()
            db.engine.dispose()  # the troubles break connections; look_at wants new ones
            yield World(server, database, cluster, folder), db.engine
            db.session.remove()
            db.engine.dispose()


def look_at(engine: sa.Engine, tally: Tally) -> dict[str, int]:
    """Count what the database has of what was acknowledged."""
    with engine.connect() as connection:
        keys = connection.scalars(sa.select(Response.response_key)).all()
        finished = connection.scalar(
            sa.select(sa.func.count())
            .select_from(StudySession)
            .where(StudySession.state == "finished", StudySession.completion_code.is_not(None))
        )
        answers = (
            sa.select(sa.func.count(Response.trial_id).label("n"))
            .select_from(Trial)
            .outerjoin(Response, Response.trial_id == Trial.id)
            .group_by(Trial.study_session_id, Trial.place)
            .subquery()
        )
        wrong = sa.select(sa.func.count()).select_from(answers).where(answers.c.n != 1)
        open_places = connection.scalar(wrong)
    return {
        "acknowledged": len(tally.acknowledged),
        "lost": len(tally.acknowledged - set(keys)),
        "doubled": len(keys) - len(set(keys)),
        "open_places": open_places or 0,
        "finished": finished or 0,
    }


# --- participants --------------------------------------------------------------------------------


async def _play(here: World, scenario: "Scenario", tally: ChaosTally, n: int) -> None:
    """Let participants take part while the trouble happens."""
    try:
        async with asyncio.timeout(LONGEST_S), asyncio.TaskGroup() as group:
            for number in range(n):
                group.create_task(scenario.takes_part(here.server.url, tally, _chance(number)))
            group.create_task(scenario.trouble(here))
    except TimeoutError:
        tally.errors.append(f"somebody had not finished after {LONGEST_S:.0f} s")


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - repeatable


async def take_part(url: str, tally: Tally, rng: random.Random, tabs: int = 1) -> None:
    """Go from the invitation to the last pair, whatever happens."""
    async with participant.new_browser(url) as browser:
        headers = await insist(tally, rng, lambda: participant.enter(browser, tally))
        await asyncio.gather(*(one_tab(browser, tally, rng, headers) for _ in range(tabs)))


async def one_tab(
    browser: aiohttp.ClientSession, tally: Tally, rng: random.Random, headers: dict[str, str]
) -> None:
    """Take pair after pair; what another tab has done meanwhile is left."""
    page = OpenPage(headers)
    while await one_pair(browser, tally, rng, page):
        pass


async def one_pair(
    browser: aiohttp.ClientSession,
    tally: Tally,
    rng: random.Random,
    page: OpenPage,
) -> bool:
    """Take one pair; False if there is none left."""
    told = await insist(tally, rng, lambda: participant.next_pair(browser, tally, page))
    if told is None:
        return False
    if told is TAKEN:
        await asyncio.sleep(PACE_S)
        return True
    report = participant.new_report(told, rng.choice(participant.SIDES))
    started = await insist(tally, rng, lambda: participant.start(browser, tally, told, page))
    await asyncio.sleep(PACE_S * (0.5 + rng.random()))
    if started is not TAKEN:
        await insist(tally, rng, lambda: participant.answer(browser, tally, told, report, page))
    return True


TAKEN = object()


async def insist(tally: Tally, rng: random.Random, action: Callable[[], Awaitable[Any]]) -> Any:
    """Do something again until it is done; ``TAKEN`` if the server says that it is over."""
    while True:
        try:
            return await action()
        except participant.TROUBLES as error:
            if isinstance(error, RefusedError) and error.status in FINAL_STATUS:
                return TAKEN
            tally.errors.append(str(error))
            await asyncio.sleep(rng.uniform(*BACK_OFF_S))


async def take_part_badly(url: str, tally: ChaosTally, rng: random.Random) -> None:
    """Take part over a network that doubles, drops, delays and reorders."""
    async with participant.new_browser(url) as browser:
        headers = await insist(tally, rng, lambda: participant.enter(browser, tally))
        page = OpenPage(headers)
        late: list[asyncio.Task[None]] = []
        while await one_bad_pair(browser, tally, rng, page, late):
            pass
        await asyncio.gather(*late)


async def one_bad_pair(
    browser: aiohttp.ClientSession,
    tally: ChaosTally,
    rng: random.Random,
    page: OpenPage,
    late: list[asyncio.Task[None]],
) -> bool:
    """Take one pair; the answer is sent twice at once, cut off, and again when it is long over.

    Some answers overtake the message that their pair is about to be shown.
    """
    told = await insist(tally, rng, lambda: participant.next_pair(browser, tally, page))
    if told is None:
        return False
    if told is TAKEN:
        return True
    report = participant.new_report(told, rng.choice(participant.SIDES))
    send = _sender(browser, tally, told, report, page)

    def start() -> Awaitable[None]:
        return participant.start(browser, tally, told, page)

    if rng.random() < OVERTAKEN_SHARE:
        late.append(asyncio.create_task(_later(start, rng, OVERTAKEN_S)))
        tally.happened["overtaken"] += 1
    else:
        await insist(tally, rng, start)
    again = rng.randrange(3)
    late += [asyncio.create_task(_later(send, rng, LATE_S)) for _ in range(again)]
    tally.happened["late"] += again
    if rng.random() < CUT_OFF_SHARE:
        tally.happened["cut_off"] += await _cut_off(send, rng)
    tally.happened["sent_twice"] += 1
    await asyncio.gather(*(insist(tally, rng, send) for _ in range(2)))
    return True


def _sender(browser: aiohttp.ClientSession, tally: Tally, *what: Any) -> Callable[[], Any]:
    return lambda: participant.answer(browser, tally, *what)


async def _later(
    send: Callable[[], Awaitable[None]], rng: random.Random, delay_s: tuple[float, float]
) -> None:
    """Send after a while, when others have been sent; what is said to it does not matter."""
    await asyncio.sleep(rng.uniform(*delay_s))
    with suppress(*participant.TROUBLES):
        await send()


async def _cut_off(send: Callable[[], Awaitable[None]], rng: random.Random) -> bool:
    """Send, and hang up before or after the server has stored it; says whether in time."""
    try:
        await asyncio.wait_for(send(), rng.uniform(0.0, rng.choice(HANG_UP_S)))
    except TimeoutError:
        return True
    except participant.TROUBLES:
        pass
    return False


# --- troubles ------------------------------------------------------------------------------------


async def no_trouble(_here: World) -> None:
    """Leave the server alone; the participants make the trouble."""


async def kill_workers(here: World) -> None:
    """Kill a worker five times, half a second apart."""
    for _ in range(5):
        await asyncio.sleep(0.5)
        await asyncio.to_thread(here.server.kill_worker)


async def kill_server(here: World) -> None:
    """Kill everything three times; start it again a second later."""
    for _ in range(3):
        await asyncio.sleep(1.0)
        await asyncio.to_thread(here.server.kill_all)
        await asyncio.sleep(1.0)
        await asyncio.to_thread(here.server.start)


async def lock_database(here: World) -> None:
    """Hold SQLite's only lock for writing, or that of a table which every answer writes.

    Three times, for two seconds each.
    """
    for _ in range(3):
        await asyncio.sleep(0.5)
        if here.cluster:
            engine = sa.create_engine(here.cluster.url)
            with engine.connect() as other:
                await asyncio.to_thread(other.exec_driver_sql, LOCK_SESSIONS)
                await asyncio.sleep(2.0)
            engine.dispose()
            continue
        assert here.database is not None
        with closing(_another_connection(here.database)) as other:
            await asyncio.to_thread(_hold_lock, other)
            await asyncio.sleep(2.0)
            other.execute("ROLLBACK")


def _another_connection(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(database, timeout=30, isolation_level=None, check_same_thread=False)


def _hold_lock(other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")


async def fill_disk(here: World) -> None:
    """Leave no byte on the disk for three seconds, twice."""
    for _ in range(2):
        await asyncio.sleep(0.7)
        filler = here.folder / "filler"
        await asyncio.to_thread(_fill, filler)
        await asyncio.sleep(3.0)
        filler.unlink()


def _fill(path: Path) -> None:
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(b"\0" * 4096):
            pass


async def kill_postgres(here: World) -> None:
    """Kill PostgreSQL's processes twice; start it again a second later."""
    assert here.cluster is not None
    for _ in range(2):
        await asyncio.sleep(1.0)
        await asyncio.to_thread(here.cluster.kill)
        await asyncio.sleep(1.0)
        await asyncio.to_thread(here.cluster.start)


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Put a small file system of its own into a folder; needs the right to mount."""
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    assert mount, "cannot_run has looked"
    assert unmount, "cannot_run has looked"
    size = f"size={SMALL_DISK_MIB}m"
    subprocess.run([mount, "-t", "tmpfs", "-o", size, "tmpfs", folder], check=True)  # noqa: S603
    try:
        yield
    finally:
        subprocess.run([unmount, "--lazy", folder], check=True)  # noqa: S603


def cannot_mount() -> str | None:
    """Say why a small disk cannot be made here."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        return "mounting a small file system needs root"
    with tempfile.TemporaryDirectory() as name:
        try:
            with small_disk(Path(name)):
                return None
        except subprocess.CalledProcessError:
            return "mounting is not allowed here"


def can_run() -> str | None:
    """Say that nothing stands in the way."""
    return None


@dataclass(frozen=True)
class Scenario:
    """What happens, and what it needs."""

    trouble: Trouble = no_trouble
    takes_part: Callable[[str, ChaosTally, random.Random], Coroutine[Any, Any, None]] = take_part
    only_on: str | None = None
    small_disk: bool = False
    cannot_run: Callable[[], str | None] = can_run


async def take_part_in_two_tabs(url: str, tally: Tally, rng: random.Random) -> None:
    """Go on in two tabs at once."""
    await take_part(url, tally, rng, tabs=2)


SCENARIOS = {
    "calm": Scenario(),
    "kill-workers": Scenario(kill_workers),
    "kill-all": Scenario(kill_server),
    "locked": Scenario(lock_database),
    "network": Scenario(takes_part=take_part_badly),
    "two-tabs": Scenario(takes_part=take_part_in_two_tabs),
    "full-disk": Scenario(fill_disk, only_on=SQLITE, small_disk=True, cannot_run=cannot_mount),
    "kill-postgres": Scenario(kill_postgres, only_on=POSTGRESQL),
}


if __name__ == "__main__":
    main()
