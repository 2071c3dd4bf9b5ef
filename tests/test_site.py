"""The documentation site is whole, and wants nothing from the network."""

import re
from pathlib import Path

import pytest
import yaml

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


def test_the_reference_has_every_command_and_every_table(site):
    commands = (site / "reference" / "study-app.html").read_text(encoding="utf-8")
    tables = (site / "reference" / "study-file.html").read_text(encoding="utf-8")

    assert "study-app find-participant" in commands
    assert "--data-protection" in commands
    for name in ("ProtocolSettings", "Ethics", "Recruiter", "ExclusionRule"):
        assert name in tables


def test_what_is_fetched_would_be_found():
    page = '<script src="https://cdn.example.org/a.js"></script><a href="https://example.org">b</a>'

    assert FETCHED.findall(page) == ["https://cdn.example.org/a.js"]
    assert IMPORTED.findall("@import url('//fonts.example.org/a.css')")
    assert not FETCHED.findall(f'<a href="{Path("x.html")}">')
