"""The commands as a researcher types them, in one process; ``serve`` is in ``test_server.py``."""

import csv
import os
import re
import shutil
from inspect import signature
from pathlib import Path

import pytest
from click.testing import CliRunner

from study_app import commands, create_app, server
from study_app.errors import SimulationError
from study_app.extensions import db
from study_app.presets import PRESETS
from study_app.study_file import parse_study_file
from study_app.study_template import DEFAULT_TITLE
from tests.study_app.factories import Browser

SMALL = ["--n-practice", "2", "--n-main", "8", "--n-vigilance", "1", "--n-control", "1"]


@pytest.fixture
def here(request, tmp_path, monkeypatch, databases):
    """An empty folder with an instance of its own."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("STUDY_"):
            monkeypatch.delenv(name)
    if request.config.option.database == "sqlite":
        yield tmp_path  # which is where a database is made
        return
    address = databases.copy(request.getfixturevalue("migrated_database"), tmp_path)
    monkeypatch.setenv("STUDY_DATABASE_URL", address)
    yield tmp_path
    databases.drop(address)


def make_runner():
    # click 8.1 mixes the outputs unless told, click 8.2 has no word for it.
    apart = {"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}
    return CliRunner(**apart)


def run(*arguments):
    return make_runner().invoke(commands.main, [str(argument) for argument in arguments])


def succeed(*arguments):
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def fail(*arguments):
    """Give the one line on stderr of a command that must fail without a traceback."""
    result = run(*arguments)
    assert result.exit_code not in (0, 1), result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("study-app: ")
    return lines[0]


@pytest.fixture
def created(here, set_folder):
    """A folder with a small study, created as a draft."""
    succeed("init", "study.toml", "--id", "colours", "--contact", "lab@example.org", *SMALL)
    _leave_out_checks(here / "study.toml")
    succeed("create", "study.toml", "--set", set_folder)
    return here


def _leave_out_checks(path):
    """Most tests are about what comes after the checks and before the questions."""
    text = path.read_text(encoding="utf-8")
    for key in ("device", "colour_vision", "display"):
        text = re.sub(rf'^{key} = "\w+"', f'{key} = "off"', text, flags=re.MULTILINE)
    text = re.sub(r"^standard = \[.*?\]", "standard = []", text, flags=re.MULTILINE)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", sorted(commands.main.commands))
def test_every_command_explains_itself_with_an_example(name):
    text = succeed(name, "--help")

    assert "Example: study-app " + name in " ".join(text.split())


@pytest.mark.parametrize("command", [[], ["create"]])
def test_help_has_a_short_name(command):
    # The first line says how the test called it.
    assert succeed(*command, "-h") == succeed(*command, "--help")


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.usefixtures("here")
def test_init_writes_a_valid_draft_of_every_preset(preset):
    output = succeed("init", "study.toml", "--protocol", preset)

    study_file = parse_study_file(Path("study.toml").read_text(encoding="utf-8"))
    assert study_file.protocol == PRESETS[preset].protocol
    assert study_file.study.title == DEFAULT_TITLE
    assert "Missing: a contact" in output


@pytest.mark.usefixtures("here")
def test_init_takes_what_it_is_told():
    options = ["--title", "Sky", "--id", "sky", "--contact", "a@example.org", "--pay", "Tea."]
    options += ["--minutes", "3", "--design", "within", "--layout", "side-by-side"]
    options += ["--first-side", "left", "--display-ms", "500", "--per-condition", "7"]
    options += ["--tested", "full", "--tested", "l2"]
    output = succeed("init", "study.toml", *options, *SMALL)

    found = parse_study_file(Path("study.toml").read_text(encoding="utf-8"))
    assert (found.study.title, found.study.id, found.study.minutes) == ("Sky", "sky", 3)
    assert (found.study.contact, found.study.pay) == ("a@example.org", "Tea.")
    protocol = found.protocol
    assert (protocol.design, protocol.layout, protocol.first_side) == (
        "within",
        "side-by-side",
        "left",
    )
    assert (protocol.n_practice, protocol.n_main, protocol.n_vigilance) == (2, 8, 1)
    assert (protocol.display_ms, found.participants.per_condition) == (500, 7)
    assert found.conditions.tested == ("full", "l2")
    assert "Missing" not in output


@pytest.mark.usefixtures("here")
def test_init_keeps_a_file_that_is_there():
    Path("study.toml").write_text("mine")

    assert "exists already" in fail("init", "study.toml")
    assert Path("study.toml").read_text() == "mine"
    succeed("init", "study.toml", "--overwrite")


@pytest.mark.usefixtures("here")
def test_init_refuses_what_cannot_be():
    assert "n_main = 0 is less than 1" in fail("init", "study.toml", "--n-main", "0")
    assert not Path("study.toml").exists()


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("option", "message"),
    [("--n-vigilance", "at most 19 can"), ("--n-control", "leaves no trial of a tested condition")],
)
def test_init_refuses_numbers_that_no_plan_can_have(option, message):
    numbers = {"--n-vigilance": 30, "--n-control": 36}

    assert message in fail("init", "study.toml", option, numbers[option])
    assert not Path("study.toml").exists()


@pytest.mark.usefixtures("here")
def test_create_stores_a_draft_and_says_where_it_departs(set_folder):
    succeed("init", "study.toml", "--id", "colours", *SMALL)

    output = succeed("create", "study.toml", "--set", set_folder)

    assert "colours: stored as a draft" in output
    assert "Tested: full. Vigilance: random. Control: real." in output
    assert "- 2 practice trials; in 2016 10" in output
    assert "Missing: a contact" in output


@pytest.mark.sqlite
def test_the_database_is_made_in_the_instance(created):
    assert (created / "instance" / "study.sqlite").is_file()


def test_create_again_changes_nothing(created, set_folder):
    assert "nothing changed" in succeed("create", "study.toml", "--set", set_folder)

    text = (created / "study.toml").read_text(encoding="utf-8")
    (created / "study.toml").write_text(text.replace("n_main = 8", "n_main = 9"), encoding="utf-8")
    assert "is stored already, from another" in fail("create", "study.toml", "--set", set_folder)


def test_a_set_may_be_named_by_its_manifest(created, set_folder):
    manifest = set_folder / "manifest.json"

    assert "nothing changed" in succeed("create", "study.toml", "--set", manifest)
    assert created.is_dir()


def test_create_wants_a_study_file_not_its_folder(here, set_folder):
    assert "a folder; the study file in it" in fail("create", here, "--set", set_folder)


def test_create_refuses_what_is_not_there(here, set_folder):
    assert "no such file" in fail("create", "study.toml", "--set", set_folder)
    succeed("init", "study.toml")
    assert "no manifest.json there" in fail("create", "study.toml", "--set", here / "none")
    assert not (here / "instance").exists(), "nothing is made for a study that is not stored"


@pytest.mark.sqlite
@pytest.mark.parametrize("name", ["status", "open", "close", "simulate", "export", "serve"])
def test_commands_without_a_database_say_what_makes_one(here, name):
    needed = {"simulate": ["--participants", "1"], "export": ["--out", here / "out"]}

    assert "study-app create" in fail(name, *needed.get(name, []))


@pytest.mark.usefixtures("created")
def test_an_unknown_study_is_named():
    for name in ("status", "open", "close"):
        assert "no study 'other'" in fail(name, "--study", "other")


def test_several_studies_want_a_choice(created, set_folder):
    succeed("init", "second.toml", "--id", "second", *SMALL)
    succeed("create", "second.toml", "--set", set_folder)

    assert "choose one with --study" in fail("open")
    assert "second: draft" in succeed("status", "--study", "second")
    assert re.findall("^.*: draft$", succeed("status"), re.M) == ["colours: draft", "second: draft"]
    assert created.is_dir()


@pytest.mark.usefixtures("created")
def test_a_study_is_opened_and_closed():
    assert "is draft and cannot become closed" in fail("close")
    assert "open at /study/colours" in succeed("open")
    assert "colours: open" in succeed("status")
    assert "cannot become pilot" in fail("pilot")
    assert "is closed" in succeed("close")
    assert "cannot become open" in fail("open")


@pytest.mark.usefixtures("created")
def test_a_pilot_is_told_of_apart_and_exported_apart():
    assert "in pilot at /study/colours" in succeed("pilot")
    succeed("simulate", "--participants", "2", "--seed", "5", "--threads", "2")
    assert "colours: pilot" in succeed("status")
    succeed("open")

    assert "Pilot, kept apart: 0 finished of 0 who began; 2 simulated" in succeed("status")
    assert "0 trials of 0 study sessions" in succeed("export", "--out", "main")
    assert "20 trials of 2 study sessions" in succeed("export", "--out", "pilot", "--pilot")
    assert "of the study, not of its pilot" in fail(
        "export", "--out", "archive", "--pilot", "--format", "psych-ds"
    )


@pytest.mark.usefixtures("here")
def test_a_study_is_opened_with_a_contact_only(set_folder):
    succeed("init", "study.toml", *SMALL)
    succeed("create", "study.toml", "--set", set_folder)

    assert "give one with --contact" in fail("open")
    assert "Missing: a contact" in succeed("status")
    succeed("open", "--contact", "lab@example.org")
    assert "Missing" not in succeed("status")


@pytest.mark.usefixtures("created")
def test_the_commands_own_server_needs_no_https(monkeypatch):
    """An instance behind a proxy has secure cookies, which its own server could not use."""
    monkeypatch.setenv("STUDY_SECURE_COOKIES", "true")

    output = succeed("simulate", "--participants", "1", "--seed", "5", "--threads", "1")

    assert "1 simulated observer gave 10 answers to colours" in output


def test_simulated_observers_run_through_the_commands_own_server(created):
    output = succeed("simulate", "--participants", "2", "--seed", "5", "--threads", "2")

    assert "2 simulated observers gave 20 answers to colours" in output
    assert "seed 5" in output
    status = succeed("status")
    line = next(line for line in status.split("simulated")[1].splitlines() if "full" in line)
    finished, excluded, *others = line.split()[1:]
    assert (finished, others) == ("2", ["0", "0", "0", "0", "-"])
    assert int(excluded) <= 2
    assert "Fool rates stay hidden until the study is closed." in status
    out = succeed("export", "--out", created / "out")
    assert "20 trials of 2 study sessions" in out
    with (created / "out" / "trials.csv").open(encoding="utf-8", newline="") as file:
        assert {row["simulated"] for row in csv.DictReader(file)} == {"true"}


@pytest.mark.usefixtures("created")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--fool-rate", "1.5"], "a fool rate of 1.5 is not between 0 and 1"),
        (["--fool-rate", "none=0.3"], "'none' is no tested condition"),
        (["--spread", "-1"], "spread = -1.0 is negative"),
        (["--seed", "1", "--url", "http://127.0.0.1:9"], "does not answer"),
    ],
)
def test_simulate_refuses_what_cannot_be(options, message):
    assert message in fail("simulate", "--participants", "1", *options)


@pytest.mark.usefixtures("created")
def test_a_fool_rate_that_is_no_number_is_explained():
    result = run("simulate", "--participants", "1", "--fool-rate", "often")

    assert result.exit_code == 2
    assert "'often' is neither a rate nor CONDITION=RATE" in result.stderr


@pytest.mark.usefixtures("created")
def test_a_seed_that_was_not_given_is_printed():
    output = succeed("simulate", "--participants", "1", "--threads", "1")

    seed = output.splitlines()[0].removeprefix("--seed ")
    assert seed.isdecimal()
    assert f"-seed-{seed}.json" in output


@pytest.mark.usefixtures("created")
def test_a_drawn_seed_is_known_after_a_failure_too():
    result = run("simulate", "--participants", "1", "--url", "http://127.0.0.1:9")

    assert result.exit_code == SimulationError.exit_code
    assert re.fullmatch(r"--seed \d+\n", result.stdout)


@pytest.fixture
def own_set(created, set_folder):
    """A copy of the study's set that a test may move or spoil, known to the database."""
    folder = shutil.copytree(set_folder, created / "own set")
    assert "its set is now at" in succeed("create", "study.toml", "--set", folder)
    return folder


