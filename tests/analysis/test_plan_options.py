from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from analysis.command_line import ending_in
from analysis.plan_options import TARGETS, numbers, plan_options


def test_the_options_give_their_defaults() -> None:
    given: dict[str, Any] = {}

    @click.command()
    @plan_options
    def command(**options: Any) -> None:
        given.update(options)

    result = CliRunner().invoke(command, [])

    assert result.exit_code == 0
    assert given["photos"] == (40, 200, 1000)
    assert given["people"] is None
    assert TARGETS[given["target"]] == ("people_and_photos", "these_photos")
    assert given["n_checks"] is None


def read(option: Any, *arguments: str) -> Any:
    """Run a command with one option --x; give what it got, or the lines of its refusal."""
    given: list[Any] = []

    @click.command()
    @option
    def command(x: Any) -> None:
        given.append(x)

    result = CliRunner().invoke(command, arguments)
    return given[0] if given else result.stderr


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [(int, "20,40", (20, 40)), (int, "7", (7,)), (float, "0.5,1", (0.5, 1.0))],
)
def test_numbers_are_divided_by_commas(kind: Any, text: str, expected: tuple[float, ...]) -> None:
    assert read(click.option("--x", callback=numbers(kind)), "--x", text) == expected


def test_no_numbers_are_none() -> None:
    assert read(click.option("--x", callback=numbers(int))) is None


@pytest.mark.parametrize(("kind", "example"), [(int, "40,200"), (float, "0.5,1")])
@pytest.mark.parametrize("text", ["", "a", "1,,2"])
def test_other_lists_are_refused(kind: Any, example: str, text: str) -> None:
    said = read(click.option("--x", callback=numbers(kind)), "--x", text)

    assert f"{text!r} is not a list of numbers such as {example}" in said


def test_a_path_says_by_its_ending_what_is_written() -> None:
    option = click.option("--x", type=click.Path(path_type=Path), callback=ending_in(".svg"))

    assert read(option, "--x", "a.SVG") == Path("a.SVG")
    assert read(option) is None
    assert "a.txt does not end in .svg" in read(option, "--x", "a.txt")
