"""What all commands share: one line per user's mistake, and where a result is.

Place on the data's path: the files of commands build on it; no command lives here.
"""

import hashlib
import math
from pathlib import Path
from typing import Any

import click

from analysis.errors import AnalysisError

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
