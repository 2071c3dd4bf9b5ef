"""What all commands share: one line per user's mistake, and where a result is.

Place on the data's path: the files of commands build on it; no command lives here.
"""

import hashlib
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from analysis.errors import AnalysisError

Callback = Callable[[click.Context, click.Parameter, Any], Any]
OVERWRITE = click.option("--overwrite", is_flag=True, help="Replace an existing result.")


class Commands(click.Group):
    """A group that shows a user's mistake as one line per problem, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; give its error's exit code to the shell."""
        try:
            return super().invoke(ctx)
        except AnalysisError as error:
            say_wrong(*str(error).splitlines())
            ctx.exit(error.exit_code)


def say_wrong(*lines: str) -> None:
    """Print lines on stderr, each under the program's name."""
    for line in lines:
        click.echo(f"analysis: {line}", err=True)


def say_where(path: Path, content: bytes) -> None:
    """Print where a result is, and its digest."""
    click.echo(f"{path}  SHA-256 {hashlib.sha256(content).hexdigest()}")


def finite(_: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """Refuse what is read as a number but is none; ranges let it pass."""
    if value is not None and math.isnan(value):
        raise click.BadParameter("nan is no number", param=parameter)
    return value


def ending_in(*endings: str, example: str = "") -> Callback:
    """Make a callback that refuses a path whose ending does not say what is written.

    Args:
        endings: allowed, in small letters, such as ``.svg``.
        example: a name for the message to propose.
    """

    def check(_: click.Context, parameter: click.Parameter, value: Path | None) -> Any:
        if value is not None and value.suffix.lower() not in endings:
            listed = (" or " if len(endings) == 2 else ", ").join(endings)
            proposal = f"; allowed: a name such as {example}" if example else ""
            message = f"{value} does not end in {listed}{proposal}"
            raise click.BadParameter(message, param=parameter)
        return value

    return check
