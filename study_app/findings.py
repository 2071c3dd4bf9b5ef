"""What a referee or an ethics board would ask about a study: one finding each. Pure.

Place on the data's path: before a study is opened. The ``*_findings.py`` modules find,
``check_command.py`` prints. Standard library only.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Severity = Literal["must", "should", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
PAGE = "docs/how-to/before-you-open.md"


@dataclass(frozen=True)
class Finding:
    """Something to do, or to know, before a study is opened.

    Attributes:
        code: names the kind of finding; stable.
        severity: ``must`` holds up the study, ``should`` will be asked, ``note`` belongs into the
            paper.
        place: table and key of the study file, such as ``[study] contact``.
        found: what is so, in a sentence.
        advice: what to write, or to do; may be empty for a note.
        section: heading of ``PAGE`` that tells more, as it stands in an address.
    """

    code: str
    severity: Severity
    place: str
    found: str
    advice: str
    section: str

    @property
    def link(self) -> str:
        """Where the documentation tells more."""
        return f"{PAGE}#{self.section}"


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Sort by severity; what was found first stays first."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def line_of(source: str, place: str) -> int | None:
    """Give the line of a place in the text of a study file, from 1.

    Args:
        source: TOML.
        place: ``[table] key``, or ``[table]``.

    Returns:
        That of the key, or else of its table; None if neither is there.
    """
    table, _, key = place.partition("] ")
    header = re.compile(rf"\s*{re.escape(table.rstrip(']') + ']')}\s*(#.*)?")
    found = None
    for number, line in enumerate(source.splitlines(), start=1):
        if found is None:
            found = number if header.fullmatch(line) else None
        elif line.startswith("["):
            break
        elif key and re.match(rf"{re.escape(key)}\s*=", line):
            return number
    return found


def as_document(findings: Iterable[Finding], source: str) -> list[dict[str, Any]]:
    """Give findings for ``--json``."""
    return [
        {**asdict(finding), "line": line_of(source, finding.place), "link": finding.link}
        for finding in findings
    ]
