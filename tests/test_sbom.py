"""What ``make sbom`` keeps: the libraries that run, in a document that fits CycloneDX's schema."""

import importlib.util
import json
import subprocess
import sys
import tomllib
from importlib import metadata

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def sbom():
    spec = importlib.util.spec_from_file_location("ci_sbom", ROOT / ".ci" / "sbom.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def component(name, version="1.0"):
    return {"bom-ref": f"{name}=={version}", "name": name, "version": version, "type": "library"}


def environment():
    """An environment in which the root needs two libraries, one of them for its tests."""
    names = ("Flask_WTF", "Werkzeug", "pytest", "pluggy")
    needs = {"root": ["Flask_WTF==1.0", "pytest==1.0"], "Flask_WTF==1.0": ["Werkzeug==1.0"],
             "pytest==1.0": ["pluggy==1.0"]}  # fmt: skip
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"bom-ref": "root", "name": "root", "type": "application"}},
        "components": [component(name) for name in names],
        "dependencies": [{"ref": ref, "dependsOn": on} for ref, on in needs.items()],
    }


REQUIRES = {
    "flask-wtf": ["Werkzeug>=1; python_version > '3'", "absent; python_version < '3'"],
    "werkzeug": ["pytest; extra == 'tests'"],
    "pytest": ["pluggy"],
}


def needs(sbom, *requirements):
    return sbom.needs_of(list(requirements), lambda name: REQUIRES.get(name, []))


def test_what_is_needed_through_others_is_needed(sbom):
    assert needs(sbom, "Flask-WTF>=1") == {
        "": {"flask-wtf"},
        "flask-wtf": {"werkzeug"},
        "werkzeug": set(),
    }


def test_extras_are_needed_where_they_are_asked_for(sbom):
    found = needs(sbom, "Flask_WTF", "werkzeug[tests]")

    assert found["werkzeug"] == {"pytest"}
    assert found["pytest"] == {"pluggy"}


def test_only_what_is_needed_is_kept(sbom):
    kept = sbom.only_needed(environment(), needs(sbom, "flask-wtf"))

    assert [found["name"] for found in kept["components"]] == ["Flask_WTF", "Werkzeug"]
    assert kept["dependencies"] == [
        {"ref": "root", "dependsOn": ["Flask_WTF==1.0"]},
        {"ref": "Flask_WTF==1.0", "dependsOn": ["Werkzeug==1.0"]},
        {"ref": "Werkzeug==1.0", "dependsOn": []},
    ]


def test_the_document_fits_the_schema(sbom):
    sbom.check(json.dumps(sbom.only_needed(environment(), needs(sbom, "flask-wtf"))))


def test_a_document_that_breaks_the_schema_is_refused(sbom):
    wrong = {**environment(), "components": [{"name": "no type"}]}

    with pytest.raises(ValueError, match="no CycloneDX document"):
        sbom.check(json.dumps(wrong))


def test_a_library_that_is_not_installed_is_named(sbom):
    with pytest.raises(ValueError, match="not installed here: psycopg"):
        sbom.only_needed(environment(), needs(sbom, "psycopg"))


def test_the_names_are_those_of_users_not_of_developers(sbom):
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    found = sbom.needs_of(
        sbom.listed(tomllib.loads(text)["project"]), lambda name: metadata.requires(name) or []
    )

    assert {"flask", "gunicorn", "psycopg-binary", "tensorflow", "pandas", "werkzeug"} <= set(found)
    assert not {"pytest", "ruff", "mkdocs", "cyclonedx-bom", "ray", "jax", "ipython"} & set(found)


@pytest.mark.slow
def test_the_sbom_of_this_environment_is_written_whole(tmp_path):
    out = tmp_path / "sbom.json"

    subprocess.run([sys.executable, ROOT / ".ci" / "sbom.py", out], check=True)

    document = json.loads(out.read_text(encoding="utf-8"))
    found = {library["name"].lower(): library for library in document["components"]}
    assert found["flask"]["version"] == metadata.version("flask")
    assert found["flask"]["purl"].startswith("pkg:pypi/flask@")
    assert "werkzeug" in found
    assert "pytest" not in found
    assert str(ROOT) not in out.read_text(encoding="utf-8")
