"""The desk's password as a researcher sets it."""

import pytest
from click.testing import CliRunner

from study_app import desk_commands
from study_app.commands import main
from tests.study_app import factories
from tests.study_app.desk_logins import PASSWORD, log_in
from tests.study_app.factories import Browser


@pytest.fixture
def instance(open_app, monkeypatch):
    factories.point_commands_at(monkeypatch, open_app)
    monkeypatch.setattr(desk_commands, "is_terminal", lambda: True)
    return open_app


def run(*options, typed=""):
    return CliRunner().invoke(main, ["desk-password", *options], input=typed)


def test_a_password_typed_twice_opens_the_desk_and_is_not_shown(instance):
    result = run(typed=f"{PASSWORD}\n{PASSWORD}\n")

    assert result.exit_code == 0, result.output
    assert "/desk/" in result.output
    assert PASSWORD not in result.output
    assert log_in(Browser(instance)).status_code == 302


def test_a_password_comes_from_another_program(instance):
    assert run("--stdin", typed=f"{PASSWORD}\nmore\n").exit_code == 0

    assert log_in(Browser(instance)).status_code == 302


def test_where_nobody_can_be_asked_it_says_what_to_do(instance, monkeypatch):
    monkeypatch.setattr(desk_commands, "is_terminal", lambda: False)

    result = run()

    assert result.exit_code == 2
    assert result.output.splitlines()[-1].endswith("--stdin reads it from the input.")
    assert Browser(instance).get("/desk/login").status_code == 404


def test_two_different_ones_change_nothing(instance):
    result = run(typed=f"{PASSWORD}\n{PASSWORD}!\n")

    assert result.exit_code == 2
    assert "nothing was changed" in result.output
    assert Browser(instance).get("/desk/login").status_code == 404


@pytest.mark.parametrize("options", [[], ["--stdin"]])
def test_a_short_one_is_refused_in_one_line(instance, options):
    result = run(*options, typed="short\nshort\n")

    assert result.exit_code == 13
    assert "has 5 characters" in result.output.splitlines()[-1]
    assert Browser(instance).get("/desk/login").status_code == 404


def test_without_a_database_it_says_how_to_make_one(tmp_path, monkeypatch):
    monkeypatch.setenv("STUDY_INSTANCE_PATH", str(tmp_path / "none"))

    result = run("--stdin", typed=f"{PASSWORD}\n")

    assert result.exit_code == 2
    assert "study-app create" in result.output
