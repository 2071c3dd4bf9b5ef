import random

from study_app.protocol import PlannablePair
from study_app.sorted_pairs import ConditionPairs, SortedPairs, sort_pairs

PAIRS = [
    PlannablePair("p2", "lake", "full"),
    PlannablePair("p1", "tree", "full"),
    PlannablePair("p3", "lake", "random"),
]


def test_pairs_of_a_condition_stand_by_their_id():
    found = sort_pairs(PAIRS)

    assert found.of("full") == ConditionPairs(("tree", "lake"), ("p1", "p2"))
    assert found.of("random") == ConditionPairs(("lake",), ("p3",))


def test_the_order_in_which_they_come_does_not_matter():
    pairs = [PlannablePair(f"p{n}", f"photo{-n}", "abc"[n % 3]) for n in range(30)]
    shuffled = random.Random(1).sample(pairs, len(pairs))

    assert sort_pairs(shuffled) == sort_pairs(pairs)


def test_a_photo_stands_once_under_a_condition():
    """No set has it twice; if one had, it could not be drawn twice."""
    twice = [*PAIRS, PlannablePair("p9", "tree", "full")]

    assert sort_pairs(twice).of("full").photo_ids == ("tree", "lake")


def test_a_condition_that_is_not_there_has_no_pairs():
    assert len(SortedPairs().of("full")) == 0
    assert len(sort_pairs(PAIRS).of("grey")) == 0
    assert len(sort_pairs(PAIRS).of("full")) == 2
