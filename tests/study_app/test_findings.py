import re
from pathlib import Path

import pytest

from study_app import findings
from study_app.findings import Finding, as_document, in_order, line_of

ROOT = Path(__file__).resolve().parents[2]
SOURCE = """\
# a study
[study]
title = "One"
contact = ""  # MISSING

[consent]
text = "[ethics] is another table"
[wording.de]
title = "Eins"
[ethics]  # for reviewers
"""


def make_finding(severity="note", code="a", place="[study] contact"):
    return Finding(code, severity, place, "Something is so.", "", "trials")


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("[study] title", 3),
        ("[study] contact", 4),
        ("[study] minutes", 2),
        ("[wording.de] title", 9),
        ("[wording.de]", 8),
        ("[ethics] approval", 10),
        ("[aim]", None),
        ("[aim] power", None),
    ],
)
def test_a_place_is_found_in_the_file(place, line):
    assert line_of(SOURCE, place) == line


def test_the_gravest_come_first_and_else_the_order_stays():
    found = [make_finding("note"), make_finding("must"), make_finding("should"),
             make_finding("must", "b")]  # fmt: skip

    assert [(one.severity, one.code) for one in in_order(found)] == [
        ("must", "a"),
        ("must", "b"),
        ("should", "a"),
        ("note", "a"),
    ]


def test_a_document_has_line_and_link():
    (document,) = as_document([make_finding()], SOURCE)

    assert (document["line"], document["severity"]) == (4, "note")
    assert document["link"] == f"{findings.PAGE}#trials"


def test_every_section_that_findings_lead_to_is_a_heading_of_the_page():
    sources = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "study_app").glob("*_findings.py")
    )
    sections = set(re.findall(r'^[A-Z]+ = "([a-z0-9-]+)"$', sources, flags=re.MULTILINE))
    page = (ROOT / findings.PAGE).read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", page, flags=re.MULTILINE)
    }

    assert len(sections) > 5
    assert sections <= headings


def test_every_finding_is_explained_on_the_page():
    sources = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "study_app").glob("*_findings.py")
    )
    codes = set(re.findall(r'Finding\(\s*"([a-z-]+)"', sources))
    page = (ROOT / findings.PAGE).read_text(encoding="utf-8")

    assert len(codes) > 25
    assert {code for code in codes if f"`{code}`" not in page} == set()
