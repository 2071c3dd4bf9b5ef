"""The rules of the architecture that no import contract can state."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("colorizer", "study_app", "analysis")
# Contract 1 is the manifest with what reads it safely; contract 2 the trial table's columns.
CONTRACTS = (
    "colorizer/manifest.py",
    "colorizer/manifest_rules.py",
    "colorizer/set_files.py",
    "colorizer/strict_json.py",
    "analysis/columns.py",
)
NUMERIC_STACK = ("tensorflow", "keras", "numpy", "pandas", "scipy", "matplotlib")
SOURCES = sorted(
    path.relative_to(ROOT)
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if path.name != "__init__.py" or path.read_text(encoding="utf-8").count("\n") > 1
)
TESTS = sorted(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py"))


def imported_modules(path):
    """Give the modules a file imports at its top level, with the names taken from packages."""
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_path_of(source):
    name = source.stem.strip("_")
    package = source.parts[0]
    return [
        ROOT / "tests" / package / f"test_{name}.py",
        ROOT / "tests" / source.parent / f"test_{name}.py",
    ]


test_path_of.__test__ = False


@pytest.mark.parametrize("path", CONTRACTS)
def test_a_contract_imports_the_standard_library_only(path):
    own = {"colorizer.errors", "analysis.errors"} | {
        part.removesuffix(".py").replace("/", ".") for part in CONTRACTS
    }

    foreign = {
        name
        for name in imported_modules(path)
        if name.partition(".")[0] not in sys.stdlib_module_names and name not in own
    }

    assert not foreign


@pytest.mark.parametrize("path", ["colorizer/errors.py", "analysis/errors.py"])
def test_the_errors_a_contract_may_raise_import_the_standard_library_only(path):
    assert all(name.partition(".")[0] in sys.stdlib_module_names for name in imported_modules(path))


@pytest.mark.parametrize("package", ["colorizer", "analysis"])
def test_the_packages_of_the_contracts_hold_a_docstring_only(package):
    body = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8")).body

    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)


def test_the_web_study_loads_nothing_of_the_numeric_stack():
    code = (
        "import study_app, study_app.commands, sys;"
        f"print([name for name in {NUMERIC_STACK!r} if name in sys.modules])"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_every_source_file_has_its_test_file(source):
    assert any(path.is_file() for path in test_path_of(source))


@pytest.mark.parametrize("path", TESTS, ids=str)
def test_every_file_with_tests_is_collected(path):
    """A test in a file of another name would never run."""
    body = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    has_tests = any(
        isinstance(node, ast.FunctionDef) and node.name.startswith("test_") for node in body
    )

    assert path.name.startswith("test_") == has_tests


def test_no_image_is_in_the_repository_but_those_we_drew():
    """Photographs never enter the repository."""
    tracked = subprocess.run(
        ["git", "ls-files"], capture_output=True, text=True, check=False, cwd=ROOT
    ).stdout.splitlines()

    images = {name for name in tracked if Path(name).suffix.lower() in (".jpg", ".jpeg", ".webp")}

    assert not images
