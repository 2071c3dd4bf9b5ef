"""The short texts of an archive: changes, licence, protocol, consent, what goes where. Pure.

Place on the data's path: ``archive.py`` writes them; the README is in ``archive_readme.py``.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from study_app.archive_description import DataFacts
from study_app.archive_details import NOT_STATED, ArchiveDetails
from study_app.archive_names import SUMS_NAME
from study_app.archive_readme import table
from study_app.number_words import counted, noun
from study_app.study_tables import StudyFile
from study_app.wording import words_of

# What the rules of Psych-DS have no name for; its checkers pass over it.
IGNORED = f"LICENSE.md\n{SUMS_NAME}\nanalysis/**\ndocumentation/**\nmaterials/**\nresults/**\n"
DAY_END = len("* 2026-03-01")
ABOUT_RESULTS = """\
Empty so far. Reports go here:

    analysis report . --out results/report.html
"""


def consent_texts(study_file: StudyFile) -> dict[str, str]:
    """Give what people agreed to, by the language's code."""
    if not study_file.consent.required:
        return {}
    return {
        code: words_of(study_file, code)["consent"].text.strip() + "\n"
        for code in study_file.languages.offered
    }


def protocol_text(study_file: StudyFile, deviations: Sequence[str]) -> str:
    """Give every number of the protocol, and where it departs from that of 2016."""
    tables = {
        name: dataclasses.asdict(getattr(study_file, name))
        for name in ("protocol", "participants", "screening", "exposure")
    }
    parts = ["# Protocol", "The settings of `materials/study.toml`, defaults filled in."]
    for name, settings in tables.items():
        rows = [(key, _plain(value)) for key, value in settings.items()]
        parts += [f"## {name}", table(("setting", "value"), rows)]
    parts += [
        "## Where the study departs from that of 2016",
        "Zhang, Isola & Efros, Colorful Image Colorization, ECCV 2016, section 3.1:",
        "\n".join(f"* {sentence}." for sentence in deviations),
    ]
    return "\n\n".join(parts) + "\n"


def changes_text(facts: DataFacts, erasures: Iterable[Mapping[str, str]]) -> str:
    """Give the history of the data.

    Args:
        facts: what the data say of themselves.
        erasures: rows of the table of erasures.
    """
    lines = [f"* {day}: the study was {what}." for what, day in facts.days.items()]
    lines += [
        f"* {row['erased_at'][:10]}: {counted(int(row['n_trials']), 'trial')} of one participant"
        f" {noun(int(row['n_trials']), 'was', 'were')} erased"
        f" (receipt {row['receipt']})."
        for row in erasures
    ]
    return (
        f"# Changes\n\n## Version {facts.version}\n\n"
        + "\n".join(sorted(lines, key=lambda line: line[:DAY_END]))
        + "\n\nA version is called by the day of the last thing that was stored, and by the"
        " beginning of a digest of all tables: other data, another version.\n"
    )


def license_text(details: ArchiveDetails) -> str:
    """Say what may be done with the data."""
    stated = details.license_words
    words = (
        "The licence of these data is not stated. Nobody but their authors may publish or change"
        " them; ask the contact that the README names."
        if stated == NOT_STATED
        else f"These data are licensed under: {stated}"
    )
    return (
        f"# Licence\n\n{words}\n\nThe file `analysis/count_fool_rates.py` is part of the program"
        " colorization-turing-test and has its licence, BSD-2-Clause.\n"
    )


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
