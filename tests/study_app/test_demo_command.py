"""What comes before and between the steps; that they work together is seen in test_release.py."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from study_app import demo_command
from study_app.commands import main
from study_app.demo_command import RECORD_NAME, demo_environment
from tests.study_app import factories


@pytest.fixture
def stimulus_set(tmp_path):
    factories.build_set(tmp_path / "set", 12)
    return tmp_path / "set"


@pytest.fixture
def started(monkeypatch):
    """Note the commands of the steps in place of running them; the one named there fails."""
    seen = []

    def run(command, **_options):
        seen.append(command[4])
        return SimpleNamespace(returncode=3 if command[4] == seen.failing else 0)

    seen = Seen()
    monkeypatch.setattr(subprocess, "run", run)
    return seen


class Seen(list):
    """Commands in the order in which they were started."""

    failing = ""


def demo(*arguments, code=0):
    result = CliRunner().invoke(main, ["demo", "--no-serve", *map(str, arguments)])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


def test_all_steps_are_run_and_shown_and_what_is_there_is_told(tmp_path, stimulus_set, started):
    said = demo("--set", stimulus_set, "--out", tmp_path / "demo")

    assert started == ["init", "create", "open", "simulate", "export", "report"]
    assert "$ study-app init " in said
    assert "$ analysis report " in said
    assert "(12 photographs; full, random)" in said


@pytest.mark.usefixtures("started")
def test_what_is_told_can_be_typed_where_no_name_leads_to_the_programs(
    tmp_path, stimulus_set, monkeypatch
):
    here = Path(sys.executable).parent
    monkeypatch.chdir(here.parent)
    monkeypatch.setenv("PATH", str(here))
    assert " study-app serve" in demo("--set", stimulus_set, "--out", tmp_path / "demo")
    monkeypatch.setenv("PATH", "/nowhere")

    said = demo("--set", stimulus_set, "--out", tmp_path / "demo")

    mine = os.path.relpath(tmp_path / "demo" / "mine")
    assert f" {here.name}/study-app serve" in said
    assert f"&& {here.name}/analysis report {mine} --out {mine}.html" in said


def test_it_goes_on_with_the_step_that_refused(tmp_path, stimulus_set, started):
    started.failing = "simulate"
    said = demo("--set", stimulus_set, "--out", tmp_path / "demo", code=17)
    started.failing = ""
    started.clear()

    demo("--set", stimulus_set, "--out", tmp_path / "demo")
    first = list(started)
    demo("--set", stimulus_set, "--out", tmp_path / "demo")

    assert "study-app: the demo stopped at this step, exit code 3; the same command goes on" in said
    assert first == ["simulate", "export", "report"]
    assert started == first, "what is done is not done again"


def test_a_demo_of_something_else_is_left_alone(tmp_path, stimulus_set, started):
    demo("--set", stimulus_set, "--out", tmp_path / "demo")
    started.clear()

    said = demo("--set", stimulus_set, "--out", tmp_path / "demo", "--participants", 3, code=17)

    assert "holds a demo of other photographs or numbers; --out names another folder" in said
    assert started == []


def test_what_is_something_else_is_set_aside_when_asked(tmp_path, stimulus_set, started):
    folder, same = tmp_path / "demo", ("--set", stimulus_set, "--out", tmp_path / "demo")
    demo(*same)
    (tmp_path / "demo-1").mkdir()
    (folder / "mine.html").touch()
    demo(*same, "--set-aside")
    started.clear()

    said = demo(*same, "--set-aside", "--participants", 3)

    assert f"What was in {folder} is now in {folder}-2\n" in said
    assert (tmp_path / "demo-2" / "mine.html").exists()
    assert not (folder / "mine.html").exists()
    assert started[0] == "init"


def test_a_folder_that_is_no_demo_is_left_alone(tmp_path, started):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").touch()

    said = demo("--out", tmp_path / "thesis", code=17)

    assert "is there and no demo; --out names another folder" in said
    assert started == []


def test_without_what_colours_a_sentence_says_what_adds_it(tmp_path, started, monkeypatch):
    monkeypatch.setattr(demo_command, "COLOURING_NEEDS", ("no_such_library_is_here",))

    said = demo("--out", tmp_path / "demo", code=17)

    assert "pip install 'colorization-turing-test[colorizer,analysis]'" in said
    assert "--set" in said
    assert not (tmp_path / "demo").exists()
    assert started == []


def test_without_the_analysis_everything_else_is_done(tmp_path, stimulus_set, started, monkeypatch):
    monkeypatch.setattr(demo_command.analysis_command, "NEEDED", ("no_such_library_is_here",))

    said = demo("--set", stimulus_set, "--out", tmp_path / "demo")

    assert started == ["init", "create", "open", "simulate", "export"]
    assert "report        none: pip install" in said
    assert json.loads((tmp_path / "demo" / RECORD_NAME).read_text())["done"][-1] == "export"


def test_no_other_instance_is_touched(tmp_path):
    """A demo must not land in the database that somebody's study is in."""
    given = {"STUDY_DATABASE_URL": "postgresql://x", "STUDY_INSTANCE_PATH": "/y", "PATH": "/bin"}

    assert demo_environment(tmp_path, given) == {
        "PATH": "/bin",
        "STUDY_INSTANCE_PATH": str(tmp_path),
    }
