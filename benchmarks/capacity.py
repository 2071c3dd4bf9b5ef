"""The table of docs/reliability.md: how many at once, on each database, with 1, 2 and 4 workers.

Each row is a run of ``load.py`` with a new database. Run it on a machine that does nothing else; it
takes about two and a half minutes a row. PostgreSQL's rows need a server on which databases may be
made.

Run: python benchmarks/capacity.py
     python benchmarks/capacity.py --only sqlite --workers 2
     python benchmarks/capacity.py --server postgresql+psycopg://root@127.0.0.1/test
"""

import json
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

LOAD = Path(__file__).with_name("load.py")
SERVER = "postgresql+psycopg://root@127.0.0.1:5432/test"
# The aim of each database, and half of it.
CROWDS = {"sqlite": (150, 300), "postgresql": (500, 1000)}
WORKERS = (1, 2, 4)
ARRIVALS_PER_S = 6
SHORTEST_ARRIVALS_S = 30
HEAD = (
    "| database | workers | participants | answers a second | p50 of an answer | p95 | p99"
    " | one participant alone, p50 | failed | lost, doubled | MiB per worker"
    " | ms of processor a trial: server + database + participants |"
)


@click.command()
@click.option("--only", type=click.Choice(list(CROWDS)), help="One database  [default: both]")
@click.option("--workers", "chosen", type=int, multiple=True, help="[default: 1, 2, 4]")
@click.option("--participants", type=int, multiple=True, help="[default: the aim, and half of it]")
@click.option("--seconds", default=60.0, show_default=True, help="Measured in each run.")
@click.option("--server", default=SERVER, show_default=True, help="PostgreSQL.")
def main(
    only: str | None,
    chosen: tuple[int, ...],
    participants: tuple[int, ...],
    seconds: float,
    server: str,
) -> None:
    """Print the rows of the table as they are measured."""
    click.echo(HEAD)
    click.echo("|" + "---|" * HEAD.count(" | ") + "---|")
    for kind, crowds in CROWDS.items():
        if only not in (None, kind):
            continue
        for workers in chosen or WORKERS:
            for n in participants or crowds:
                with new_database(kind, server) as url:
                    click.echo(row(measure(n, workers, seconds, url)))


@contextmanager
def new_database(kind: str, server: str) -> Iterator[str | None]:
    """Give the address of a new database, dropped afterwards; None for SQLite, which has a file."""
    if kind == "sqlite":
        yield None
        return
    name = f"capacity_{secrets.token_hex(4)}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
        try:
            yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def measure(participants: int, workers: int, seconds: float, database: str | None) -> Any:
    """Run ``load.py``; gives what it found, also where that is beyond its limits."""
    arrivals = max(SHORTEST_ARRIVALS_S, participants / ARRIVALS_PER_S)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "found.json"
        command = [sys.executable, str(LOAD), "--participants", str(participants),
                   "--workers", str(workers), "--seconds", str(seconds),
                   "--arrivals", str(arrivals), "--json", str(out)]  # fmt: skip
        if database is not None:
            command += ["--database", database]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if not out.exists():
            raise click.ClickException(done.stderr or done.stdout)
        return json.loads(out.read_text(encoding="utf-8"))


def row(found: dict[str, Any]) -> str:
    """Give a row of the table."""
    answer, cost = found["crowd_ms"]["answer"], found["cpu_ms_per_trial"]
    alone = found["alone_ms"].get("answer", {}).get("p50", float("nan"))
    cells = (
        {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[found["database"]],
        found["workers"],
        f"{found['participants']:,}",
        f"{found['trials_per_s']:.0f}",
        *(f"{answer[name]:,.0f} ms" for name in ("p50", "p95", "p99")),
        f"{alone:.0f} ms",
        len(found["errors"]),
        f"{found['lost']}, {found['doubled']}",
        f"{max(found['worker_mib']):.0f}",
        f"{cost['server']:.1f} + {cost['database']:.1f} + {cost['participants']:.1f}",
    )
    return "| " + " | ".join(map(str, cells)) + " |"


if __name__ == "__main__":
    main()
