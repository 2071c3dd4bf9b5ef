"""Give every place of a plan a photo: none twice, those judged least so far first. Pure.

Place on the data's path: ``plan.py`` says how many photos it needs under which condition and gets
them. Which photo may stand for which need is a bipartite graph; the choice is a matching of least
cost in it, where the cost of a photo is how often it was judged already.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from operator import add

from study_app.errors import PlanError
from study_app.number_words import counted
from study_app.protocol import PlannablePair
from study_app.sorted_pairs import ConditionPairs, SortedPairs, sort_pairs


@dataclass(frozen=True)
class Need:
    """Photos wanted for one purpose.

    Attributes:
        condition: the pairs' condition.
        n: how many.
        rank: 0 for the need whose photos are judged most equally often, 1 for the next, and so on;
            None where it does not matter how often a photo was judged.
    """

    condition: str
    n: int
    rank: int | None = None


@dataclass
class _Choice:
    """A matching in the making.

    Attributes:
        costs: for each need, its candidates and what each would cost, cheapest first.
        pair_ids: for each need, the pair of each candidate.
        holder: photos in use, by the number of the need that has them.
    """

    costs: list[dict[str, int]]
    pair_ids: list[dict[str, str]]
    holder: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Move:
    """A photo that goes to a need: from another need, or free if there is none."""

    photo_id: str
    cost: int
    taken_from: int | None


def choose_pairs(
    needs: Sequence[Need],
    pairs: Iterable[PlannablePair] | SortedPairs,
    usage: Mapping[str, int],
    rng: random.Random,
) -> list[list[PlannablePair]]:
    """Choose pairs for every need, no photo twice, with the least usage that is possible.

    The sum of the usage of rank 0 is as small as any choice can make it; among such choices that of
    rank 1 is, and so on; what is left to choose is drawn. So the photos of a need of rank 0 are its
    least judged ones, unless another need can be met by those only.

    Successive shortest paths (Busacker & Gowen 1960): a need gets its photos one by one, each by
    the cheapest chain of exchanges with other needs that ends in a free photo. The other places can
    take only so many of a need's photos, so each need looks at as many of its cheapest ones as
    there are places in all.

    Args:
        needs: what is wanted.
        pairs: the pairs there are; their order does not matter. Who plans often sorts them once.
        usage: how often a pair was judged, by ``pair_id``; 0 if not named.
        rng: draws among equals.

    Returns:
        For each need its pairs, in random order.

    Raises:
        PlanError: no choice gives every need its photos.
    """
    there = pairs if isinstance(pairs, SortedPairs) else sort_pairs(pairs)
    choice = _find_candidates(needs, there, usage, rng)
    for number, need in enumerate(needs):
        for _ in range(need.n):
            if not _take_one(choice, number):
                raise PlanError(_too_few_photos(needs, there))
    chosen: list[list[PlannablePair]] = [[] for _ in needs]
    for photo_id, number in choice.holder.items():
        pair_id = choice.pair_ids[number][photo_id]
        chosen[number].append(PlannablePair(pair_id, photo_id, needs[number].condition))
    for own in chosen:
        rng.shuffle(own)
    return chosen


def _find_candidates(
    needs: Sequence[Need], there: SortedPairs, usage: Mapping[str, int], rng: random.Random
) -> _Choice:
    """Give each need's candidates with their costs; a rank outweighs all after it together."""
    n_places = sum(need.n for need in needs)
    base = 1 + n_places * max(usage.values(), default=0)
    lowest_rank = max((need.rank for need in needs if need.rank is not None), default=0)
    wanted = {need.condition for need in needs if need.n}
    choice = _Choice([], [])
    for need in needs:
        weight = 0 if need.rank is None else base ** (lowest_rank - need.rank)
        own = there.of(need.condition) if need.condition in wanted else ConditionPairs()
        cheapest = _cheapest(n_places, own, usage if weight else {}, rng)
        photo_ids, pair_ids = own.photo_ids, own.pair_ids
        choice.costs.append(
            {photo_ids[i]: weight * usage.get(pair_ids[i], 0) for i in cheapest},
        )
        choice.pair_ids.append({photo_ids[i]: pair_ids[i] for i in cheapest})
    return choice


def _cheapest(
    n: int, own: ConditionPairs, usage: Mapping[str, int], rng: random.Random
) -> list[int]:
    """Give the numbers of the n least used pairs, the least first; among equals it is drawn.

    For each of a large set's pairs this does no more than draw a number, add the usage to it, and
    compare the sum: it lies between the usage and the next whole number, so no sum, rounded or not,
    is less than that of a pair that comes earlier. Who comes before whom is settled exactly among
    the few that are left.
    """
    drawn = [rng.random() for _ in own.pair_ids]
    used = [usage.get(pair_id, 0) for pair_id in own.pair_ids] if usage else [0] * len(drawn)
    sums = list(map(add, used, drawn)) if usage else drawn
    limit = max(nsmallest(n, sums), default=0.0)
    near = [i for i, total in enumerate(sums) if total <= limit]
    return nsmallest(n, near, key=lambda i: (used[i], drawn[i], own.photo_ids[i]))


def _take_one(choice: _Choice, number: int) -> bool:
    """Give a need one photo more by the cheapest chain of exchanges.

    Returns:
        False if there is none.
    """
    moves = [_moves(choice, need) for need in range(len(choice.costs))]
    reached: dict[int, tuple[int, list[tuple[int, _Move]]]] = {number: (0, [])}
    changed = True
    while changed:  # Bellman-Ford: exchanges may cost less than nothing, rounds of them never do
        changed = False
        for need, (cost, chain) in list(reached.items()):
            for other, move in moves[need].items():
                if other is not None and (
                    other not in reached or cost + move.cost < reached[other][0]
                ):
                    reached[other] = (cost + move.cost, [*chain, (need, move)])
                    changed = True
    ends = [
        (cost + free.cost, [*chain, (need, free)])
        for need, (cost, chain) in reached.items()
        if (free := moves[need].get(None)) is not None
    ]
    if not ends:
        return False
    for need, move in min(ends, key=lambda end: end[0])[1]:
        choice.holder[move.photo_id] = need
    return True


def _moves(choice: _Choice, need: int) -> dict[int | None, _Move]:
    """Give the cheapest photo a need could take from each other need, and the cheapest free one."""
    cheapest: dict[int | None, _Move] = {}
    for photo_id, own_cost in choice.costs[need].items():
        holder = choice.holder.get(photo_id)
        if holder == need:
            continue
        saved = 0 if holder is None else choice.costs[holder][photo_id]
        known = cheapest.get(holder)
        if known is None or own_cost - saved < known.cost:
            cheapest[holder] = _Move(photo_id, own_cost - saved, holder)
    return cheapest


def _too_few_photos(needs: Sequence[Need], there: SortedPairs) -> str:
    wanted: dict[str, int] = {}
    for need in needs:
        if need.n:
            wanted[need.condition] = wanted.get(need.condition, 0) + need.n
    photos = {photo_id for name in wanted for photo_id in there.of(name).photo_ids}
    listed = ", ".join(
        f"{name}: {n} wanted, {len(there.of(name))} there" for name, n in wanted.items()
    )
    n = sum(need.n for need in needs)
    return (
        f"a study session needs {counted(n, 'different photo')} and the stimulus"
        f" set has {len(photos)} that fit ({listed}); give it more photos, or ask for fewer trials"
    )
