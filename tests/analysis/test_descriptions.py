import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import descriptions
from analysis.descriptions import N_PEOPLE_BINS, describe_study
from analysis.estimates import EstimateSettings
from analysis.exclusions import main_conditions, screen
from analysis.trial_table import TrialTable, read_trials


@pytest.fixture
def table(study_csv: Path) -> TrialTable:
    return read_trials(study_csv)


def described(table: TrialTable) -> dict[str, Any]:
    trials = table.trials
    return describe_study(trials, screen(trials), main_conditions(trials), EstimateSettings())


def test_everything_is_plain_values_that_json_knows(table: TrialTable) -> None:
    found = described(table)

    assert json.loads(json.dumps(found, allow_nan=False)).keys() == found.keys()
    assert found["categories"] == []
    assert "gallery" not in found


def test_people_are_counted_in_bins_by_their_rate(table: TrialTable) -> None:
    found = described(table)

    for entry in found["people"]:
        rates = [
            person["fool_rate"]
            for person in found["people_listed"]
            if person["condition"] == entry["condition"]
        ]
        counts = np.zeros(N_PEOPLE_BINS, dtype=int)
        for rate in rates:
            counts[round(rate * (N_PEOPLE_BINS - 1))] += 1
        assert entry["counts"] == counts.tolist()
        assert entry["n_participants"] == len(rates) == 12
        assert entry["quantiles"]["0.5"] == pytest.approx(float(np.median(rates)))
        assert entry["at_least_half"] == sum(rate >= 0.5 for rate in rates)


def test_too_many_people_are_not_listed(table: TrialTable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descriptions, "MOST_PEOPLE_LISTED", 23)

    found = described(table)

    assert found["people_listed"] is None
    assert sum(entry["n_participants"] for entry in found["people"]) == 24


def test_quantiles_are_named_by_their_share(table: TrialTable) -> None:
    quality = described(table)["data_quality"]

    assert list(quality["response_ms"]) == ["0.05", "0.25", "0.5", "0.75", "0.95"]
    median = table.trials.loc[table.trials["trial_type"] == "main", "response_ms"].median()
    assert quality["response_ms"]["0.5"] == pytest.approx(median)
