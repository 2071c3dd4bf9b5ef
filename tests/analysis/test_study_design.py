from typing import Any

import pandas as pd
import pytest

from analysis.study_design import describe_design


def a_trial(**changes: Any) -> dict[str, Any]:
    return {
        "participant_id": "ann",
        "condition": "full",
        "trial_type": "main",
        "real_side": "left",
        "first_side": "right",
        "left_shown_ms": 1000.0,
        "right_shown_ms": 1002.0,
    } | changes


def table(*trials: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(trials))


@pytest.mark.parametrize(
    ("second", "design"),
    [
        ({}, "single"),
        ({"participant_id": "ben", "condition": "half"}, "between"),
        ({"condition": "half"}, "within"),
        ({"condition": "random", "trial_type": "vigilance"}, "single"),
    ],
)
def test_the_design_is_told_by_who_saw_what(second: dict[str, Any], design: str) -> None:
    assert describe_design(table(a_trial(), a_trial(**second))).design == design


@pytest.mark.parametrize(
    ("second", "layout", "first_left"),
    [("left", "sequential", 0.5), ("right", "sequential", 0.0), ("both", "mixed", 0.0)],
)
def test_the_layout_is_told_by_the_first_side(second: str, layout: str, first_left: float) -> None:
    found = describe_design(table(a_trial(), a_trial(first_side=second)))

    assert (found.layout, found.first_left) == (layout, first_left)


def test_both_images_at_once_have_no_first_side() -> None:
    found = describe_design(table(a_trial(first_side="both")))

    assert (found.layout, found.first_left) == ("side-by-side", None)


def test_trials_are_counted_per_participant_who_has_none_included() -> None:
    vigilance = [a_trial(participant_id=name, trial_type="vigilance") for name in "abbb"]

    found = describe_design(table(*vigilance, a_trial(participant_id="c")))

    assert found.n_trials == {"practice": 0, "main": 0, "vigilance": 1, "control": 0}


def test_exposure_is_the_median_of_both_sides_or_unknown() -> None:
    missing = {"left_shown_ms": float("nan"), "right_shown_ms": float("nan")}

    assert describe_design(table(a_trial())).display_ms == 1001.0
    assert describe_design(table(a_trial(**missing))).display_ms is None


def test_a_table_without_main_trials_is_described_too() -> None:
    found = describe_design(table(a_trial(trial_type="practice")))

    assert (found.design, found.real_left, found.display_ms) == ("single", None, None)
