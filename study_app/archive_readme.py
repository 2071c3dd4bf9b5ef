"""Write the README of an archive, for who knows nothing of the study or this program. Pure.

Place on the data's path: ``archive.py`` hands in what the export says. Shorter texts beside it are
in ``archive_texts.py``.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from study_app.archive_description import TABLE_MEANINGS, DataFacts, authors, summary
from study_app.archive_details import NOT_STATED, ArchiveDetails
from study_app.archive_names import OTHER_PLACES, place_of
from study_app.count_fool_rates import as_lines
from study_app.number_words import counted, noun
from study_app.protocol import Roles
from study_app.study_tables import LANGUAGES, StudyFile

KIND_WORDS = {
    "weights": "coloured by a network of this program",
    "folder": "coloured by another program or by hand",
    "random": "the colours of another photograph; obviously wrong",
    "grey": "no colours",
    "real": "the photograph itself, encoded again",
}
OTHER_MEANINGS = {
    "study.toml": "The study file: every setting, as it was when the study was stored.",
    "provenance.json": "Digests of all tables and of the stimulus set, versions of the software,"
    " rules of exclusion. It names the tables as in a plain export: trials.csv is the table of"
    " trials here.",
    "codebook.csv": "Every column of the table of trials: type, unit, allowed values, meaning.",
    "codebook_tables.csv": "The same for the columns of the other tables.",
}
SIMULATED = (
    "**{share} answers in here are of simulated observers, not of people:** the column `simulated`"
    " says which. They show the path, not a finding."
)
NOT_CLOSED = (
    "**The study was not closed when this archive was made (its state was {state}):** there may be"
    " more data by now."
)
COUNTED = "study sessions"
CLOSED = "closed"
WHO = {"false": "people", "true": "simulated observers"}


@dataclass(frozen=True)
class ArchiveContent:
    """What the README is told of.

    Attributes:
        study_file: of the study.
        details: what the archive says of itself.
        facts: what the data say of themselves.
        roles: which condition does what.
        conditions: kind and settings of each condition, by name.
        flow: rows of the table of the participant flow.
        counts: answered and fooling trials, as of ``count_fool_rates.py``.
        questions: what was asked after the trials: id, words, and what could be answered.
        versions: of the software.
        set_digests: of the stimulus sets.
        n_photos: photographs in them.
        study_digest: of study file and stimulus sets.
        exclusion: rules laid down beforehand.
        manifests: paths of the manifests in the archive.
    """

    study_file: StudyFile
    details: ArchiveDetails
    facts: DataFacts
    roles: Roles
    conditions: Mapping[str, tuple[str, Mapping[str, object]]]
    flow: Sequence[Mapping[str, str]]
    counts: Mapping[tuple[str, str], tuple[int, int]]
    questions: Sequence[tuple[str, str, str]]
    versions: Mapping[str, str]
    set_digests: Sequence[str]
    n_photos: int
    study_digest: str
    exclusion: Mapping[str, object]
    manifests: Sequence[str]


def readme(content: ArchiveContent) -> str:
    """Give the README, in Markdown."""
    parts = (
        _head(content),
        _who(content),
        _what_people_did(content),
        _conditions(content),
        _files(content),
        _by_hand(content),
        _report(content),
        _rules(content),
        _left_out(),
        _rights(content),
        _origin(content),
    )
    return "\n\n".join(parts) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Give a table in Markdown; bars in cells are escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", r"\|").replace("\n", " ") for cell in line) + " |"
        for line in lines
    )


def has_simulated(content: ArchiveContent) -> bool:
    """Tell whether simulated observers took part."""
    return _number(content.flow, "enrolled", "true") != "0"


def _head(content: ArchiveContent) -> str:
    lines = [
        f"# {content.study_file.study.title}",
        "",
        summary(content.study_file, content.details),
    ]
    if has_simulated(content):
        has_people = _number(content.flow, "enrolled", "false") != "0"
        lines += ["", SIMULATED.format(share="Some" if has_people else "All")]
    if content.facts.state != CLOSED:
        lines += ["", NOT_CLOSED.format(state=content.facts.state)]
    return "\n".join(lines)


def _who(content: ArchiveContent) -> str:
    steps = list(dict.fromkeys(r["step"] for r in content.flow if r["counted"] == COUNTED))
    shown = [s for s in ("false", "true") if s == "false" or has_simulated(content)]
    rows = [[step, *(_number(content.flow, step, who) for who in shown)] for step in steps]
    covered = content.facts.covered
    days = f"Data were collected from {covered[0]} to {covered[1]}.\n\n" if covered else ""
    return "## Who took part\n\n" + days + table(["step", *(WHO[who] for who in shown)], rows)


def _what_people_did(content: ArchiveContent) -> str:
    file, protocol = content.study_file, content.study_file.protocol
    order = (
        "one after the other, each in its own place, left or right"
        if protocol.layout == "sequential"
        else "both at once, side by side"
    )
    languages = ", ".join(LANGUAGES[code] for code in file.languages.offered)
    lines = [
        "## What people did",
        "",
        f"They read what it is about and agreed to the text of the consent (version"
        f" {file.consent.version}; `documentation/`; pages in {languages}).",
        f"They saw {counted(protocol.n_practice, 'pair')} for practice, and were told after each"
        f" whether they were right, then {counted(protocol.n_main, 'pair')} without being told.",
        f"The two pictures of a pair were shown {order}, for {protocol.display_ms} ms.",
        "Then the page asked: **“Which picture had false colours?”** There were two buttons, left"
        " and right, no “don't know” and no time limit.",
    ]
    if content.questions:
        lines += ["", "Afterwards they were asked:", ""]
        lines += [f"* `{name}`: {words} ({answers})" for name, words, answers in content.questions]
    lines += ["", "`documentation/protocol.md` has all numbers, and says where the study departs"
              " from that of Zhang, Isola & Efros (2016), which it follows."]  # fmt: skip
    return "\n".join(lines)


def _conditions(content: ArchiveContent) -> str:
    rows = [
        (name, _role(name, content.roles), KIND_WORDS[kind], _settings(settings))
        for name, (kind, settings) in content.conditions.items()
    ]
    design = {
        "between": "Each person saw the fakes of one tested condition.",
        "within": "Each person saw the fakes of all tested conditions.",
    }[content.study_file.protocol.design]
    return (
        "## Conditions: how the fakes were made\n\n"
        f"{design} There {noun(content.n_photos, 'is', 'are')}"
        f" {counted(content.n_photos, 'photograph')}.\n\n"
        + table(("condition", "role", "fakes", "settings"), rows)
    )


def _role(name: str, roles: Roles) -> str:
    if name in roles.tested:
        return "tested"
    if name == roles.vigilance:
        return "vigilance: shows who pays attention"
    return "control: must come out at 50 %" if name == roles.control else "not used"


def _settings(settings: Mapping[str, object]) -> str:
    """Tell the settings of a condition in a cell; of a long list how many it has."""
    told = {
        name: f"{len(value)}, all in the manifest" if isinstance(value, dict | list) else value
        for name, value in settings.items()
    }
    return f"`{json.dumps(told, sort_keys=True, ensure_ascii=False)}`" if told else ""


def _files(content: ArchiveContent) -> str:
    study_id = content.study_file.study.id
    rows = [(f"`{place_of(name, study_id)}`", text) for name, text in TABLE_MEANINGS.items()]
    rows += [(f"`{OTHER_PLACES[name]}`", text) for name, text in OTHER_MEANINGS.items()]
    rows += [
        (f"`{path}`", "The stimulus set: every pair, how it was made, the SHA-256 of each image.")
        for path in content.manifests
    ]
    rows += [
        ("`documentation/consent_*.txt`", "What people agreed to, in each language."),
        ("`documentation/protocol.md`", "The numbers of the protocol, and departures from 2016."),
        ("`analysis/count_fool_rates.py`", "Counts fool rates; needs Python and nothing else."),
        ("`dataset_description.json`", "All this for machines (schema.org; Psych-DS)."),
        ("`data/*.json`", "The columns of each table for machines."),
        ("`CHANGES.md`, `LICENSE.md`", "Versions of the data; what may be done with them."),
        ("`SHA256SUMS`", "Digest of every file: `sha256sum -c SHA256SUMS` checks them."),
    ]
    return "## Files\n\n" + table(("file", "what it is"), rows)


def _by_hand(content: ArchiveContent) -> str:
    trials = place_of("trials.csv", content.study_file.study.id)
    steps = f"""\
