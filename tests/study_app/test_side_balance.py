import random
from collections import Counter

import pytest

from study_app.side_balance import SIDE_CYCLE, Slot, balance_sides


def spread(counts):
    return max(counts) - min(counts)


def crossed(steps):
    counted = Counter(steps)
    return [counted[step] for step in SIDE_CYCLE]


def of_sides(steps, which):
    counted = Counter(step[which] for step in steps)
    return [counted["left"], counted["right"]]


@pytest.mark.parametrize("n", range(1, 20))
def test_one_condition_is_balanced_as_a_whole_and_in_both_halves(n):
    for seed in range(20):
        steps = balance_sides([Slot("main", "full")] * n, random.Random(seed))

        for part in (steps, steps[: n // 2], steps[n // 2 :]):
            assert spread(crossed(part)) <= 1
            assert spread(of_sides(part, 0)) <= 1
            assert spread(of_sides(part, 1)) <= 1


@pytest.mark.parametrize("seed", range(20))
def test_two_conditions_are_balanced_each_and_their_halves_nearly(seed):
    rng = random.Random(seed)
    slots = [Slot("main", rng.choice(["full", "l2"])) for _ in range(19)]

    steps = balance_sides(slots, rng)

    assert spread(crossed(steps)) <= 1
    for name in ("full", "l2"):
        own = [step for step, slot in zip(steps, slots, strict=True) if slot.condition == name]
        assert spread(crossed(own)) <= 1
        assert spread(of_sides(own, 0)) <= 1
    for half in (steps[:9], steps[9:]):
        assert max(spread(crossed(half)), spread(of_sides(half, 0)), spread(of_sides(half, 1))) <= 2


def test_no_place_favours_a_combination():
    """Each of the four combinations stands equally often in each place, over many seeds."""
    n_seeds = 2000
    slots = [Slot("main", "full")] * 6
    drawn = [balance_sides(slots, random.Random(seed)) for seed in range(n_seeds)]

    for place in range(len(slots)):
        shares = [n / n_seeds for n in crossed([steps[place] for steps in drawn])]
        # Six standard errors of a binomial share around 1/4.
        assert all(abs(share - 1 / 4) < 6 * (3 / 16 / n_seeds) ** 0.5 for share in shares)


def test_the_same_seed_gives_the_same_sides():
    slots = [Slot("main", "full"), Slot("vigilance", "random"), Slot("main", "l2")] * 5

    first, second, other = (balance_sides(slots, random.Random(seed)) for seed in (1, 1, 2))

    assert first == second
    assert first != other


def test_an_empty_block_has_no_sides():
    assert balance_sides([], random.Random(0)) == []
