import json
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest

from analysis.response_times import describe_response_times


def trials(times: list[float], fooled: list[bool], condition: str = "full") -> pd.DataFrame:
    return pd.DataFrame({"response_ms": times, "fooled": fooled, "condition": condition})


def test_quantiles_are_given_for_all_and_by_outcome() -> None:
    times = [100.0 * k for k in range(1, 21)]
    table = trials(times, [k % 2 == 0 for k in range(20)])

    everything, correct, fooled = describe_response_times(table, ["full"])

    assert [row.outcome for row in (everything, correct, fooled)] == ["all", "correct", "fooled"]
    # 100, 200, ... 2000: linear quantiles 5, 25, 50, 75, 95 %.
    assert everything.quantiles_ms == pytest.approx(
        {"0.05": 195, "0.25": 575, "0.5": 1050, "0.75": 1525, "0.95": 1905}
    )
    assert fooled.quantiles_ms["0.5"] == pytest.approx(np.median(times[::2]))
    assert (everything.n, correct.n, fooled.n) == (20, 10, 10)


def test_fast_guesses_are_counted_with_their_fool_rate() -> None:
    table = trials([150, 199, 200, 900], [True, False, True, True])

    everything, correct, fooled = describe_response_times(table, ["full"])

    assert (everything.n_fast, everything.fast_share, everything.fast_fool_rate) == (2, 0.5, 0.5)
    assert (correct.n_fast, fooled.n_fast) == (1, 1)


def test_trials_without_a_time_are_left_aside() -> None:
    table = trials([float("nan"), 500.0], [True, False])

    everything, _, fooled = describe_response_times(table, ["full"])

    assert (everything.n, everything.fast_fool_rate) == (1, None)
    assert (fooled.n, fooled.quantiles_ms, fooled.fast_share) == (0, {}, None)


def test_each_condition_is_described_by_itself() -> None:
    table = pd.concat([trials([500.0], [True]), trials([900.0], [True], "half")])

    rows = describe_response_times(table, ["half", "full", "none"], quantiles=(0.5,))

    medians = [row.quantiles_ms for row in rows if row.outcome == "all"]
    assert medians == [{"0.5": 900.0}, {"0.5": 500.0}, {}]


def test_response_times_are_plain_json() -> None:
    documents = [asdict(row) for row in describe_response_times(trials([100.0], [True]), ["full"])]

    assert json.loads(json.dumps(documents)) == documents
