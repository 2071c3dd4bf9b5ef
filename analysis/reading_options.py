"""The argument TRIALS and the options that say how to read it and what was decided beforehand.

Place on the data's path: the files of commands decorate with it and call ``Reading``. What the
words mean is settled in ``sources.py`` and ``choices.py``.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.command_line import finite

if TYPE_CHECKING:
    from analysis.amt_results import AmtSettings
    from analysis.database_record import DatabaseRecord
    from analysis.estimates import EstimateSettings
    from analysis.text_table import TextTable
    from analysis.trial_table import TrialTable

Command = Callable[..., None]
Options = dict[str, Any]
TRIALS = click.argument("trials", metavar="TRIALS", type=str)


@dataclass(frozen=True)
class Reading:
    """Where the trials are, and how to read them.

    Attributes:
        source: TRIALS as it was given.
        study: which study of a database that holds several.
        amt_practice: practice trials of each AMT assignment; None for that tool's default.
        amt_vigilance: folder of the AMT vigilance fakes; None for that tool's default.
    """

    source: str
    study: str | None = None
    amt_practice: int | None = None
    amt_vigilance: str | None = None

    # Lazy imports: --help answers at once, and without the extra [analysis].

    def checked(self) -> "TextTable":
        """Read the cells and check them; errors of ``read_trials``."""
        from analysis.trial_table import read_checked

        return read_checked(self.source, study=self.study, amt=self._amt())

    def table(self) -> "TrialTable":
        """Read the trial table; errors of ``read_trials``."""
        from analysis.trial_table import typed_table

        return typed_table(self.checked())

    def folder(self) -> Path | None:
        """Give the folder of an export; None where the trials are elsewhere."""
        from analysis.sources import find_source

        found = find_source(self.source)
        return None if found.kind == "amt" else found.folder

    def database_record(self) -> "DatabaseRecord | None":
        """Give what the study's database counted; None where the trials are elsewhere."""
        from analysis.database_record import read_database_record
        from analysis.sources import find_source

        address = find_source(self.source).address
        return None if address is None else read_database_record(address, self.study)

    def input_files(self) -> tuple[Path, ...]:
        """Name the files that no result may replace."""
        from analysis.export_folder import input_files

        return input_files(self.source)

    def _amt(self) -> "AmtSettings | None":
        from analysis.amt_results import AmtSettings

        settings = AmtSettings()
        if self.amt_practice is not None:
            settings = replace(settings, n_practice=self.amt_practice)
        if self.amt_vigilance is not None:
            settings = replace(settings, vigilance_folder=self.amt_vigilance)
        is_asked = (self.amt_practice, self.amt_vigilance) != (None, None)
        return settings if is_asked else None


def reading_options(command: Command) -> Command:
    """Add TRIALS and what it may need; the command gets ``reading``, a ``Reading``."""
    return _options(
        _gathered(command, "reading", ("trials", "study", "amt_practice", "amt_vigilance"), _read),
        TRIALS,
        click.option("--study", help="Which study, where a database holds several."),
        click.option(
            "--amt-practice",
            type=click.IntRange(min=0),
            show_default="10",
            help="Practice trials that begin each assignment of AMT results.",
        ),
        click.option(
            "--amt-vigilance",
            metavar="FOLDER",
            show_default="vigilance",
            help="Folder of the obviously wrong fakes in AMT results.",
        ),
    )


def choice_options(command: Command) -> Command:
    """Add what is decided beforehand; the command gets ``settle``, a function of a ``Reading``."""
    names = ("level", "rules", "vigilance_pass_share", "equivalence_margin", "seed")
    return _options(
        _gathered(command, "settle", names, _settler),
        click.option(
            "--level",
            type=click.FloatRange(0, 1, min_open=True, max_open=True),
            callback=finite,
            default=0.95,
            show_default=True,
            help="Level of the intervals.",
        ),
        click.option(
            "--rules",
            type=click.Path(path_type=Path),
            help="A TOML file of rules written beforehand; takes the place of the study's own.",
        ),
        click.option(
            "--vigilance-pass-share",
            type=click.FloatRange(0, 1),
            callback=finite,
            show_default="the study's own from an export or a database, else 0.75",
            help="Leave out participants with a smaller share of answered vigilance trials right.",
        ),
        click.option(
            "--equivalence-margin",
            type=click.FloatRange(0, 0.5, min_open=True, max_open=True),
            callback=finite,
            help="Largest difference from 50 % that counts as none, a fraction stated beforehand.",
        ),
        click.option(
            "--seed",
            type=click.IntRange(min=0),
            default=20160328,
            show_default=True,
            help="Of the draws behind max-t and the ranking.",
        ),
    )


def _read(trials: str, **options: Any) -> Reading:
    return Reading(trials, **options)


def _settler(**options: Any) -> "Callable[[Reading], EstimateSettings]":
    def settle(reading: Reading) -> "EstimateSettings":
        from analysis import choices

        return choices.settle(reading.source, choices.Choices(**options, study=reading.study))

    return settle


def _gathered(
    command: Command, name: str, parts: tuple[str, ...], make: Callable[..., object]
) -> Command:
    """Hand several options to a command as one argument."""

    def gather(**options: Any) -> None:
        made = make(**{part: options.pop(part) for part in parts})
        command(**options, **{name: made})

    gather.__name__, gather.__doc__ = command.__name__, command.__doc__
    # click finds the options that were added further down here.
    gather.__dict__.update(command.__dict__)
    return gather


def _options(command: Command, *decorators: Callable[[Command], Command]) -> Command:
    for decorate in reversed(decorators):
        command = decorate(command)
    return command