def test_a_set_that_was_moved_is_found_out_before_anybody_takes_part(own_set, monkeypatch):
    monkeypatch.setattr(server, "run_gunicorn", lambda *_given: pytest.fail("it must not serve"))
    succeed("open")
    moved = own_set.rename(own_set.with_name("moved"))

    for command in (["simulate", "--participants", "1"], ["open"], ["serve"]):
        message = fail(*command)
        assert f"no longer at {own_set}" in message
        assert "study-app create STUDY.TOML --set" in message
    succeed("create", "study.toml", "--set", moved)
    succeed("open")


def test_a_set_that_was_changed_leaves_no_half_finished_observers(own_set):
    image = next((own_set / "full").iterdir())
    image.unlink()

    message = fail("simulate", "--participants", "1")

    assert f"{own_set}: full/{image.name}: the file is missing" in message
    assert "simulated" not in succeed("status")


def test_what_people_did_is_hidden_until_closed(created):
    app = create_app(commands.load_settings())
    app.testing = True
    succeed("open")
    browser = Browser(app)
    browser.consent()
    browser.answer_all()

    before = succeed("status")
    succeed("close")
    after = succeed("status")

    assert "fooled" not in before
    assert "stay hidden" in before
    assert "full: fooled in " in after
    assert " of 6 main trials" in after
    with app.app_context():
        db.engine.dispose()
    assert created.is_dir()


