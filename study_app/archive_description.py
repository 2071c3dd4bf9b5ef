"""Describe the tables of an archive for machines: schema.org in JSON-LD, as Psych-DS asks. Pure.

Place on the data's path: ``archive.py`` writes what is built here as ``dataset_description.json``
and beside each table. Columns come from the one definition of the trial table
(``analysis/columns.py``) and from that of the other tables (``export_tables.py``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.columns import COLUMNS
from study_app.archive_details import AUTHOR, NOT_STATED, ArchiveDetails
from study_app.archive_names import TABLE_WORDS
from study_app.errors import sentence
from study_app.export_tables import EXPORT_TABLES
from study_app.study_tables import StudyFile

SCHEMA_VERSION = "Psych-DS 1.5.1"
CONTEXT = "https://schema.org/"
# How schema.org calls the types of our columns.
TYPES = {
    "text": "Text", "boolean": "Boolean", "integer": "Integer", "number": "Number",
    "time": "DateTime", "json": "Text",
}  # fmt: skip
TRUTH = ("true", "false")
TABLE_MEANINGS = {
    "trials.csv": "One row per planned trial: what was shown, what was answered, how long it took."
    " study_session_id and trial_index together name a row.",
    "participants.csv": "One row per study session, which is one sitting of one person."
    " study_session_id names a row.",
    "participant_flow.csv": "How many came, agreed, were screened out, finished, withdrew."
    " step and simulated together name a row.",
    "screening.csv": "One row per check before the first trial. study_session_id and check together"
    " name a row.",
    "answers.csv": "Answers to the questions after the trials. study_session_id and question_id"
    " together name a row.",
    "exposures.csv": "One row per trial: when each picture appeared and disappeared, and what got"
    " in the way. study_session_id and trial_index together name a row.",
    "erasures.csv": "One row per person whose data were erased: that it happened, not whose."
    " receipt names a row.",
}
KEYWORDS = ("colorization", "Turing test", "two-alternative forced choice", "fool rate",
            "image quality", "visual perception")  # fmt: skip
TECHNIQUE = (
    "Two-alternative forced choice between a photograph and the same photograph with colours made"
    " by a machine"
)
BASED_ON = "https://doi.org/10.1007/978-3-319-46487-9_40"  # Zhang, Isola & Efros 2016
USAGE = (
    "Without names, addresses and recruiters' identifiers; participants agreed to the text of the"
    " consent in documentation/. Free-text answers are as they were written."
)


@dataclass(frozen=True)
class Variable:
    """A column of a table as others need to know it.

    Attributes:
        name: the header.
        type: a key of ``TYPES``.
        meaning: one sentence.
        unit: of numbers; may be empty.
        allowed: the closed set of values; may be empty.
        minimum: the smallest number, or None.
    """

    name: str
    type: str
    meaning: str
    unit: str = ""
    allowed: tuple[str, ...] = ()
    minimum: float | None = None


@dataclass(frozen=True)
class DataFacts:
    """What the data themselves say, so that the same data give the same description.

    Attributes:
        version: names these bytes.
        days: when the study was created, opened and closed, by these words; without what was not.
        modified: day of the last thing that was stored.
        covered: first and last day of data, or None without any.
        state: of the study.
        contact: whom to write to; may be empty.
    """

    version: str
    days: Mapping[str, str]
    modified: str
    covered: tuple[str, str] | None
    state: str
    contact: str = ""


def variables_of(name: str) -> tuple[Variable, ...]:
    """Give the columns of a table of an export, by the table's name."""
    if name == "trials.csv":
        return tuple(
            Variable(
                column.name,
                column.type,
                column.meaning,
                column.unit or "",
                column.allowed or (TRUTH if column.type == "boolean" else ()),
                column.minimum,
            )
            for column in COLUMNS
        )
    table = next(table for table in EXPORT_TABLES if table.name == name)
    return tuple(
        Variable(
            column.name,
            column.type,
            sentence(column.meaning),
            column.unit,
            TRUTH if column.type == "boolean" else (),
        )
        for column in table.columns
    )


