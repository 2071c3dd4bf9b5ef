import json
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.estimates import EstimateSettings, as_document, estimate
from analysis.intervals import TARGETS
from analysis.trial_table import derive_fooled, read_trials


@pytest.fixture
def trials(study_csv: Path) -> pd.DataFrame:
    return read_trials(study_csv).trials


def document(trials: pd.DataFrame, **options: float) -> str:
    return json.dumps(as_document(estimate(trials, EstimateSettings(**options))))


def test_the_document_has_the_keys_of_the_contract(trials: pd.DataFrame) -> None:
    result = json.loads(document(trials))

    assert list(result) == [
        "level",
        "conditions",
        "differences",
        "exclusions",
        "ranking",
        "against_half",
    ]
    assert result["level"] == 0.95
    assert list(result["conditions"][0]) == [
        "condition",
        "fool_rate",
        "n_trials",
        "n_participants",
        "n_photos",
        "people_and_photos",
        "these_photos",
    ]
    assert list(result["conditions"][0]["people_and_photos"]) == ["low", "high"]
    assert list(result["differences"][0]) == [
        "a",
        "b",
        "difference",
        "low",
        "high",
        "p_value",
        "p_adjusted",
        "p_max_t",
        "low_simultaneous",
        "high_simultaneous",
    ]
    assert list(result["exclusions"][0]) == ["rule", "n_participants", "n_trials"]


def test_conditions_and_differences_are_named_in_one_order(trials: pd.DataFrame) -> None:
    result = json.loads(document(trials))

    assert [entry["condition"] for entry in result["conditions"]] == ["full", "half"]
    (difference,) = result["differences"]
    rates = {entry["condition"]: entry["fool_rate"] for entry in result["conditions"]}
    assert difference["difference"] == pytest.approx(rates["full"] - rates["half"])


def test_practice_vigilance_control_and_unanswered_rows_change_nothing(
    trials: pd.DataFrame,
) -> None:
    """All are added with the real photo called fake, which would raise every rate."""
    extra = []
    main = trials[trials["trial_type"] == "main"]
    for number, kind in enumerate(("practice", "control", "unanswered"), start=1):
        rows = main.assign(
            trial_index=main["trial_index"] + 1000 * number, chosen_side=main["real_side"]
        )
        if kind == "unanswered":
            rows = rows.assign(chosen_side=None)
        else:
            block = "practice" if kind == "practice" else "main"
            rows = rows.assign(trial_type=kind, block=block)
        extra.append(rows)
    padded = pd.concat([trials, *extra], ignore_index=True)
    padded["fooled"] = derive_fooled(padded)

    before, after = json.loads(document(trials)), json.loads(document(padded))

    assert after["conditions"] == before["conditions"]
    assert after["differences"] == before["differences"]


def test_correct_vigilance_rows_change_no_estimate(trials: pd.DataFrame) -> None:
    looks = trials[trials["trial_type"] == "vigilance"]
    other = looks["real_side"].map({"left": "right", "right": "left"})
    looks = looks.assign(trial_index=looks["trial_index"] + 1000, chosen_side=other, fooled=False)

    before = json.loads(document(trials, vigilance_pass_share=0.0))
    after = json.loads(document(pd.concat([trials, looks]), vigilance_pass_share=0.0))

    assert after == before


def test_the_order_of_the_rows_changes_nothing(trials: pd.DataFrame) -> None:
    shuffled = trials.sample(frac=1, random_state=3)

    assert document(shuffled) == document(trials)


def test_excluded_people_do_not_count(trials: pd.DataFrame) -> None:
    careless = set(trials["participant_id"].unique()[:2])
    is_look = trials["trial_type"].eq("vigilance") & trials["participant_id"].isin(careless)
    trials.loc[is_look, "fooled"] = True

    result = json.loads(document(trials))
    without = json.loads(document(trials[~trials["participant_id"].isin(careless)]))

    assert result["exclusions"] == [{"rule": "vigilance", "n_participants": 2, "n_trials": 32}]
    assert result["conditions"] == without["conditions"]
    assert result["differences"] == without["differences"]


