from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from analysis.amt_results import AmtSettings
from analysis.errors import TrialTableError
from analysis.estimates import EstimateSettings
from analysis.reading_options import Reading, choice_options, reading_options


def test_a_command_gets_the_reading_and_how_to_settle(study_csv: Path) -> None:
    got: list[object] = []

    @click.command()
    @reading_options
    @choice_options
    def command(reading: Reading, settle: object) -> None:
        """Do nothing."""
        assert callable(settle)
        got.extend([reading, settle(reading)])

    arguments = [str(study_csv), "--level", "0.9", "--vigilance-pass-share", "0.5", "--seed", "3"]
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)

    assert result.exit_code == 0
    reading, settings = got
    assert reading == Reading(str(study_csv))
    assert isinstance(settings, EstimateSettings)
    assert (settings.level, settings.vigilance_pass_share, settings.seed) == (0.9, 0.5, 3)


def test_a_reading_reads(study_csv: Path) -> None:
    reading = Reading(str(study_csv.parent))

    assert len(reading.table().trials) == len(reading.checked().rows) == 624
    assert reading.folder() == study_csv.parent
    assert study_csv in reading.input_files()
    assert Reading(str(study_csv)).folder() is None


@pytest.mark.parametrize(
    "reading",
    [Reading("x", study="a"), Reading("x", amt_practice=0), Reading("x", amt_vigilance="v")],
)
def test_options_go_where_they_belong(reading: Reading, study_csv: Path) -> None:
    with pytest.raises(TrialTableError, match="allowed without"):
        Reading(str(study_csv), reading.study, reading.amt_practice, reading.amt_vigilance).table()


def test_amt_options_leave_each_other_alone() -> None:
    assert Reading("x")._amt() is None
    assert Reading("x", amt_practice=3)._amt() == AmtSettings(n_practice=3)
    assert Reading("x", amt_vigilance="v")._amt() == AmtSettings(vigilance_folder="v")
