"""The ``study-app`` command about plans: show again what a participant saw."""

from pathlib import Path

import click

from study_app.command_context import STUDY, stored_study
from study_app.errors import ExportError
from study_app.replay import read_replay
from study_app.replay_page import is_proved, proof_sentences, table_lines, write_page
from study_app.results import write_text


@click.command()
@click.argument("code")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The page to write  [default: replay-CODE.html]",
)
@click.option("--overwrite", is_flag=True, help="Replace a page that is there.")
@STUDY
@click.pass_context
def replay(
    context: click.Context, code: str, out: Path | None, overwrite: bool, study_code: str | None
) -> None:
    """Show again what a participant saw, and prove that it is what was planned.

    CODE is that of the participant or of the study session, as in participants.csv. Writes one page
    with every pair as it was shown and what was answered, and prints a table. Of who withdrew only
    the plan is shown. The exit code is 1 if trials or images are not those that were planned.

    Example: study-app replay gG0o5wX2Yh1u
    """
    path = out or Path(f"replay-{code}.html")
    if path.exists() and not overwrite:
        raise ExportError(f"{path}: exists already; --overwrite replaces it")
    with stored_study(study_code) as (session, study):
        found = read_replay(session, study, code)
        write_text(path, write_page(found))
        for line in table_lines(found):
            click.echo(line)
        for sentence in proof_sentences(found):
            click.echo(sentence)
    click.echo(f"{path}: the pairs as they were shown")
    if not is_proved(found):
        context.exit(1)