def test_a_condition_whose_people_are_all_left_out_still_appears(trials: pd.DataFrame) -> None:
    full = set(trials.loc[trials["condition"] == "full", "participant_id"])
    is_look = trials["trial_type"].eq("vigilance") & trials["participant_id"].isin(full)
    trials.loc[is_look, "fooled"] = True

    result = json.loads(document(trials))

    entry = result["conditions"][0]
    assert (entry["condition"], entry["fool_rate"], entry["n_trials"]) == ("full", None, 0)
    assert entry["people_and_photos"] == {
        "low": None,
        "high": None,
        "warning": "no interval: no answered trials are left to analyse",
    }
    (difference,) = result["differences"]
    assert difference["difference"] is None
    assert difference["p_adjusted"] is None
    assert difference["warning"] == "no difference: no analysed trials under full"


def test_the_ranking_and_the_test_against_half_have_their_keys(trials: pd.DataFrame) -> None:
    result = json.loads(document(trials, equivalence_margin=0.05))

    ranked = result["ranking"][0]
    assert list(ranked) == ["condition", "p_best", "p_rank"]
    assert ranked["p_rank"][0] == ranked["p_best"]
    against = result["against_half"][0]
    assert list(against) == [
        "condition",
        "difference",
        "p_value",
        "p_value_these_photos",
        "equivalence",
    ]
    assert list(against["equivalence"]) == ["margin", "p_value", "low", "high", "equivalent"]
    assert against["difference"] == result["conditions"][0]["fool_rate"] - 0.5


def test_without_a_margin_equivalence_is_not_tested(trials: pd.DataFrame) -> None:
    result = json.loads(document(trials))

    assert [against["equivalence"] for against in result["against_half"]] == [None, None]


def test_a_seed_gives_the_same_bytes_twice(trials: pd.DataFrame) -> None:
    assert document(trials, seed=7) == document(trials, seed=7)
    assert document(trials, seed=7) != document(trials, seed=8)


def test_renaming_people_and_photos_changes_no_byte(trials: pd.DataFrame) -> None:
    renamed = trials.sample(frac=1, random_state=4)
    for column in ("participant_id", "photo_id"):
        renamed[column] = renamed[column].map(lambda code: f"x{code[::-1]}")

    assert document(renamed) == document(trials)


@given(chance=st.randoms(use_true_random=False), n_extra=st.integers(0, 40))
@settings(
    deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_must_not_matter_changes_no_byte(
    trials: pd.DataFrame, chance: Random, n_extra: int
) -> None:
    """Rows shuffled, people and photos renamed, practice and right vigilance rows added."""
    before = json.loads(document(trials, vigilance_pass_share=0.0))
    seed = chance.randrange(2**32)
    renamed = trials.sample(frac=1, random_state=seed)
    for column in ("participant_id", "photo_id"):
        codes = sorted(set(renamed[column]))
        new = [f"code {number}" for number in chance.sample(range(10_000), len(codes))]
        renamed[column] = renamed[column].map(dict(zip(codes, new, strict=True)))
    practice, looks = (
        renamed[renamed["trial_type"] == kind].sample(n_extra, replace=True, random_state=seed)
        for kind in ("practice", "vigilance")
    )
    looks = looks.assign(fooled=False)

    after = json.loads(document(pd.concat([practice, renamed, looks]), vigilance_pass_share=0.0))

    assert after == before


def test_swapping_fooled_and_not_mirrors_every_interval(trials: pd.DataFrame) -> None:
    swapped = trials.assign(fooled=~trials["fooled"])

    before, after = (
        estimate(table, EstimateSettings(vigilance_pass_share=0.0, equivalence_margin=0.1))
        for table in (trials, swapped)
    )

    for one, other in zip(before.fool_rates, after.fool_rates, strict=True):
        for target in TARGETS:
            interval, mirrored = getattr(one, target), getattr(other, target)
            assert mirrored.low == pytest.approx(1 - interval.high, abs=1e-12)
            assert mirrored.high == pytest.approx(1 - interval.low, abs=1e-12)
    for a, b in zip(before.differences, after.differences, strict=True):
        assert (a.estimate.low, a.estimate.high) == (-b.estimate.high, -b.estimate.low)  # type: ignore[operator]
        assert (a.estimate.p_value, a.p_max_t) == (b.estimate.p_value, b.p_max_t)
    for c, d in zip(before.against_half, after.against_half, strict=True):
        assert c.p_value == pytest.approx(d.p_value, rel=1e-9)
