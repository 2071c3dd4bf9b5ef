"""The options that all commands of ``analysis plan`` share, and how their values are read.

Place on the data's path: ``planning_commands.py`` and ``sequential_commands.py`` put them on their
commands. Imports nothing heavy: ``--help`` answers at once.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.command_line import OVERWRITE, Callback, ending_in

if TYPE_CHECKING:
    from analysis.intervals import Target

PAGE, DOCUMENT = ".html", ".json"
PICTURES = (".svg", ".pdf", ".png")
TARGETS: dict[str, tuple["Target", ...]] = {
    "both": ("people_and_photos", "these_photos"),
    "people-and-photos": ("people_and_photos",),
    "these-photos": ("these_photos",),
}
FEWEST_CHECKS = 2

Command = Callable[..., None]


def numbers(kind: type[int] | type[float]) -> Callback:
    """Make a callback that splits at commas into whole or decimal numbers."""

    def split(_: click.Context, parameter: click.Parameter, value: str | None) -> Any:
        if value is None:
            return None
        try:
            return tuple(kind(part) for part in value.split(","))
        except ValueError:
            example = "40,200" if kind is int else "0.5,1"
            message = f"{value!r} is not a list of numbers such as {example}"
            raise click.BadParameter(message, param=parameter) from None

    return split


def plan_options(command: Command) -> Command:
    """Add what all plans have in common: sizes, assumptions, results."""
    for option in reversed(
        (
            click.option(
                "--people",
                callback=numbers(int),
                show_default="solved for",
                help="Numbers of people, such as 20,40,80; per condition where between.",
            ),
            click.option(
                "--photos",
                callback=numbers(int),
                default="40,200,1000",
                show_default=True,
                help="Numbers of photos in the pool.",
            ),
            click.option(
                "--target", type=click.Choice(list(TARGETS)), default="both", show_default=True
            ),
            click.option(
                "--trials", default=40, show_default=True, help="Main trials per participant."
            ),
            click.option(
                "--participant-sd", default=0.4, show_default=True, help="Between people, logits."
            ),
            click.option(
                "--photo-sd", default=1.0, show_default=True, help="Between photos, logits."
            ),
            click.option(
                "--photo-correlation",
                default=0.5,
                show_default=True,
                help="Of a photo's effects, by condition.",
            ),
            click.option(
                "--participant-correlation",
                default=0.5,
                show_default=True,
                help="Of a participant's effects, by condition; within only.",
            ),
            click.option(
                "--design",
                type=click.Choice(["between", "within"]),
                default="between",
                show_default=True,
                help="One condition per participant, or all.",
            ),
            click.option(
                "--dropout",
                default=0.0,
                show_default=True,
                help="Share of participants that will not be analysed.",
            ),
            click.option(
                "--check",
                "n_checks",
                type=click.IntRange(min=FEWEST_CHECKS),
                help="Simulate so many studies of each size beside the closed form.",
            ),
            click.option("--seed", type=click.IntRange(min=0), help="For the same check again."),
            click.option(
                "--out",
                type=click.Path(path_type=Path),
                callback=ending_in(PAGE, DOCUMENT, *PICTURES),
                help="Write the plan: a page (.html), a document (.json), a curve (.svg, .pdf,"
                " .png).",
            ),
            click.option(
                "--curve",
                type=click.Path(path_type=Path),
                callback=ending_in(*PICTURES),
                help="Write the curve as well.",
            ),
            OVERWRITE,
        )
    ):
        command = option(command)
    return command
