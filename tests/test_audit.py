"""What ``make audit`` says: nothing that was not looked at is called clean."""

import importlib.util
from datetime import date

import pytest

from tests.conftest import ROOT

CLEAN = {"name": "click", "version": "8.5.1", "vulns": []}
SKIPPED = {"name": "jax", "skip_reason": "Dependency not found on PyPI"}
# As pip-audit writes it.
WEAK = {
    "name": "flask",
    "version": "0.5",
    "vulns": [
        {
            "id": "PYSEC-2019-179",
            "fix_versions": ["1.0"],
            "aliases": ["CVE-2019-1010083", "GHSA-5wv5-4vpf-pj6m"],
            "description": "Unexpected memory usage.",
        }
    ],
}
LIST = """
[[allowed]]
id = "CVE-2019-1010083"
reason = "no JSON comes here"
until = 2026-06-30
"""


@pytest.fixture(scope="module")
def audit():
    spec = importlib.util.spec_from_file_location("ci_audit", ROOT / ".ci" / "audit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_libraries_without_a_weakness_pass(audit):
    verdict = audit.judge({"dependencies": [CLEAN]}, {})

    assert verdict == audit.Verdict(("1 libraries checked, 0 weaknesses to mend",), failed=False)


def test_a_weakness_fails_and_says_where_it_is_mended(audit):
    verdict = audit.judge({"dependencies": [CLEAN, WEAK]}, {})

    assert verdict.failed
    assert verdict.lines[1:] == ("flask 0.5: PYSEC-2019-179; mended in 1.0",)


def test_a_weakness_that_is_explained_passes_by_any_of_its_names(audit):
    allowed = audit.read_allowed(LIST, date(2026, 6, 30))

    verdict = audit.judge({"dependencies": [WEAK]}, allowed)

    assert not verdict.failed
    assert "explained: no JSON comes here" in verdict.lines[1]


def test_an_explanation_ends(audit):
    assert audit.read_allowed(LIST, date(2026, 7, 1)) == {}


@pytest.mark.parametrize("report", [None, {"dependencies": []}, {"dependencies": [SKIPPED]}])
def test_what_could_not_be_looked_up_is_not_called_clean(audit, report):
    verdict = audit.judge(report, {})

    assert not verdict.failed
    assert "NOT AUDITED" in verdict.lines[1]
    assert "weaknesses to mend" not in "\n".join(verdict.lines)


def test_a_library_that_the_service_does_not_know_is_named(audit):
    verdict = audit.judge({"dependencies": [CLEAN, SKIPPED]}, {})

    assert verdict.lines[1] == "NOT CHECKED, unknown to the service: jax"


@pytest.mark.parametrize("text", ["exit 3", "echo nonsense", "printf ''"])
def test_an_auditor_that_fails_gives_no_report(audit, tmp_path, monkeypatch, text):
    program = tmp_path / "pip-audit"
    program.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(audit.sys, "executable", str(tmp_path / "python"))

    assert audit.ask() is None


def test_the_list_in_use_can_be_read(audit):
    text = (ROOT / ".ci" / "audit-allowed.toml").read_text(encoding="utf-8")

    assert audit.read_allowed(text, date(2026, 1, 1)) == {}