## Count the fool rate by hand

The fool rate is the share of test pairs in which the real photograph was called the fake one.
At 50 % nobody can tell the fakes from photographs.

1. Open `{trials}` in a spreadsheet.
2. Keep the rows where `trial_type` is `main` and `chosen_side` is not empty.
3. Of one `condition`, count the rows: the pairs that were answered.
4. Count those where `chosen_side` is the same as `real_side`: the pairs that fooled.
5. Divide the second number by the first.

`python analysis/count_fool_rates.py` does the same."""
    if content.facts.state != CLOSED or not content.counts:
        return steps
    lines = "\n".join(as_lines(content.counts))
    return f"{steps}\nIt must print:\n\n```\n{lines}\n```"


def _report(content: ArchiveContent) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in content.versions.items())
    return f"""\
## Run the report

Answers of one person, and answers on one photograph, are not independent, so an interval needs
more than the counts. The report has them, leaves out whom the rules leave out, and says how many.
It needs the program that wrote this archive ({versions}) with its extra `analysis`:

```sh
analysis check .
analysis report . --out results/report.html
```

The same archive and the same versions of the software give the same report, byte for byte."""


def _rules(content: ArchiveContent) -> str:
    ethics = content.study_file.ethics
    rules = [f"* `{name} = {json.dumps(value)}`" for name, value in content.exclusion.items()]
    lines = ["## Rules laid down beforehand", "", "The study file states whom the analysis leaves"
             " out (nobody is left out of the tables here):", "", *rules]  # fmt: skip
    if ethics.preregistration:
        lines += ["", f"Preregistration: {ethics.preregistration}"]
    if ethics.approval:
        lines += ["", f"Ethics: {ethics.approval}"]
    return "\n".join(lines)


def _left_out() -> str:
    return """\
