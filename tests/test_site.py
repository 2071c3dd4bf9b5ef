"""The documentation site is whole, and wants nothing from the network."""

import dataclasses
import re
import typing
from pathlib import Path

import pytest
import yaml

from analysis.__main__ import main as analysis
from colorizer.__main__ import main as colorizer
from study_app.commands import main as study_app
from study_app.study_tables import StudyFile
from tests.conftest import ROOT
from tests.documents import build_site

DOCS = ROOT / "docs"
# What a browser fetches by itself; a link to follow is no such thing.
FETCHED = re.compile(
    r"<(?:script|img|iframe|source|link)\b[^>]*?\b(?:src|href)=[\"']?((?:https?:)?//[^\"' >]+)"
)
IMPORTED = re.compile(r"(?:@import|url\()\s*[\"']?((?:https?:)?//[^\"')]+)")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("mkdocs", reason="pip install '.[docs]' brings the site's builder")
    return build_site(tmp_path_factory.mktemp("site") / "site")


def pages_in(navigation):
    for entry in navigation:
        value = next(iter(entry.values())) if isinstance(entry, dict) else entry
        yield from pages_in(value) if isinstance(value, list) else [value]


def test_the_navigation_has_every_page():
    """Here too, so that it is found without building the site."""
    config = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))

    listed = list(pages_in(config["nav"]))

    assert sorted(listed) == sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md"))


def test_every_page_is_built_and_no_link_leads_nowhere(site):
    """Strict: a link or an anchor that is not there, or a page that nobody lists, is an error."""
    wanted = {path.relative_to(DOCS).with_suffix(".html") for path in DOCS.rglob("*.md")}

    assert {path.relative_to(site) for path in site.rglob("*.html")} >= wanted


def test_a_page_fetches_nothing_from_elsewhere(site):
    fetched = {
        address
        for path in (*site.rglob("*.html"), *site.rglob("*.css"))
        for pattern in (FETCHED, IMPORTED)
        for address in pattern.findall(path.read_text(encoding="utf-8"))
    }

    assert fetched == set()


def test_the_reference_has_every_command(site):
    for name, group in (("study-app", study_app), ("colorizer", colorizer), ("analysis", analysis)):
        page = (site / "reference" / f"{name}.html").read_text(encoding="utf-8")

        assert {command for command in group.commands if f"{name} {command}" not in page} == set()


def test_the_reference_has_every_table_of_a_study_file(site):
    page = (site / "reference" / "study-file.html").read_text(encoding="utf-8")
    hints = typing.get_type_hints(StudyFile).values()
    tables = {inner.__name__ for hint in hints for inner in (*typing.get_args(hint), hint)
              if dataclasses.is_dataclass(inner)}  # fmt: skip

    assert len(tables) > 10
    assert {name for name in tables if f">{name}</span>" not in page} == set()


def test_what_is_fetched_would_be_found():
    page = '<script src="https://cdn.example.org/a.js"></script><a href="https://example.org">b</a>'

    assert FETCHED.findall(page) == ["https://cdn.example.org/a.js"]
    assert IMPORTED.findall("@import url('//fonts.example.org/a.css')")
    assert not FETCHED.findall(f'<a href="{Path("x.html")}">')
