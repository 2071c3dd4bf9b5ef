import itertools
import random
from heapq import nsmallest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from study_app import photo_choice
from study_app.errors import PlanError
from study_app.photo_choice import Need, _cheapest, choose_pairs
from study_app.protocol import PlannablePair
from study_app.sorted_pairs import ConditionPairs, sort_pairs


def make_pairs(photos_of):
    return [
        PlannablePair(f"{condition}{photo}", f"photo{photo}", condition)
        for condition, photos in photos_of.items()
        for photo in photos
    ]


def cost_of(chosen, needs, usage):
    """Give the usage of each rank, summed."""
    totals = [0, 0]
    for need, own in zip(needs, chosen, strict=True):
        if need.rank is not None:
            totals[need.rank] += sum(usage.get(pair.pair_id, 0) for pair in own)
    return tuple(totals)


def every_choice(needs, pairs):
    """Give all choices there are, by trying."""
    options = [
        list(itertools.combinations([p for p in pairs if p.condition == need.condition], need.n))
        for need in needs
    ]
    for chosen in itertools.product(*options):
        photos = [pair.photo_id for own in chosen for pair in own]
        if len(set(photos)) == len(photos):
            yield chosen


@st.composite
def small_cases(draw):
    photos = st.sets(st.integers(0, 5), max_size=6)
    pairs = make_pairs({name: sorted(draw(photos)) for name in "abc"})
    usage = {pair.pair_id: draw(st.integers(0, 3)) for pair in pairs}
    ranks = st.sampled_from([0, 1, None])
    needs = [Need(name, draw(st.integers(0, 2)), draw(ranks)) for name in "aabc"]
    return needs, pairs, usage, draw(st.integers(0, 1000))


@given(small_cases())
@settings(max_examples=200, deadline=None)
def test_no_choice_has_less_usage_and_none_is_missed(case):
    """Against trying all choices of small cases, photos missing under some conditions."""
    needs, pairs, usage, seed = case
    best = min((cost_of(c, needs, usage) for c in every_choice(needs, pairs)), default=None)

    if best is None:
        with pytest.raises(PlanError):
            choose_pairs(needs, pairs, usage, random.Random(seed))
        return
    chosen = choose_pairs(needs, pairs, usage, random.Random(seed))

    photos = [pair.photo_id for own in chosen for pair in own]
    assert [len(own) for own in chosen] == [need.n for need in needs]
    assert len(set(photos)) == len(photos)
    for need, own in zip(needs, chosen, strict=True):
        assert {pair.condition for pair in own} <= {need.condition}
    assert cost_of(chosen, needs, usage) == best


def test_a_need_of_the_first_rank_does_not_yield_to_the_second():
    """Photo 0 is the least used of both; the second would save ten times as much by it."""
    pairs = make_pairs({"a": range(2), "b": range(2)})
    needs = [Need("b", 1, 1), Need("a", 1, 0)]

    second, first = choose_pairs(needs, pairs, {"a1": 1, "b1": 10}, random.Random(0))

    assert (first[0].photo_id, second[0].photo_id) == ("photo0", "photo1")


def test_among_photos_judged_equally_often_the_seed_decides():
    pairs = make_pairs({"a": range(10)})

    firsts = {
        choose_pairs([Need("a", 1, 0)], pairs, {}, random.Random(seed))[0][0].photo_id
        for seed in range(100)
    }

    assert len(firsts) == 10


def test_too_few_photos_are_told_with_their_numbers():
    pairs = make_pairs({"a": range(3), "b": range(1)})

    with pytest.raises(PlanError, match=r"needs 4 different photos .* 3 that fit \(a: 4 wanted, 3"):
        choose_pairs([Need("a", 3, 0), Need("a", 1), Need("b", 0, 1)], pairs, {}, random.Random(0))


class Drawn(random.Random):
    """Chance that is written down: coarse numbers, so that there are ties, and nearly 1."""

    def __init__(self, seed):
        super().__init__(seed)
        self.numbers = []

    def random(self):
        self.numbers.append([0.0, 0.5, 0.5 + 2**-53, 1 - 2**-53][self.getrandbits(2)])
        return self.numbers[-1]


@given(
    used=st.lists(st.sampled_from([0, 1, 2, 2**20]), max_size=40),
    n=st.integers(0, 50),
    seed=st.integers(0, 1000),
    is_unused=st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_the_cheapest_are_the_first_of_all_sorted(used, n, seed, is_unused):
    """Sums of usage and draw are rounded: those that look equal then must be told apart."""
    names = [f"photo{number:02d}" for number in range(len(used))]
    own = ConditionPairs(tuple(reversed(names)), tuple(names))
    usage = {} if is_unused else {name: times for name, times in zip(names, used, strict=True)}
    rng = Drawn(seed)

    found = _cheapest(n, own, usage, rng)

    of_all = [
        (usage.get(pair_id, 0), drawn, photo_id, number)
        for number, (pair_id, drawn, photo_id) in enumerate(
            zip(own.pair_ids, rng.numbers, own.photo_ids, strict=True)
        )
    ]
    assert found == [number for *_, number in sorted(of_all)[:n]]


def test_sorted_pairs_are_chosen_from_as_any_others():
    pairs = make_pairs({"a": range(30), "b": range(40)})
    needs = [Need("a", 8, 0), Need("b", 4, 1), Need("c", 0)]
    usage = {pair.pair_id: number % 3 for number, pair in enumerate(pairs)}

    chosen = choose_pairs(needs, sort_pairs(pairs), usage, random.Random(4))

    assert chosen == choose_pairs(needs, pairs, usage, random.Random(4))
    assert {pair for own in chosen for pair in own} <= set(pairs)


def test_a_large_set_is_drawn_from_without_sorting_it(monkeypatch):
    """Beyond a number for each pair, only the few that may be among the first are looked at."""
    compared = []

    def count(n, candidates, key=None):
        candidates = list(candidates)
        if key is not None:
            compared.append(len(candidates))
        return nsmallest(n, candidates, key=key)

    monkeypatch.setattr(photo_choice, "nsmallest", count)
    pairs = sort_pairs(make_pairs({"a": range(20_000)}))

    choose_pairs([Need("a", 10, 0)], pairs, {"a1": 1}, random.Random(0))

    assert compared == [10]
