import dataclasses
from pathlib import Path

import pytest

from analysis.estimates import Estimates, EstimateSettings, estimate
from analysis.intervals import Interval
from analysis.summary import as_text
from analysis.trial_table import read_trials


@pytest.fixture
def estimates(study_csv: Path) -> Estimates:
    return estimate(read_trials(study_csv).trials, EstimateSettings())


def test_every_number_stands_in_its_row(estimates: Estimates) -> None:
    lines = as_text(estimates).splitlines()

    full = next(line for line in lines if line.startswith("full "))
    rate = estimates.fool_rates[0]
    low, high = rate.people_and_photos.low, rate.people_and_photos.high
    assert low is not None
    assert high is not None
    assert f"{100 * (rate.fool_rate or 0):.1f} %" in full
    assert f"{100 * low:.1f} to {100 * high:.1f} %" in full
    assert full.split()[-2:] == ["144", "12"]
    assert any(line.startswith("full - half ") for line in lines)
    assert "left out by the vigilance rule: " in as_text(estimates)


def test_a_table_without_main_trials_is_said_to_be_one(estimates: Estimates) -> None:
    text = as_text(dataclasses.replace(estimates, fool_rates=(), differences=()))

    assert "there is no main trial in this table, so there is nothing to estimate" in text


def test_simulated_data_are_called_so(estimates: Estimates) -> None:
    screened = dataclasses.replace(estimates.screened, only_simulated=False)

    assert "SIMULATED" in as_text(estimates)
    assert "SIMULATED" not in as_text(dataclasses.replace(estimates, screened=screened))


def test_what_is_missing_is_a_dash_with_its_reason(estimates: Estimates) -> None:
    nothing = Interval(None, None, "no interval: too few")
    rate = dataclasses.replace(
        estimates.fool_rates[0], fool_rate=None, people_and_photos=nothing, these_photos=nothing
    )

    text = as_text(dataclasses.replace(estimates, fool_rates=(rate,)))

    assert [line.split() for line in text.splitlines() if line.startswith("full  ")] == [
        ["full", "-", "-", "-", "144", "12"]
    ]
    assert text.count("note: full: no interval: too few") == 1