def description(study_file: StudyFile, details: ArchiveDetails, facts: DataFacts) -> dict[str, Any]:
    """Give ``dataset_description.json``: of all tables together."""
    optional: dict[str, Any] = {
        "datePublished": details.date_published,
        "temporalCoverage": "/".join(facts.covered or ()),
        "funder": {"@type": "Organization", "name": details.funder} if details.funder else "",
        "citation": details.citation,
        "url": details.url,
    }
    return {
        "@context": CONTEXT,
        "@type": "Dataset",
        "name": study_file.study.title,
        "description": summary(study_file, details),
        "schemaVersion": SCHEMA_VERSION,
        "identifier": f"{study_file.study.id}, version {facts.version}",
        "version": facts.version,
        "creativeWorkStatus": facts.state,
        "dateCreated": facts.days["created"],
        "dateModified": facts.modified,
        **{name: value for name, value in optional.items() if value},
        "author": authors(study_file, details),
        "maintainer": _maintainer(study_file, facts.contact),
        "license": details.license_words,
        "keywords": [*KEYWORDS, *details.keywords],
        "inLanguage": list(study_file.languages.offered),
        "isBasedOn": BASED_ON,
        "measurementTechnique": TECHNIQUE,
        "usageInfo": USAGE,
        "variableMeasured": [_property(variable) for variable in joined_variables(TABLE_WORDS)],
    }


def sidecar(name: str, title: str) -> dict[str, Any]:
    """Give the metadata of one table; what they say takes the place of what all have in common."""
    return {
        "@context": CONTEXT,
        "@type": "Dataset",
        "name": f"{title}: {TABLE_WORDS[name]}",
        "description": TABLE_MEANINGS[name],
        "variableMeasured": [_property(variable) for variable in variables_of(name)],
    }


def summary(study_file: StudyFile, details: ArchiveDetails) -> str:
    """Say in a few sentences what the study is."""
    if details.description.strip():
        return details.description.strip()
    return (
        "Can people tell a photograph from a machine's colouring of it? Participants saw pairs of"
        " one photograph in its own colours and in false colours, each picture for"
        f" {study_file.protocol.display_ms} ms, and said which one had the false ones."
    )


def authors(study_file: StudyFile, details: ArchiveDetails) -> list[dict[str, str]]:
    """Give who made the data: persons, else the institution, else that nobody is stated."""
    found = []
    for author in details.authors:
        parts = AUTHOR.fullmatch(author.strip())
        assert parts is not None, "checked when it was read"
        person = {"@type": "Person", "name": parts["name"]}
        found.append(person | ({"sameAs": parts["address"]} if parts["address"] else {}))
    institution = study_file.ethics.institution.strip()
    if not found and institution:
        return [{"@type": "Organization", "name": institution}]
    return found or [{"@type": "Person", "name": NOT_STATED}]


def joined_variables(names: Iterable[str]) -> list[Variable]:
    """Give every column of several tables once; where meanings differ, all of them are told."""
    found: dict[str, list[tuple[str, Variable]]] = {}
    for name in names:
        for variable in variables_of(name):
            found.setdefault(variable.name, []).append((TABLE_WORDS[name], variable))
    return [_joined(of_name) for of_name in found.values()]


def _joined(of_name: Sequence[tuple[str, Variable]]) -> Variable:
    first = of_name[0][1]
    meanings = list(dict.fromkeys(variable.meaning for _, variable in of_name))
    if len(meanings) == 1:
        return first
    told = " ".join(f"In {word}: {variable.meaning}" for word, variable in of_name)
    return Variable(first.name, first.type, told, first.unit, first.allowed, first.minimum)


def _property(variable: Variable) -> dict[str, Any]:
    """Describe a column as schema.org's PropertyValue."""
    kind = " A JSON document." if variable.type == "json" else ""
    found: dict[str, Any] = {
        "@type": "PropertyValue",
        "name": variable.name,
        "description": variable.meaning + kind,
        "additionalType": CONTEXT + TYPES[variable.type],
    }
    if variable.unit:
        found["unitText"] = variable.unit
    if variable.allowed:
        found["valueReference"] = list(variable.allowed)
    if variable.minimum is not None:
        found["minValue"] = variable.minimum
    return found


def _maintainer(study_file: StudyFile, contact: str) -> dict[str, str]:
    who = {"@type": "Organization", "name": study_file.ethics.institution.strip() or NOT_STATED}
    if not contact.strip():
        return who
    return who | {"email" if "@" in contact else "description": contact.strip()}
