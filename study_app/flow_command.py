"""The ``study-app`` command that prints what participants meet, for the ethics application."""

from pathlib import Path

import click
import jinja2

from study_app import leaving
from study_app.catalog import folder_of_set, load_stimulus_set
from study_app.errors import ExportError, StudyFileError
from study_app.exclusion_rule import stated
from study_app.languages import language_tag, text_direction
from study_app.number_words import counted
from study_app.results import write_text
from study_app.study_file import load_study_file
from study_app.study_flow import StudyFlow, read_flow
from study_app.study_tables import LANGUAGES

TEMPLATE = "flow.html"


@click.command()
@click.argument("path", type=click.Path(path_type=Path), metavar="STUDY.TOML")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="The page to write.",
)
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    help="Of the participants' pages  [default: the study's first]",
)
@click.option(
    "--set",
    "folders",
    type=click.Path(path_type=Path),
    multiple=True,
    help="The stimulus set; repeatable. Without it one is taken for granted that fits.",
)
@click.option("--overwrite", is_flag=True, help="Replace a page that is there.")
def flow(
    path: Path, out: Path, language: str | None, folders: tuple[Path, ...], overwrite: bool
) -> None:
    """Write the way of a participant as one page to print, for the ethics application.

    Every page that participants may meet, in order, with its words as they read them; how long it
    takes, what is stored when, and how one can leave. No photograph is in it, and nothing is
    stored.

    Example: study-app flow study.toml --out flow.html
    """
    if out.exists() and not overwrite:
        raise ExportError(f"{out}: exists already; --overwrite replaces it")
    study_file, source = load_study_file(path)
    offered = study_file.languages.offered
    if language is not None and language not in offered:
        raise StudyFileError(
            f"{path}, [languages]: {language!r} is none of the languages offered:"
            f" {', '.join(offered)}"
        )
    sets = [load_stimulus_set(folder_of_set(folder)) for folder in folders]
    found = read_flow(study_file, source, language or offered[0], sets)
    write_text(out, write_page(found))
    click.echo(f"{out}: {counted(len(found.pages), 'page')} in {LANGUAGES[found.language]}")


def write_page(found: StudyFlow) -> str:
    """Give the page."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("study_app"),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["counted"] = counted
    return environment.get_template(TEMPLATE).render(
        flow=found,
        file=found.study_file,
        languages=LANGUAGES,
        offered=", ".join(LANGUAGES[code] for code in found.study_file.languages.offered),
        page_language=language_tag(found.language),
        direction=text_direction(found.language),
        rules=stated(found.study_file.exclusion),
        trial=leaving.trial_in_words(found.study_file.protocol),
        ways_out=leaving.ways_out(found.study_file),
        payment=leaving.payment_in_words(found.study_file),
    )
