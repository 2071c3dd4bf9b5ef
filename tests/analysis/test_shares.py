import pandas as pd
import pytest

from analysis.intervals import fool_rate_interval
from analysis.shares import share_of


def test_a_share_has_the_interval_of_a_fool_rate() -> None:
    people, photos = [i for i in range(12) for _ in range(11)], list(range(11)) * 12
    trials = pd.DataFrame({"participant_id": people, "photo_id": photos})
    yes = pd.Series([(i * j) % 3 == 1 for i, j in zip(people, photos, strict=True)])

    share = share_of(trials, yes, level=0.9)

    assert (share.n, share.share) == (132, yes.mean())
    assert share.interval == fool_rate_interval(people, photos, yes, level=0.9)


@pytest.mark.parametrize("kind", ["bool", "boolean"])
def test_plain_and_nullable_answers_are_alike(kind: str) -> None:
    trials = pd.DataFrame({"participant_id": ["a", "a", "b"], "photo_id": ["x", "y", "x"]})

    assert share_of(trials, pd.Series([True, False, False], dtype=kind), level=0.95).n == 3


def test_without_trials_there_is_no_share() -> None:
    empty = pd.DataFrame({"participant_id": [], "photo_id": []})

    share = share_of(empty, pd.Series([], dtype="bool"), level=0.95)

    assert (share.n, share.share, share.interval.low) == (0, None, None)
