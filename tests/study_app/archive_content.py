"""What the texts of an archive are told, without a database."""

from dataclasses import replace
from typing import Any

from study_app.archive_description import DataFacts
from study_app.archive_details import ArchiveDetails
from study_app.archive_readme import ArchiveContent
from study_app.protocol import Roles
from study_app.study_file import parse_study_file
from tests.study_app import factories

FACTS = DataFacts(
    version="2026-03-05-1a2b3c4d",
    days={"created": "2026-03-01", "opened": "2026-03-02"},
    modified="2026-03-05",
    covered=("2026-03-02", "2026-03-05"),
    state="closed",
    contact="lab@example.org",
)


def flow_rows(people: dict[str, int], simulated: dict[str, int]) -> list[dict[str, str]]:
    """Rows of the participant flow; openings of pages with a name of a step beside them."""
    rows = [{"step": "enrolled", "simulated": "false", "n": "99", "counted": "openings of a page"}]
    for flag, counts in (("false", people), ("true", simulated)):
        rows += [
            {"step": step, "simulated": flag, "n": str(n), "counted": "study sessions"}
            for step, n in counts.items()
        ]
    return rows


def make_content(**changes: Any) -> ArchiveContent:
    content = ArchiveContent(
        study_file=parse_study_file(factories.study_text()),
        details=ArchiveDetails(),
        facts=FACTS,
        roles=Roles(("full",), "random", None),
        conditions={"full": ("weights", {"temperature": 0.5}), "random": ("random", {})},
        flow=flow_rows({"enrolled": 7, "finished": 5}, {"enrolled": 0, "finished": 0}),
        counts={("full", "people"): (40, 13)},
        questions=[
            ("display", "On what?", "A phone / A laptop"),
            ("strategy", "How?", "free text"),
        ],
        versions={"colorization-turing-test": "0.1.0"},
        set_digests=["ab" * 32],
        n_photos=60,
        study_digest="cd" * 32,
        exclusion={"vigilance_pass_share": 0.75},
        manifests=["materials/manifest.json"],
    )
    return replace(content, **changes)
