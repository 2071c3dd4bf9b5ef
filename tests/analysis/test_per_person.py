import json
from dataclasses import asdict

import pandas as pd

from analysis.per_person import estimate_person_rates


def trial_table() -> pd.DataFrame:
    rows = [
        ("bob", "full", "main", True, 700.0),
        ("bob", "full", "main", False, 900.0),
        ("ann", "full", "main", False, None),
        ("ann", "full", "main", pd.NA, None),
        ("ann", "half", "main", True, 500.0),
        ("cem", "full", "main", True, 600.0),
        ("cem", "full", "main", False, 600.0),
        ("bob", "random", "vigilance", False, 400.0),
        ("bob", "random", "vigilance", True, 400.0),
        ("ann", "full", "practice", True, 100.0),
    ]
    columns = ["participant_id", "condition", "trial_type", "fooled", "response_ms"]
    return pd.DataFrame(rows, columns=columns).astype({"fooled": "boolean"})


def test_people_stand_by_condition_and_from_the_lowest_rate_to_the_highest() -> None:
    rates = estimate_person_rates(trial_table(), ["full", "half"])

    assert [(rate.condition, rate.participant_id, rate.fool_rate) for rate in rates] == [
        ("full", "ann", 0.0),
        ("full", "bob", 0.5),
        ("full", "cem", 0.5),
        ("half", "ann", 1.0),
    ]


def test_counts_times_and_vigilance_stand_beside_the_rate() -> None:
    ann, bob, *_ = estimate_person_rates(trial_table(), ["full"])

    assert (bob.n_trials, bob.n_fooled, bob.median_response_ms) == (2, 1, 800.0)
    assert (bob.vigilance_correct, ann.vigilance_correct) == (0.5, None)
    assert (ann.n_trials, ann.median_response_ms) == (1, None)


def test_the_order_of_rows_changes_nothing() -> None:
    shuffled = trial_table().sample(frac=1, random_state=3)

    assert estimate_person_rates(shuffled, ["full"]) == estimate_person_rates(
        trial_table(), ["full"]
    )


def test_a_condition_without_answers_has_no_people() -> None:
    assert estimate_person_rates(trial_table(), ["none"]) == []


def test_person_rates_are_plain_json() -> None:
    documents = [asdict(rate) for rate in estimate_person_rates(trial_table(), ["full"])]

    assert json.loads(json.dumps(documents)) == documents
