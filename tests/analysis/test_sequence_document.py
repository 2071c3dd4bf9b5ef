import numpy as np
import pytest

from analysis.confidence_sequence import confidence_sequence, difference_sequence
from analysis.sequence_document import as_document, measure_sequences
from analysis.simulate import SimulationSettings, simulate_trials

CONDITIONS = ["full", "half", "l2"]
SETTINGS = SimulationSettings(
    conditions=(("full", 0.4), ("half", 0.2), ("l2", 0.3)),
    n_participants=12,
    n_photos=40,
    n_trials=20,
)


@pytest.fixture(scope="module")
def counted():
    table = simulate_trials(SETTINGS, np.random.default_rng(1))
    main = table[(table["trial_type"] == "main")].reset_index(drop=True)
    return main.assign(fooled=main["chosen_side"] == main["real_side"])


def test_every_condition_and_every_pair_has_its_sequence(counted):
    found = measure_sequences(counted, CONDITIONS, level=0.9, best_at=20, every=5)

    full = counted[counted["condition"] == "full"]
    columns = ("participant_id", "photo_id", "fooled")
    assert found.conditions["full"] == confidence_sequence(
        *(full[name].to_numpy() for name in columns), level=0.9, best_at=20, every=5
    )
    assert list(found.differences) == [("full", "half"), ("full", "l2"), ("half", "l2")]
    names = ("participant_id", "photo_id", "condition", "fooled")
    assert found.differences["half", "l2"] == difference_sequence(
        *(counted[name].to_numpy() for name in names),
        a="half", b="l2", level=0.9, best_at=20, every=5,
    )  # fmt: skip


def test_the_document_says_what_the_points_say(counted):
    found = measure_sequences(counted, CONDITIONS, level=0.9, best_at=20, every=5)

    document = as_document(found)

    last = found.conditions["l2"][-1]
    assert document["level"] == 0.9
    assert document["conditions"][2]["points"][-1] == {
        "n_participants": 12,
        "fool_rate": last.value,
        "low": last.interval.low,
        "high": last.interval.high,
    }
    assert document["differences"][0]["a"] == "full"
    assert document["differences"][0]["points"][-1]["n_participants"] == 24


def test_without_an_interval_the_limits_are_null_and_the_reason_is_told(counted):
    one_photo = counted[counted["photo_id"] == counted["photo_id"].iloc[0]]

    document = as_document(measure_sequences(one_photo, ["full"], level=0.95, best_at=50, every=1))

    points = document["conditions"][0]["points"]
    assert all(point["low"] is None and point["warning"] for point in points)
