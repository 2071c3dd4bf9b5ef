import json
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest

from analysis.agreement import estimate_agreement, split_half_reliability, variance_shares


def crossed(
    rng: np.random.Generator,
    n_people: int,
    n_photos: int,
    *,
    person_sd: float = 0.0,
    photo_sd: float = 0.0,
    shown: float = 1.0,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Answers with uniform effects of people and photos around 50 %, on the scale of rates."""
    rates = (
        0.5
        + person_sd * np.sqrt(3) * rng.uniform(-1, 1, (n_people, 1))
        + photo_sd * np.sqrt(3) * rng.uniform(-1, 1, n_photos)
    )
    fooled = rng.random(rates.shape) < rates
    people, photos = np.nonzero(rng.random(rates.shape) < shown)
    return people, photos, fooled[people, photos]


def test_with_every_cell_filled_the_shares_are_those_of_the_analysis_of_variance() -> None:
    """Closed form for one answer per cell: A = (MS people - MS rest) / I, B alike over P."""
    rng = np.random.default_rng(1)
    people, photos, fooled = crossed(rng, 30, 20, person_sd=0.15, photo_sd=0.15)
    table = np.zeros((30, 20))
    table[people, photos] = fooled

    shares = variance_shares(people, photos, fooled)

    by_person, by_photo = table.mean(axis=1), table.mean(axis=0)
    mean_squares = [20 * by_person.var(ddof=1), 30 * by_photo.var(ddof=1)]
    rest = table - by_person[:, None] - by_photo + table.mean()
    residual = float((rest**2).sum() / (29 * 19))
    a, b = (mean_squares[0] - residual) / 20, (mean_squares[1] - residual) / 30
    total = a + b + residual
    assert shares.participant == pytest.approx(a / total)
    assert shares.photo == pytest.approx(b / total)
    assert shares.residual == pytest.approx(residual / total)
    assert shares.warning is None


def test_variances_of_known_truth_are_recovered_from_unbalanced_answers() -> None:
    """Total variance 1/4; people have 0.0225 of it, photos 0.01."""
    rng = np.random.default_rng(2)
    found = [
        variance_shares(*crossed(rng, 100, 80, person_sd=0.15, photo_sd=0.1, shown=0.3))
        for _ in range(40)
    ]

    assert np.mean([s.participant for s in found if s.participant is not None]) == pytest.approx(
        0.09, abs=0.01
    )
    assert np.mean([s.photo for s in found if s.photo is not None]) == pytest.approx(
        0.04, abs=0.006
    )


def test_a_variance_below_0_is_taken_as_0_and_said() -> None:
    people, photos = (codes.ravel() for codes in np.indices((6, 6)))

    shares = variance_shares(people, photos, (people + photos) % 2 == 0)

    assert (shares.participant, shares.photo, shares.residual) == (0, 0, 1)
    assert shares.warning is not None
    assert "below 0" in shares.warning


@pytest.mark.parametrize(
    ("people", "photos", "fooled"),
    [
        ([], [], []),
        ([0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 1, 1]),
        ([0, 0, 0], [0, 1, 2], [1, 0, 1]),
        ([0, 1, 2], [0, 0, 0], [1, 0, 1]),
        ([0, 1, 2], [0, 1, 2], [1, 0, 1]),
    ],
)
def test_where_shares_cannot_be_told_it_is_said(
    people: list[int], photos: list[int], fooled: list[int]
) -> None:
    shares = variance_shares(people, photos, fooled)

    assert (shares.participant, shares.photo, shares.residual) == (None, None, None)
    assert shares.warning is not None


def test_the_reliability_is_the_one_that_follows_from_the_variances() -> None:
    """For n answers per photo, photo variance B and total 1/4: B / (B + (1/4 - B) / n)."""
    rng = np.random.default_rng(3)
    found = [
        split_half_reliability(*crossed(rng, 40, 300, photo_sd=0.1), rng, n_splits=20)
        for _ in range(20)
    ]

    expected_half, expected_full = (0.01 / (0.01 + 0.24 / n) for n in (20, 40))
    assert np.mean([r.half for r in found if r.half is not None]) == pytest.approx(
        expected_half, abs=0.02
    )
    assert np.mean([r.full for r in found if r.full is not None]) == pytest.approx(
        expected_full, abs=0.02
    )
    assert (found[0].n_splits, found[0].n_photos) == (20, 300)


def test_each_split_correlates_the_two_halves_rates() -> None:
    """With four people there are three ways to halve them; numpy correlates each."""
    fooled = np.random.default_rng(4).random((4, 30)) < 0.5
    people, photos = (codes.ravel() for codes in np.indices(fooled.shape))
    halves = [((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2))]
    correlations = [
        np.corrcoef(fooled[list(one)].mean(axis=0), fooled[list(two)].mean(axis=0))[0, 1]
        for one, two in halves
    ]

    rng = np.random.default_rng(5)
    single = [
        split_half_reliability(people, photos, fooled.ravel(), rng, n_splits=1).half
        for _ in range(60)
    ]

    assert all(min(abs(r - half) for r in correlations) < 1e-12 for half in single if half)
    assert len({round(half, 9) for half in single if half is not None}) == 3


def test_photos_that_one_half_did_not_judge_are_left_out() -> None:
    rng = np.random.default_rng(6)
    people, photos, fooled = crossed(rng, 10, 60, photo_sd=0.2, shown=0.2)

    reliability = split_half_reliability(people, photos, fooled, rng)

    # Both halves of five judged a photo with chance (1 - 0.8^5)^2 = 45 %.
    assert 20 < reliability.n_photos < 35


@pytest.mark.parametrize(("shape", "fooled"), [((3, 20), None), ((8, 2), None), ((8, 20), True)])
def test_too_little_for_a_reliability_is_said(shape: tuple[int, int], fooled: bool | None) -> None:
    rng = np.random.default_rng(7)
    people, photos, answers = crossed(rng, *shape)

    reliability = split_half_reliability(
        people, photos, answers if fooled is None else np.full(answers.size, fooled), rng
    )

    assert (reliability.half, reliability.full, reliability.n_splits) == (None, None, 0)
    assert reliability.warning is not None


def test_the_seed_and_not_the_order_of_rows_decides() -> None:
    people, photos, fooled = crossed(np.random.default_rng(8), 20, 30, photo_sd=0.2)
    trials = pd.DataFrame(
        {"participant_id": people, "photo_id": photos, "fooled": fooled, "condition": "full"}
    )

    def estimate(table: pd.DataFrame, seed: int) -> object:
        return estimate_agreement(table, ["full"], np.random.default_rng(seed))

    assert estimate(trials, 1) == estimate(trials, 1)
    assert estimate(trials, 1) != estimate(trials, 2)
    (own,) = estimate_agreement(trials, ["full"], np.random.default_rng(1))
    (other,) = estimate_agreement(
        trials.sample(frac=1, random_state=1), ["full"], np.random.default_rng(1)
    )
    assert other.reliability.half == pytest.approx(own.reliability.half, rel=1e-12)
    assert other.shares.photo == pytest.approx(own.shares.photo, rel=1e-9)


def test_agreements_are_plain_json() -> None:
    people, photos, fooled = crossed(np.random.default_rng(9), 20, 30)
    trials = pd.DataFrame(
        {"participant_id": people, "photo_id": photos, "fooled": fooled, "condition": "full"}
    )
    found = estimate_agreement(trials, ["full", "none"], np.random.default_rng(1))
    documents = [asdict(row) for row in found]

    assert json.loads(json.dumps(documents, allow_nan=False)) == documents