## What is not in here

* Names, internet addresses, recruiters' identifiers: people are known by random codes.
* Answers of people who withdrew; their rows are there, the answers are empty.
* Anything of people whose data were erased; only that it happened.
* The photographs and their fakes. The manifest has the SHA-256 of each file, by which anybody who
  is given them can check that they are the same."""


def _rights(content: ArchiveContent) -> str:
    details = content.details
    names = ", ".join(found["name"] for found in authors(content.study_file, details))
    lines = [
        "## Authors, licence, contact",
        "",
        f"* Authors: {names}",
        f"* Licence of the data: {details.license_words}",
        f"* Contact: {content.facts.contact.strip() or NOT_STATED}",
    ]
    named = {"Funded by": details.funder, "Cite as": details.citation, "Kept at": details.url,
             "Published": details.date_published}  # fmt: skip
    return "\n".join([*lines, *(f"* {what}: {text}" for what, text in named.items() if text)])


def _origin(content: ArchiveContent) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in content.versions.items())
    digests = "\n".join(f"* Stimulus set: `{digest}`" for digest in content.set_digests)
    return (
        "## Where it comes from\n\n"
        f"Version {content.facts.version} of these data was written by `study-app export --format"
        f" psych-ds` ({versions}).\n\n* Study: `{content.study_digest}`\n{digests}"
    )


def _number(flow: Iterable[Mapping[str, str]], step: str, simulated: str) -> str:
    found = (
        row["n"]
        for row in flow
        if row["step"] == step and row["simulated"] == simulated and row["counted"] == COUNTED
    )
    return next(found, "0")
