"""The ``study-app`` command that asks what a referee would ask; stores nothing."""

import json
import textwrap
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from colorizer import manifest
from study_app.aim_findings import AimQuestion, aim_questions, judged, unasked, unplanned
from study_app.analysis_command import ask_plan
from study_app.catalog import folder_of_set, load_stimulus_set
from study_app.design_findings import design_findings
from study_app.errors import AnalysisMissing, AnalysisRefused
from study_app.ethics_findings import ethics_findings
from study_app.findings import SEVERITIES, Finding, as_document, in_order, line_of
from study_app.set_findings import SetFacts, read_facts, set_findings
from study_app.study_file import load_study_file
from study_app.study_tables import StudyFile

WIDTH = 96
INDENT = 8


@click.command()
@click.argument("path", type=click.Path(path_type=Path), metavar="STUDY.TOML")
@click.option(
    "--set",
    "folders",
    type=click.Path(path_type=Path),
    multiple=True,
    help="The stimulus set; repeatable. Without it photographs and numbers are not judged.",
)
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
@click.pass_context
def check(context: click.Context, path: Path, folders: tuple[Path, ...], as_json: bool) -> None:
    """List what a referee or an ethics board would ask about a study.

    Each finding says how grave it is (must: settle it before opening; should: you will be asked;
    note: for the paper), where in the study file, and what to write. The numbers are held against
    the aims in [aim] and [equivalence] by analysis plan, where the analysis is installed. The exit
    code is 1 if there is a "must", else 0; nothing is stored.

    Example: study-app check study.toml --set SET
    """
    study_file, source = load_study_file(path)
    sets = [load_stimulus_set(folder_of_set(folder)) for folder in folders]
    findings = in_order(find_all(study_file, source, sets))
    if as_json:
        click.echo(json.dumps(as_document(findings, source), indent=1, ensure_ascii=False))
    else:
        for line in _lines(findings, source, path):
            click.echo(line)
    if any(finding.severity == "must" for finding in findings):
        context.exit(1)


def find_all(
    study_file: StudyFile, source: str, sets: Sequence[manifest.StimulusSet]
) -> list[Finding]:
    """Give all findings about a study, in the order in which they are met.

    Args:
        study_file: the study.
        source: its text.
        sets: its stimulus sets; may be none yet.
    """
    read = read_facts(study_file, sets) if sets else None
    facts = read if isinstance(read, SetFacts) else None
    has_control = facts is None or facts.roles.control is not None
    return [
        *ethics_findings(study_file),
        *(read if isinstance(read, list) else []),
        *(set_findings(study_file, sets, facts) if facts else []),
        *unasked(study_file, facts),
        *(_ask(question) for question in (aim_questions(study_file, facts) if facts else [])),
        *design_findings(study_file, tomllib.loads(source), has_control=has_control),
    ]


def _ask(question: AimQuestion) -> Finding:
    try:
        return judged(question, ask_plan(question.arguments))
    except AnalysisMissing:
        return unplanned("the analysis is not installed", is_installed=False)
    except AnalysisRefused as refused:
        return unplanned(str(refused).rstrip("."), is_installed=True)


def _lines(findings: Sequence[Finding], source: str, path: Path) -> Iterator[str]:
    for finding in findings:
        line = line_of(source, finding.place)
        where = f"{path.name}, line {line}, {finding.place}" if line else finding.place
        yield f"{finding.severity:<{INDENT}}{where}"
        yield from _wrapped(finding.found)
        if finding.advice:
            yield from _wrapped(f"→ {finding.advice}")
        yield f"{'':{INDENT}}{finding.link}"
        yield ""
    counts = [sum(finding.severity == severity for finding in findings) for severity in SEVERITIES]
    counted = ", ".join(f"{n} {severity}" for n, severity in zip(counts, SEVERITIES, strict=True))
    yield f"{path}: {counted}"


def _wrapped(text: str) -> list[str]:
    space = " " * INDENT
    return textwrap.wrap(
        text, WIDTH, initial_indent=space, subsequent_indent=space, break_long_words=False
    )
