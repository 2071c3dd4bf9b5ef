"""What is released: everything that the packages need is inside, and works when installed."""

import csv
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.study_app import factories

PACKAGES = ("analysis", "colorizer", "migrations", "study_app")
BUILD_FILES = ("LICENSE", "README.md", "pyproject.toml")
BUILD = """\
import sys
from setuptools.build_meta import build_sdist, build_wheel
(out,) = sys.argv[1:]  # setuptools changes it
build_wheel(out)
build_sdist(out)
"""
# One of each kind that was forgotten in some release of some package.
KINDS = {
    "study_app/templates/consent.html",
    "study_app/static/js/presenter.js",
    "study_app/static/css/pages.css",
    "study_app/translations/de/LC_MESSAGES/messages.mo",
    "migrations/env.py",
    "migrations/alembic.ini",
    "migrations/versions/0001_first_tables.py",
    "colorizer/weights/default.keras",
    "colorizer/weights/default.fingerprints.npy",
    "colorizer/weights/MODEL_CARD.md",
}
N_OBSERVERS = 2


@pytest.fixture(scope="module")
def tracked():
    """Give the files of the packages as they are under version control."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone: there is no list of the packages' files")
    listed = subprocess.run(
        ["git", "ls-files", "--", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}


@pytest.fixture(scope="module")
def built(tracked, tmp_path_factory):
    """Give wheel and sdist, built from a copy: nothing that lies about can get in or help."""
    source = tmp_path_factory.mktemp("source")
    for name in (*tracked, *BUILD_FILES):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-c", BUILD, str(out)], cwd=source, capture_output=True, check=True
    )
    (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
    return wheel, sdist


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """Install the wheel where the checkout is out of sight; libraries are those of the tests."""
    site = tmp_path_factory.mktemp("installed") / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--no-deps", "--no-index", "--target", str(site), str(built[0])],
        check=True,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("elsewhere")
    environment = {name: value for name, value in os.environ.items() if name[:6] != "STUDY_"}
    environment["PYTHONPATH"] = str(site)

    def call(*command):
        program, *arguments = (str(part) for part in command)
        done = subprocess.run(
            [sys.executable, str(site / "bin" / program), *arguments],
            cwd=folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    call.site, call.folder, call.environment = site, folder, environment
    return call


def test_one_of_each_kind_is_tracked(tracked):
    """Else the tests below would compare nothing with nothing."""
    assert tracked >= KINDS


def test_the_wheel_holds_every_file_of_the_packages_and_no_other(built, tracked):
    with zipfile.ZipFile(built[0]) as wheel:
        inside = {name for name in wheel.namelist() if ".dist-info/" not in name}

    assert inside == tracked


def test_the_sdist_holds_every_file_of_the_packages(built, tracked):
    with tarfile.open(built[1]) as sdist:
        inside = {name.partition("/")[2] for name in sdist.getnames()}

    assert inside >= tracked | set(BUILD_FILES)


def test_the_wheel_has_its_licence_and_its_commands(built):
    with zipfile.ZipFile(built[0]) as wheel:
        names = wheel.namelist()
        (entry_points,) = (name for name in names if name.endswith("entry_points.txt"))
        commands = wheel.read(entry_points).decode()

    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    assert set(re.findall(r"^([\w-]+) = ", commands, re.MULTILINE)) == {
        "analysis",
        "colorizer",
        "study-app",
    }


def test_the_installed_program_is_not_that_of_the_checkout(installed):
    code = "import study_app, colorizer, analysis; print(study_app.__file__, analysis.__file__)"

    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=installed.folder, env=installed.environment, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip

    assert str(ROOT) not in said.replace(str(installed.site), "")
    assert said.count(str(installed.site)) == 2


def test_the_demo_runs_from_the_wheel_alone(installed):
    """Migrations, templates, static files, translations: each is needed on the way."""
    factories.build_set(installed.folder / "set", 16)

    said = installed("study-app", "demo", "--set", "set", "--participants", N_OBSERVERS,
                     "--no-serve")  # fmt: skip

    made = installed.folder / "demo"
    with (made / "export" / "trials.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == N_OBSERVERS * 16
    assert "SIMULATED" in (made / "report.html").read_text(encoding="utf-8")
    assert "A colorization Turing test, ready" in said


@pytest.mark.slow
def test_the_demo_colours_photographs_with_the_weights_inside_the_wheel(installed):
    said = installed("study-app", "demo", "--out", "coloured", "--max-photos", 12,
                     "--participants", 1, "--no-serve")  # fmt: skip

    made = installed.folder / "coloured"
    assert "(12 photographs; full, mean, random)" in said
    assert "sound; 12 photos" in installed("colorizer", "check-set", made / "set")
    assert "fool-rates" in (made / "report.html").read_text(encoding="utf-8")


def test_the_version_stands_in_one_place():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    sources = [
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if f'"{project["version"]}"' in path.read_text(encoding="utf-8")
    ]

    assert sources == []
    assert metadata.version(project["name"]) == project["version"]


def test_the_citation_is_valid_and_names_this_version():
    checked = subprocess.run(
        [str(Path(sys.executable).with_name("check-jsonschema")), "--builtin-schema",
         "vendor.citation-file-format", str(ROOT / "CITATION.cff")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert citation["version"] == project["version"]
    assert citation["license"] == project["license"]
