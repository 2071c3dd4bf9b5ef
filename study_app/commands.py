"""The ``study-app`` commands: parse, call one function, print where the result is."""

import contextlib
import dataclasses
import secrets
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app import (
    backup_command,
    catalog,
    check_command,
    demo_command,
    desk_commands,
    desk_door,
    export,
    export_commands,
    flow_command,
    flow_counts,
    init_command,
    plan_commands,
    privacy_commands,
    progress,
    server,
    simulate,
    study_moves,
)
from study_app.command_context import STUDY, app_context, check_database, stored_study
from study_app.config import Settings, load_settings
from study_app.errors import ConfigError, StudyError
from study_app.extensions import db, upgrade_database
from study_app.models import Study
from study_app.number_words import counted
from study_app.observers import ObserverSettings
from study_app.presets import deviations_of
from study_app.protocol import Roles
from study_app.study_file import load_study_file
from study_app.study_tables import StudyFile
from study_app.study_template import WANTS_CONTACT

DEFAULT_PORT = 5000
LOCAL_HOST = "127.0.0.1"

OVERWRITE = click.option("--overwrite", is_flag=True, help="Replace a result that is there.")


class Commands(click.Group):
    """Shows a user's mistake as one line, with its exit code and without a traceback."""

    def invoke(self, context: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(context)
        except StudyError as error:
            click.echo(f"study-app: {error}", err=True)
            context.exit(error.exit_code)
        except sa.exc.DBAPIError as error:
            if isinstance(error, sa.exc.IntegrityError | sa.exc.ProgrammingError):
                raise  # a mistake of ours, not of the database's place
            reason = str(error.orig).strip().splitlines()[0]
            click.echo(f"study-app: the database cannot be used: {reason}", err=True)
            context.exit(ConfigError.exit_code)


@click.group(
    cls=Commands,
    context_settings={"max_content_width": 100, "help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name=export.DISTRIBUTION)
def main() -> None:
    """Run a colorization Turing test in the browser.

    The instance (database, keys, settings) is the folder STUDY_INSTANCE_PATH, by default
    ./instance; the database is STUDY_DATABASE_URL, by default SQLite in that folder.
    """


@main.command()
@click.argument("path", type=click.Path(path_type=Path), metavar="STUDY.TOML")
@click.option(
    "--set",
    "folders",
    type=click.Path(path_type=Path),
    required=True,
    multiple=True,
    help="The stimulus set; repeatable.",
)
def create(path: Path, folders: tuple[Path, ...]) -> None:
    """Check a study file and its stimulus sets, and store the study.

    The same again changes nothing; a set that was moved is found again. A changed study file or
    set needs another id. Conditions of the same name in several sets are one condition; no photo
    may be in two sets.

    Example: study-app create study.toml --set SET
    """
    study_file, source = load_study_file(path)
    places = [catalog.folder_of_set(folder) for folder in folders]
    first, *others = [(place, catalog.load_stimulus_set(place)) for place in places]
    with app_context(load_settings()):
        upgrade_database()
        now = datetime.now(UTC)
        stored = catalog.store_study(
            db.session(), study_file, source, *first, now, more_sets=others
        )
        _print_created(stored)


@main.command()
@click.option("--host", default=LOCAL_HOST, show_default=True)
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", type=click.IntRange(1, 64), help="  [default: one per core, at most 4]")
@click.option("--dev", is_flag=True, help="Flask's own server, for developers only.")
def serve(host: str, port: int, workers: int | None, dev: bool) -> None:
    """Serve the study on the configured database until stopped.

    Example: study-app serve --port 5000
    """
    settings = load_settings()
    with app_context(settings) as app:
        check_database()
        catalog.check_open_studies(db.session())
        is_desk_open = desk_door.has_password(db.session())
    if not dev:
        server.check_address(host, port)
    click.echo(f"The study is at http://{host}:{port}/")
    if is_desk_open:
        click.echo(f"The desk is at http://{host}:{port}/desk/")
    else:
        click.echo("The desk is shut: study-app desk-password opens it")
    if dev:
        server.run_development_server(app, host, port)
    else:
        server.run_gunicorn(settings, host, port, workers or server.default_workers())


@main.command("simulate")
@click.option(
    "--participants",
    "per_condition",
    type=click.IntRange(1),
    required=True,
    help="Simulated observers per tested condition.",
)
@click.option(
    "--fool-rate",
    "fool_rates",
    multiple=True,
    metavar="RATE|CONDITION=RATE",
    help="Mean fool rate, of all conditions or of one; repeatable  [default: 0.32]",
)
@click.option("--spread", default=0.4, show_default=True, help="SD between people, in logits.")
@click.option(
    "--photo-spread", default=0.5, show_default=True, help="SD between photos, in logits."
)
@click.option("--vigilance-accuracy", default=0.95, show_default=True)
@click.option("--side-bias", default=0.0, show_default=True, help="Logits towards left.")
@click.option(
    "--order-bias", default=0.0, show_default=True, help="Logits towards the first picture."
)
@click.option("--lapse-rate", default=0.0, show_default=True, help="Share of coin tosses.")
@click.option("--seed", type=int, help="Replays people, plans and answers.")
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 64))
@click.option("--url", help="A server of this instance that is running  [default: its own]")
@STUDY
def simulate_command(
    per_condition: int,
    fool_rates: tuple[str, ...],
    seed: int | None,
    threads: int,
    url: str | None,
    study_code: str | None,
    **observer: float,
) -> None:
    """Let simulated observers take part through the study's own pages, marked as simulated.

    Example: study-app simulate --participants 40 --fool-rate 0.32 --seed 1
    """
    parsed: dict[str, Any] = {**_parse_fool_rates(fool_rates), **observer}
    observers = ObserverSettings(**parsed)
    settings = load_settings()
    with app_context(settings):
        check_database()
        study = catalog.find_study(db.session(), study_code)
        simulate.check_conditions(db.session(), study, observers)
        n = simulate.count_observers(db.session(), study, per_condition)
        for stored in study.stimulus_sets:
            catalog.check_stored_set(stored)
        seed = _draw_seed() if seed is None else seed
        plan = simulate.SimulationPlan(study.code, n, observers, seed, threads)
        db.session.rollback()
        n_answers = _run_simulation(settings, url, plan)
    record = simulate.save_record(settings.instance_path / "simulations", plan, n_answers)
    who, what = counted(n, "simulated observer"), counted(n_answers, "answer")
    click.echo(f"{who} gave {what} to {plan.study_code}")
    click.echo(f"seed {seed}; settings in {record}")


@main.command()
@click.option("--study", "study_code", metavar="ID", help="  [default: all studies]")
def status(study_code: str | None) -> None:
    """Tell how far the studies are; fool rates stay hidden until a study is closed.

    Example: study-app status
    """
    with app_context(load_settings()):
        check_database()
        session = db.session()
        several = [] if study_code else catalog.all_studies(session)
        for position, study in enumerate(several or [catalog.find_study(session, study_code)]):
            if position:
                click.echo()
            _print_status(session, study)


@main.command("pilot")
@click.option("--contact", help="Whom participants write to, if the study file does not say.")
@STUDY
def pilot_command(contact: str | None, study_code: str | None) -> None:
    """Let people take part in a pilot, whose data are kept apart.

    They fill no place of the study and are exported by export --pilot only. study-app open ends the
    pilot.

    Example: study-app pilot --contact lab@example.org
    """
    with stored_study(study_code) as (session, study):
        study_moves.move_study(session, study, "pilot", datetime.now(UTC), contact=contact)
        click.echo(f"{study.code} is in pilot at /study/{study.code}; study-app serve serves it")


@main.command("open")
@click.option("--contact", help="Whom participants write to, if the study file does not say.")
@STUDY
def open_command(contact: str | None, study_code: str | None) -> None:
    """Let people take part.

    Example: study-app open --contact lab@example.org
    """
    with stored_study(study_code) as (session, study):
        study_moves.open_study(session, study, contact, datetime.now(UTC))
        click.echo(f"{study.code} is open at /study/{study.code}; study-app serve serves it")


@main.command()
@STUDY
def close(study_code: str | None) -> None:
    """End enrolment for good; who is in the middle may finish.

    Example: study-app close
    """
    with stored_study(study_code) as (session, study):
        study_moves.close_study(session, study, datetime.now(UTC))
        click.echo(f"{study.code} is closed; study-app export --out DIR writes its data")


main.add_command(init_command.init)
main.add_command(check_command.check)
main.add_command(demo_command.demo)
main.add_command(flow_command.flow)
main.add_command(plan_commands.replay)
main.add_command(desk_commands.desk_password)
main.add_command(backup_command.backup)
main.add_command(privacy_commands.erase_participant)
main.add_command(privacy_commands.find_participant)
main.add_command(export_commands.export_command)
main.add_command(export_commands.check_archive_command)


def _draw_seed() -> int:
    """Draw a seed and print it at once: it is wanted after a failure too."""
    seed = secrets.randbelow(2**31)
    click.echo(f"--seed {seed}")
    return seed


def _parse_fool_rates(texts: tuple[str, ...]) -> dict[str, Any]:
    """Sort ``0.32`` and ``full=0.4`` apart."""
    parsed: dict[str, Any] = {"fool_rates": {}}
    for text in texts:
        name, found, number = text.rpartition("=")
        try:
            rate = float(number)
        except ValueError:
            raise click.BadParameter(
                f"{text!r} is neither a rate nor CONDITION=RATE", param_hint="--fool-rate"
            ) from None
        if found:
            parsed["fool_rates"][name] = rate
        else:
            parsed["fool_rate"] = rate
    return parsed


def _run_simulation(settings: Settings, url: str | None, plan: simulate.SimulationPlan) -> int:
    # Secure cookies never come back over plain HTTP; only this machine reaches the own server.
    own = dataclasses.replace(settings, secure_cookies=False)
    with contextlib.ExitStack() as stack:
        address = url or stack.enter_context(
            server.background_server(own, server.default_workers())
        )
        engine = db.engine
        counts = simulate.simulate(address, settings.secret_key, lambda: Session(engine), plan)
        if sys.stderr.isatty():
            label = "Simulated observers"
            bar = click.progressbar(counts, plan.n_observers, label, file=sys.stderr)
            counts = iter(stack.enter_context(bar))
        return sum(counts)


def _print_created(stored: catalog.Stored) -> None:
    study, study_file = stored.study, catalog.file_of(stored.study)
    session = db.session()
    roles = catalog.roles_of(session, study)
    said = {
        "created": "stored as a draft",
        "unchanged": "stored already; nothing changed",
        "moved": "stored already; its set is now at "
        + ", ".join(stored_set.folder for stored_set in study.stimulus_sets),
    }
    click.echo(f"{study.code}: {said[stored.outcome]}; digest {study.digest[:12]}")
    click.echo(
        f"Tested: {', '.join(roles.tested)}. Vigilance: {roles.vigilance or 'none'}.", nl=False
    )
    click.echo(f" Control: {roles.control or 'none'}.")
    if stored.outcome == "created":
        _print_departures(study_file, roles)
    if not study.contact.strip():
        click.echo(WANTS_CONTACT)


def _print_departures(study_file: StudyFile, roles: Roles) -> None:
    click.echo("Where it departs from the study of 2016:")
    for sentence in deviations_of(study_file, has_control=roles.control is not None):
        click.echo(f"- {sentence}")


def _print_status(session: Session, study: Study) -> None:
    measured = progress.measure_progress(session, study, datetime.now(UTC))
    for line in _status_lines(measured):
        click.echo(line)
    counts = flow_counts.read_counts(session, study, phase=measured.phase)
    if line := flow_counts.told(counts):
        click.echo(line)


def _status_lines(measured: progress.Progress) -> Iterator[str]:
    yield f"{measured.study_code}: {measured.state}"
    if line := progress.told_of_pilot(measured):
        yield line
    width = max(len(arm.condition) for arm in measured.arms)
    for simulated in (False, True):
        arms = [arm for arm in measured.arms if arm.simulated == simulated]
        if arms:
            yield ""
            kind = "simulated" if simulated else "people"
            yield (
                f"{kind:<{width + 9}} finished  excluded  running  stopped  screened out"
                "  withdrawn  wanted"
            )
        for arm in arms:
            wanted = "-" if simulated else str(measured.wanted)
            yield (
                f"  {arm.condition:<{width + 7}} {arm.finished:8}  {arm.excluded:8}"
                f"  {arm.running:7}  {arm.stopped:7}  {arm.screened_out:12}"
                f"  {arm.withdrawn:9}  {wanted:>6}"
            )
    yield ""
    yield from _fooled_lines(measured)


def _fooled_lines(measured: progress.Progress) -> Iterator[str]:
    if not measured.contact.strip():
        yield WANTS_CONTACT
    if measured.fooled is None:
        yield "Fool rates stay hidden until the study is closed."
        return
    for count in measured.fooled:
        yield (
            f"{count.condition}: fooled in {count.n_fooled} of"
            f" {counted(count.n_trials, 'main trial')}"
            " (analysis report gives rates with intervals)"
        )
    if not measured.fooled:
        yield "Nobody answered a main trial."
