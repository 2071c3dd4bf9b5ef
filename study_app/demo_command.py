"""The ``study-app`` command that shows the whole path, in a folder of its own."""

import importlib.util
import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from colorizer import manifest
from study_app import analysis_command
from study_app.catalog import load_stimulus_set
from study_app.config import ENVIRONMENT_PREFIX
from study_app.demo_steps import Step, colouring_steps, report_steps, study_steps
from study_app.errors import DemoError
from study_app.results import write_text

RECORD_NAME = "demo.json"
# What the extra [colorizer] brings and a demo needs; looked for, never imported.
COLOURING_NEEDS = ("keras", "numpy", "PIL", "scipy", "skimage", "tensorflow")
INSTALL = "pip install 'colorization-turing-test[colorizer,analysis]'"


@click.command()
@click.option(
    "--out",
    "folder",
    default="demo",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of everything that the demo makes; going on where it was stopped.",
)
@click.option("--photos", type=click.Path(path_type=Path), help="Folder of your own photographs.")
@click.option(
    "--set",
    "given_set",
    type=click.Path(path_type=Path),
    help="A stimulus set, in place of photographs; needs no network.",
)
@click.option("--participants", "n_people", default=20, show_default=True,
              type=click.IntRange(1), help="Simulated observers per condition.")  # fmt: skip
@click.option("--max-photos", default=60, show_default=True, type=click.IntRange(5),
              help="Colour this many.")  # fmt: skip
@click.option("--set-aside", is_flag=True,
              help="Rename what is in the folder, where it is no demo of this.")  # fmt: skip
@click.option("--serve/--no-serve", default=True, help="Serve the study in the end.")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535))
def demo(
    folder: Path,
    photos: Path | None,
    given_set: Path | None,
    n_people: int,
    max_photos: int,
    set_aside: bool,
    serve: bool,
    port: int,
) -> None:
    """Show the whole path: photographs, fakes, a study, simulated observers, a report.

    Each step is a command that is shown before it runs. In the end the study is served, for you to
    take part. Settings and the database of other studies are left alone.

    Example: study-app demo
    """
    folder = folder.expanduser().resolve()
    asked: dict[str, Any] = {
        "photos": _absolute(photos),
        "set": _absolute(given_set),
        "n_people": n_people,
        "max_photos": max_photos,
        "done": [],
    }
    record = _begin(folder, asked, set_aside)
    if given_set is None and not record["done"]:
        _check_colouring()
    environment = demo_environment(folder, os.environ)
    stimulus_set = folder / "set"
    if given_set is None:
        _run_all(colouring_steps(folder, photos, max_photos), folder, record, environment)
    else:
        stimulus_set = given_set.expanduser().resolve()
    found = load_stimulus_set(stimulus_set)
    steps = study_steps(folder, stimulus_set, *_facts(found), n_people)
    _run_all(steps, folder, record, environment)
    last = [
        step
        for step in report_steps(folder)
        if step.program != analysis_command.COMMAND or analysis_command.is_installed()
    ]
    _run_all(last, folder, record, environment)
    _say_what_is_there(folder, stimulus_set, found, port)
    if serve:
        served = Step("serve", "", "study_app", ("serve", "--port", str(port)))
        os.execve(served.command[0], served.command, environment)  # noqa: S606 - our own command


