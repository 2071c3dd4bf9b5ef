"""Every command on the pages for readers is one that exists."""

from pathlib import Path

import click
import pytest

from analysis.__main__ import main as analysis
from colorizer.__main__ import main as colorizer
from study_app.commands import main as study_app
from tests.documents import PAGES, Command, commands_of

GROUPS = {"colorizer": colorizer, "study-app": study_app, "analysis": analysis}
COMMANDS = [command for page in PAGES for command in commands_of(page)]
PLACEHOLDERS = ("…", "...", "[…]")


def problem(command: Command) -> str:
    """Say why a command cannot be given; empty if it can."""
    program, *words = command.words
    found, names = GROUPS[program], [program]
    context = click.Context(found, info_name=program)
    while isinstance(found, click.Group) and words and not words[0].startswith("-"):
        inner = found.get_command(context, words[0])
        if inner is None:
            return f"{' '.join(names)} has no command {words[0]!r}"
        names.append(words.pop(0))
        found, context = inner, click.Context(inner, info_name=names[-1], parent=context)
    if command.is_whole and not set(PLACEHOLDERS) & set(words):
        return _parsed(found, names[-1], words)
    return _options(found, context, words)


def _parsed(found: click.Command, name: str, words: list[str]) -> str:
    """Parse everything: names, values, what is required."""
    try:
        found.make_context(name, list(words))
    except click.UsageError as error:
        return error.format_message()
    except click.exceptions.Exit:
        return ""  # --help, --version
    return ""


def _options(found: click.Command, context: click.Context, words: list[str]) -> str:
    """Look at the options' names only: a sentence may leave out the rest."""
    known = {
        name
        for option in found.get_params(context)
        for name in (*option.opts, *option.secondary_opts)
    }
    for word in words:
        if word.startswith("--") and word.partition("=")[0] not in known:
            return f"no option {word}"
    return ""


def test_pages_have_commands():
    """Else the tests below prove nothing."""
    whole = {command.words[0] for command in COMMANDS if command.is_whole}

    assert whole == set(GROUPS)
    assert len(COMMANDS) > 80
    assert "README.md" in {command.page for command in COMMANDS}


@pytest.mark.parametrize(
    "words",
    [
        ("study-app", "nothing"),
        ("study-app", "export"),
        ("study-app", "export", "--out", "a", "--nothing"),
        ("analysis", "plan", "precision", "--half-width", "wide"),
        ("colorizer", "build-set", "photos"),
    ],
)
def test_a_command_that_does_not_exist_is_found(words):
    assert problem(Command("page", 1, words, is_whole=True))


def test_an_option_that_does_not_exist_is_found_in_a_sentence_too():
    wrong = Command("page", 1, ("study-app", "export", "--nothing"), is_whole=False)
    short = Command("page", 1, ("study-app", "export"), is_whole=False)

    assert problem(wrong) == "no option --nothing"
    assert problem(short) == ""


@pytest.mark.parametrize("page", sorted({command.page for command in COMMANDS}))
def test_every_command_on_a_page_can_be_given(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = [
        f"{page}, line {command.line}: {' '.join(command.words)}: {said}"
        for command in COMMANDS
        if command.page == page and (said := problem(command))
    ]

    assert found == []
    assert list(Path().iterdir()) == []  # parsed, not run
