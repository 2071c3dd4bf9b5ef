"""The ``study-app`` command that writes a study file; at a terminal it asks for what is missing."""

import dataclasses
import shlex
import sys
from pathlib import Path
from typing import Any

import click

from study_app import study_template
from study_app.errors import StudyFileError
from study_app.presets import PRESETS, expected_minutes
from study_app.protocol import ProtocolSettings
from study_app.results import write_text
from study_app.start_questions import ask_for_missing
from study_app.study_tables import ConditionChoice, Ethics, Recruiter

NO_PAY = "There is no pay."


@click.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False), metavar="STUDY.TOML")
@click.option("--protocol", "preset", type=click.Choice(list(PRESETS)), default="zhang2016")
@click.option("--title", help=f"Shown to participants  [default: {study_template.DEFAULT_TITLE}]")
@click.option("--id", "slug", default="", help="Stands in the address  [default: from the title]")
@click.option("--contact", help="Whom participants write to; needed before open.")
@click.option("--institution", help="Who is responsible; also named in the consent.")
@click.option(
    "--data-protection",
    help="Sentence or address about people's rights; also said in the consent.",
)
@click.option("--approval", default="", help="Ethics board and number of its vote.")
@click.option("--pay", help="One sentence shown to participants.")
@click.option("--unpaid", is_flag=True, help="Nobody is paid; the pages say so.")
@click.option("--minutes", type=int, help="Expected duration  [default: estimated]")
@click.option("--design", type=click.Choice(["between", "within"]))
@click.option("--layout", type=click.Choice(["sequential", "side-by-side"]))
@click.option("--first-side", type=click.Choice(["balanced", "left"]))
@click.option("--n-practice", type=int, help="Practice pairs.")
@click.option("--n-main", type=int, help="Test pairs, vigilance and control pairs included.")
@click.option("--n-vigilance", type=int, help="Vigilance pairs among them.")
@click.option("--n-control", type=int, help="Control pairs among them, if the set has any.")
@click.option("--display-ms", type=int, help="Exposure of each picture.")
@click.option("--per-condition", type=int, help="Participants wanted per tested condition.")
@click.option("--tested", multiple=True, metavar="NAME", help="A condition to test; repeatable.")
@click.option("--no-input", is_flag=True, help="Do not ask, at a terminal either.")
@click.option("--overwrite", is_flag=True, help="Replace a result that is there.")
def init(
    path: Path,
    preset: str,
    slug: str,
    approval: str,
    unpaid: bool,
    design: str | None,
    layout: str | None,
    first_side: str | None,
    n_practice: int | None,
    n_main: int | None,
    n_vigilance: int | None,
    n_control: int | None,
    display_ms: int | None,
    no_input: bool,
    overwrite: bool,
    **answers: Any,
) -> None:
    """Write a commented study file.

    At a terminal it asks for what is not given by an option and that it cannot know: title,
    contact, who is responsible, conditions, people, pay, minutes. Every answer may be changed in
    the file.

    Example: study-app init study.toml --protocol zhang2016 --contact lab@example.org
    """
    if path.exists() and not overwrite:
        raise StudyFileError(f"{path}: exists already; --overwrite replaces it")
    protocol = _changed(
        PRESETS[preset].protocol,
        design=design,
        layout=layout,
        first_side=first_side,
        n_practice=n_practice,
        n_main=n_main,
        n_vigilance=n_vigilance,
        n_control=n_control,
        display_ms=display_ms,
    )
    if unpaid and answers["pay"] is None:
        answers["pay"] = NO_PAY
    if is_terminal() and not no_input:
        suggested = {
            "title": study_template.DEFAULT_TITLE,
            "per_condition": PRESETS[preset].per_condition,
            "minutes": expected_minutes(protocol),
        }
        answers = ask_for_missing(answers, suggested)
    draft = _draft(protocol, slug, approval, unpaid, answers)
    write_text(path, study_template.write_study_text(draft))
    quoted = shlex.quote(str(path))
    click.echo(f"{path}: a study after {preset}; study-app create {quoted} --set SET comes next")
    click.echo(f"study-app check {quoted} --set SET lists what a referee would ask")
    if not draft.contact:
        click.echo(study_template.WANTS_CONTACT)


def is_terminal() -> bool:
    """Say whether somebody sits there who can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _draft(
    protocol: ProtocolSettings, slug: str, approval: str, unpaid: bool, answers: dict[str, Any]
) -> study_template.StudyDraft:
    title = answers["title"]
    return study_template.StudyDraft(
        protocol=protocol,
        title=study_template.DEFAULT_TITLE if title is None else title,
        id=slug,
        contact=answers["contact"] or "",
        pay=answers["pay"] or "",
        minutes=answers["minutes"],
        per_condition=answers["per_condition"],
        recruiter=Recruiter(paid=not unpaid),
        conditions=ConditionChoice(tested=tuple(answers["tested"])),
        ethics=Ethics(
            institution=answers["institution"] or "",
            data_protection=answers["data_protection"] or "",
            approval=approval,
        ),
    )


def _changed(protocol: ProtocolSettings, **options: Any) -> ProtocolSettings:
    given = {name: value for name, value in options.items() if value is not None}
    return dataclasses.replace(protocol, **given)
