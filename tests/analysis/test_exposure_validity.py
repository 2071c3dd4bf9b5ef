import json
from dataclasses import asdict

import numpy as np
import pandas as pd

from analysis.exclusion_rules import ExclusionRules
from analysis.exclusions import counted_trials, screen
from analysis.exposure_validity import check_exposures, counted_with_invalid
from analysis.fool_rates import estimate_fool_rates


def trials() -> pd.DataFrame:
    rng = np.random.default_rng(6)
    table = pd.DataFrame(
        [(f"p{i}", f"photo-{j}", name) for name in ("full", "half") for i in range(12)
         for j in range(15)],
        columns=["participant_id", "photo_id", "condition"],
    )  # fmt: skip
    table["fooled"] = rng.random(len(table)) < 0.3
    table["exposure_valid"] = pd.array([True, True, False, None, True] * 72, dtype="boolean")
    return table


def test_each_condition_is_estimated_with_and_without_invalid_trials() -> None:
    table = trials()

    full, half = check_exposures(table, ["full", "half"], level=0.9)

    valid = table[table["exposure_valid"].fillna(True)]
    for check in (full, half):
        name = [check.condition]
        assert [check.with_invalid] == estimate_fool_rates(table, name, level=0.9)
        assert [check.without_invalid] == estimate_fool_rates(valid, name, level=0.9)
        assert (check.n_invalid, check.n_unrecorded) == (36, 36)


def test_where_nothing_was_recorded_both_estimates_are_equal() -> None:
    table = trials().assign(exposure_valid=pd.array([None] * 360, dtype="boolean"))

    (full,) = check_exposures(table, ["full"])

    assert (full.n_invalid, full.n_unrecorded) == (0, 180)
    assert full.with_invalid == full.without_invalid


def test_where_all_are_invalid_nothing_is_left() -> None:
    (full,) = check_exposures(trials().assign(exposure_valid=False), ["full"])

    assert (full.n_invalid, full.without_invalid.fool_rate) == (180, None)


def test_exposure_checks_are_plain_json() -> None:
    documents = [asdict(check) for check in check_exposures(trials(), ["full", "half"])]

    assert json.loads(json.dumps(documents)) == documents


def test_trials_left_out_for_their_exposure_are_put_back_and_no_others() -> None:
    table = trials().assign(
        simulated=False, block="main", trial_type="main", chosen_side="left", response_ms=900.0
    )
    table.loc[table["photo_id"] == "photo-4", "response_ms"] = 50.0
    rules = ExclusionRules(exclude_invalid_exposure=True, minimum_response_ms=100)
    screened = screen(table, rules=rules)

    put_back = counted_with_invalid(table, screened)

    kept = counted_trials(screened.trials)
    assert put_back["exposure_valid"].eq(False).sum() == 72
    assert len(put_back) == len(kept) + 72 == 360 - 24
    (without_rules,) = check_exposures(put_back, ["full"])
    assert [without_rules.without_invalid] == estimate_fool_rates(kept, ["full"])


def test_without_a_rule_on_exposure_nothing_is_put_back() -> None:
    table = trials().assign(simulated=False, block="main", trial_type="main")

    pd.testing.assert_frame_equal(counted_with_invalid(table, screen(table)), counted_trials(table))