def demo_environment(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Give the environment of the steps: the demo's instance, whatever instance else is set."""
    kept = {
        name: value
        for name, value in environment.items()
        if not name.startswith(ENVIRONMENT_PREFIX)
    }
    return {**kept, f"{ENVIRONMENT_PREFIX}INSTANCE_PATH": str(folder)}


def _begin(folder: Path, asked: dict[str, Any], set_aside: bool) -> dict[str, Any]:
    """Give the record of the demo in a folder, or begin one.

    Raises:
        DemoError: something else is there, or a demo of something else, and is not to be set aside.
    """
    if not folder.exists() or not any(folder.iterdir()):
        return asked
    record = _read_record(folder)
    if record is not None and {**record, "done": []} == asked:
        return record
    if set_aside:
        click.echo(f"What was in {folder} is now in {_set_aside(folder)}")
        return asked
    if record is None:
        raise DemoError(f"{folder}: is there and no demo; --out names another folder")
    raise DemoError(
        f"{folder}: holds a demo of other photographs or numbers; --out names another folder"
    )


def _read_record(folder: Path) -> dict[str, Any] | None:
    try:
        record: dict[str, Any] = json.loads((folder / RECORD_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record


def _set_aside(folder: Path) -> Path:
    """Rename a folder to the first free name; gives it."""
    names = (folder.with_name(f"{folder.name}-{n}") for n in itertools.count(1))
    free = next(name for name in names if not name.exists())
    return folder.rename(free)


def _check_colouring() -> None:
    missing = [name for name in COLOURING_NEEDS if importlib.util.find_spec(name) is None]
    if missing:
        raise DemoError(
            f"the demo colours photographs, and {missing[0]} is not installed: {INSTALL}; or give"
            " it a stimulus set with --set"
        )


def _run_all(
    steps: Sequence[Step], folder: Path, record: dict[str, Any], environment: Mapping[str, str]
) -> None:
    """Run the steps that are not done yet, and remember each.

    Raises:
        DemoError: one of them refused; what it said stands above.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for step in steps:
        if step.name in record["done"]:
            continue
        write_text(folder / RECORD_NAME, json.dumps(record, indent=1))
        shown = " ".join([step.program.replace("_", "-"), *map(_quoted, step.arguments)])
        click.echo(f"\n{step.says}\n$ {shown}")
        done = subprocess.run(step.command, env=dict(environment), check=False)  # noqa: S603
        if done.returncode:
            raise DemoError(
                f"the demo stopped at this step, exit code {done.returncode}; the same command goes"
                " on with it"
            )
        record["done"].append(step.name)
        write_text(folder / RECORD_NAME, json.dumps(record, indent=1))


def _facts(found: manifest.StimulusSet) -> tuple[int, list[str]]:
    return len(found.photo_ids), [condition.name for condition in found.conditions]


def _say_what_is_there(
    folder: Path, stimulus_set: Path, found: manifest.StimulusSet, port: int
) -> None:
    n_photos, conditions = _facts(found)
    report, mine = str(folder / "report.html"), _quoted(os.path.relpath(folder / "mine"))
    if not analysis_command.is_installed():
        report = f"none: {analysis_command.INSTALL} adds the analysis"
    instance, ours = f"STUDY_INSTANCE_PATH={_quoted(str(folder))}", _as_typed("study-app")
    click.echo(
        "\nA colorization Turing test, ready:"
        f"\n  stimulus set  {stimulus_set} ({n_photos} photographs; {', '.join(conditions)})"
        f"\n  study         {folder / 'study.toml'}, stored in {folder / 'study.sqlite'}"
        f"\n  answers       {folder / 'export' / 'trials.csv'}, of simulated observers"
        f"\n  report        {report}"
        f"\n  to take part  {instance} {ours} serve --port {port}"
        f"\n  the desk      {instance} {ours} desk-password; then /desk/ at the same address"
        f"\n  and then      {instance} {ours} export --out {mine}"
        f" && {_as_typed('analysis')} report {mine} --out {mine}.html"
        "\nFrom the first person who takes all pairs on, reports leave simulated observers out."
    )


def _as_typed(program: str) -> str:
    """Give what starts a program in this shell: its name, or its place where no name leads."""
    if shutil.which(program):
        return program
    return _quoted(os.path.relpath(Path(sys.executable).with_name(program)))


def _absolute(path: Path | None) -> str | None:
    return None if path is None else str(path.expanduser().resolve())


def _quoted(text: str) -> str:
    return f"'{text}'" if " " in text else text
