from pathlib import Path

import pandas as pd
import pytest

from analysis.condition_sums import sum_trials
from analysis.exclusions import counted_trials
from analysis.fool_rates import condition_shares, estimate_fool_rates, fool_rates_of
from analysis.intervals import fool_rate_interval
from analysis.trial_table import read_trials


@pytest.fixture
def counted(study_csv: Path) -> pd.DataFrame:
    return counted_trials(read_trials(study_csv).trials)


def test_each_condition_is_estimated_from_its_own_trials(counted: pd.DataFrame) -> None:
    rates = estimate_fool_rates(counted, ["half", "full"], level=0.9)

    assert [rate.condition for rate in rates] == ["half", "full"]
    own = counted[counted["condition"] == "full"]
    full = rates[1]
    assert full.fool_rate == pytest.approx(own["fooled"].sum() / len(own))
    assert (full.n_trials, full.n_participants) == (144, 12)
    assert full.n_photos == len(set(own["photo_id"]))
    for target in ("people_and_photos", "these_photos"):
        assert getattr(full, target) == fool_rate_interval(
            own["participant_id"],
            own["photo_id"],
            own["fooled"],
            level=0.9,
            target=target,  # type: ignore[arg-type]
        )


def test_a_condition_without_trials_has_no_rate_and_says_why(counted: pd.DataFrame) -> None:
    (rate,) = estimate_fool_rates(counted, ["gone"])

    assert (rate.fool_rate, rate.n_trials, rate.n_participants, rate.n_photos) == (None, 0, 0, 0)
    assert rate.people_and_photos.low is None
    assert rate.these_photos.warning == "no interval: no answered trials are left to analyse"


def test_rates_of_shares_summed_up_before_are_the_same(counted: pd.DataFrame) -> None:
    names = ["half", "full", "gone"]
    shares = condition_shares(sum_trials(counted, names), names)

    assert fool_rates_of(shares) == estimate_fool_rates(counted, names)


def test_a_level_outside_0_to_1_is_refused(counted: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="level is 95"):
        estimate_fool_rates(counted, ["full"], level=95)
