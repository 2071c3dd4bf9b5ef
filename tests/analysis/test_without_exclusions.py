import json
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest

from analysis.exclusions import counted_trials, screen
from analysis.fool_rates import estimate_fool_rates
from analysis.simulate import SimulationSettings, simulate_trials
from analysis.trial_table import derive_fooled
from analysis.without_exclusions import estimate_both

SETTINGS = SimulationSettings(n_participants=12, n_photos=40, n_trials=20, vigilance_correct=0.8)


@pytest.fixture(scope="module")
def trials() -> pd.DataFrame:
    table = simulate_trials(SETTINGS, np.random.default_rng(8))
    return table.assign(fooled=derive_fooled(table), simulated=False)


def test_everything_is_estimated_with_and_without_the_exclusions(trials: pd.DataFrame) -> None:
    screened = screen(trials)

    both = estimate_both(trials, screened, ["full", "half"], level=0.9)

    everybody, kept = counted_trials(trials), counted_trials(screened.trials)
    names = ["full", "half"]
    assert list(both.without_exclusions) == estimate_fool_rates(everybody, names, level=0.9)
    assert list(both.with_exclusions) == estimate_fool_rates(kept, names, level=0.9)
    assert both.n_left_out == len(everybody) - len(kept) > 0
    assert (both.differences_with[0].a, both.differences_without[0].b) == ("full", "half")
    assert both.differences_with != both.differences_without


def test_simulated_observers_are_in_neither_estimate_beside_real_people(
    trials: pd.DataFrame,
) -> None:
    bots = trials.assign(simulated=True, participant_id="bot-" + trials["participant_id"])

    mixed = pd.concat([trials, bots], ignore_index=True)

    names = ["full", "half"]
    assert estimate_both(mixed, screen(mixed), names) == estimate_both(
        trials, screen(trials), names
    )


def test_both_estimates_are_plain_json(trials: pd.DataFrame) -> None:
    document = asdict(estimate_both(trials, screen(trials), ["full", "half"]))

    assert set(json.loads(json.dumps(document))) == set(document)