def test_export_refuses_an_existing_folder_unless_told(created):
    succeed("export", "--out", "out")

    assert "exists already" in fail("export", "--out", "out")
    succeed("export", "--out", "out", "--overwrite")
    assert (created / "out" / "trials.csv").is_file()


@pytest.mark.usefixtures("created")
def test_serve_starts_the_production_server_or_flasks_own(monkeypatch):
    calls, checked = [], []
    monkeypatch.setattr(server, "check_address", lambda *given: checked.append(given))
    monkeypatch.setattr(server, "run_gunicorn", lambda *given: calls.append(given))
    monkeypatch.setattr(server, "run_development_server", lambda *given: calls.append(given))

    output = succeed("serve", "--port", "5001", "--workers", "3")
    typed = "correct horse battery\n"
    make_runner().invoke(commands.main, ["desk-password", "--stdin"], input=typed)
    with_desk = succeed("serve", "--dev")

    assert "The study is at http://127.0.0.1:5001/" in output
    assert "study-app desk-password opens it" in output
    assert "The desk is at http://127.0.0.1:5000/desk/" in with_desk
    (settings, host, port, workers), (app, dev_host, dev_port) = calls
    assert (host, port, workers) == ("127.0.0.1", 5001, 3)
    assert checked == [("127.0.0.1", 5001)]
    assert settings.database_url == commands.load_settings().database_url
    assert (app.name, dev_host, dev_port) == ("study_app", "127.0.0.1", 5000)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("no address", "STUDY_DATABASE_URL: Could not parse"),
        ("nosuch://localhost/x", "STUDY_DATABASE_URL: Can't load plugin"),
        ("postgresql+psycopg://root@127.0.0.1:9/x", "the database cannot be used: connection"),
        ("sqlite:////dev/null/x.sqlite", "the database cannot be used: unable to open"),
        ("sqlite:///../study.toml", "the database cannot be used: file is not a database"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line(here, set_folder, monkeypatch, url, message):
    succeed("init", "study.toml", *SMALL)
    monkeypatch.setenv("STUDY_DATABASE_URL", url)

    assert message in fail("create", "study.toml", "--set", set_folder)
    assert here.is_dir()


@pytest.mark.sqlite
def test_an_address_in_the_settings_file_is_named_as_such(here, set_folder):
    succeed("init", "study.toml", *SMALL)
    (here / "instance").mkdir()
    (here / "instance" / "config.toml").write_text('database_url = "no address"')

    message = fail("create", "study.toml", "--set", set_folder)

    assert "config.toml: database_url: Could not parse" in message
    assert "STUDY_DATABASE_URL" not in message


def test_an_instance_that_is_a_file_is_one_line(here, monkeypatch):
    (here / "file").touch()
    monkeypatch.setenv("STUDY_INSTANCE_PATH", str(here / "file"))

    assert "file: a file; STUDY_INSTANCE_PATH names a folder" in fail("status")


def test_looking_for_a_study_makes_no_database(here):
    fail("status")

    assert not (here / "instance" / "study.sqlite").exists()


def test_the_version_is_told():
    assert "version" in succeed("--version")


def test_a_wrong_setting_is_one_line(here):
    (here / "instance").mkdir()
    (here / "instance" / "config.toml").write_text("colour = 1")

    assert "unknown key colour" in fail("status")
