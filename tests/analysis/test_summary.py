import dataclasses
from pathlib import Path

import pytest

from analysis.estimates import Estimates, EstimateSettings, estimate
from analysis.exclusions import Exclusion
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

    text = as_text(dataclasses.replace(estimates, fool_rates=(rate,), against_half=()))

    assert [line.split() for line in text.splitlines() if line.startswith("full  ")] == [
        ["full", "-", "-", "-", "144", "12"]
    ]
    assert text.count("note: full: no interval: too few") == 1


def test_equivalence_and_the_chance_of_being_highest_are_told(study_csv: Path) -> None:
    trials = read_trials(study_csv).trials
    untested = as_text(estimate(trials, EstimateSettings()))
    tested = estimate(trials, EstimateSettings(equivalence_margin=0.1))

    (line,) = (
        line
        for line in as_text(tested).splitlines()
        if line.startswith("full ") and "not shown" in line
    )
    best = tested.ranking[0].p_best
    assert best is not None
    assert line.endswith(f"{100 * best:.0f} %")
    assert "not shown" not in untested


def test_a_leaking_pipeline_is_said_first(estimates: Estimates) -> None:
    screened = estimates.screened
    controls = screened.trials.copy()
    # All main trials as control trials in which nobody was ever fooled.
    controls.loc[controls["trial_type"] == "main", "trial_type"] = "control"
    controls["fooled"] = controls["fooled"].mask(controls["fooled"].notna(), other=False)
    leaking = dataclasses.replace(
        estimates, screened=dataclasses.replace(screened, trials=controls, only_simulated=False)
    )

    blocks = as_text(leaking).split("\n\n")

    assert "LEAKS" not in as_text(estimates)
    assert blocks[1].startswith("THE PIPELINE LEAKS: ")


def test_a_rule_about_single_trials_counts_no_participants(estimates: Estimates) -> None:
    exclusion = Exclusion("fast_response", 0, 7, "", "trials")
    screened = dataclasses.replace(estimates.screened, exclusions=(exclusion,))

    text = as_text(dataclasses.replace(estimates, screened=screened))

    assert "left out by the fast_response rule: 7 trials" in text
