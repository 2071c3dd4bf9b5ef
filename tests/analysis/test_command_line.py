from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from analysis.command_line import Commands, finite, say_where
from analysis.errors import AnalysisError, TrialTableError


@pytest.mark.parametrize(
    ("error", "code"), [(AnalysisError("one\ntwo"), 1), (TrialTableError("one\ntwo"), 3)]
)
def test_a_mistake_is_a_line_per_problem_and_an_exit_code(error: Exception, code: int) -> None:
    @click.group(cls=Commands)
    def group() -> None: ...

    @group.command()
    def wrong() -> None:
        raise error

    result = CliRunner().invoke(group, ["wrong"])

    assert result.exit_code == code
    assert result.stderr == "analysis: one\nanalysis: two\n"


def test_anything_else_crashes_loudly() -> None:
    @click.group(cls=Commands)
    def group() -> None: ...

    @group.command()
    def wrong() -> None:
        raise ZeroDivisionError

    assert isinstance(CliRunner().invoke(group, ["wrong"]).exception, ZeroDivisionError)


def test_what_is_no_number_is_refused() -> None:
    option = click.Option(["--level"])
    context = click.Context(click.Command("x"))

    assert finite(context, option, 0.5) == 0.5
    assert finite(context, option, None) is None
    with pytest.raises(click.BadParameter, match="nan is no number"):
        finite(context, option, float("nan"))


def test_a_result_is_said_with_its_digest(capsys: pytest.CaptureFixture[str]) -> None:
    say_where(Path("x.csv"), b"")

    assert capsys.readouterr().out.startswith("x.csv  SHA-256 e3b0c44298fc1c14")
