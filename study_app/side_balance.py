"""Draw the real side and the first side of every trial of a block, balanced. Pure.

Place on the data's path: ``plan.py`` knows which trial type and condition stands where in a block,
and gets the sides. Balanced are each trial type as a whole, each condition in it, and, as far as
the numbers allow, the first and the second half of the block.
"""

import itertools
import random
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from study_app.protocol import OTHER_SIDE, Side, TrialType

Step = tuple[Side, Side]

# Real side and first side, in an order in which every prefix is balanced: real sides alternate,
# first sides differ by at most one after each step, and four steps use every combination once.
SIDE_CYCLE: tuple[Step, ...] = (
    ("left", "left"),
    ("right", "right"),
    ("left", "right"),
    ("right", "left"),
)


class Slot(NamedTuple):
    """A place in a block, before photo and sides are chosen."""

    trial_type: TrialType
    condition: str


def balance_sides(slots: Sequence[Slot], rng: random.Random) -> list[Step]:
    """Draw real side and first side of every slot of one block.

    The slots of a trial type, sorted by condition, take consecutive steps of ``SIDE_CYCLE``, so
    that the type as a whole and each condition in it are balanced. The steps of a condition are
    dealt out to the two halves of the block so that each half is balanced too, and are drawn within
    the half. Two coin tosses per type mirror the cycle, so that no combination is favoured.

    Args:
        slots: the block in the order in which it is shown.
        rng: draws.

    Returns:
        Real side and first side of each slot.
    """
    sides: dict[int, Step] = {}
    for trial_type in dict.fromkeys(slot.trial_type for slot in slots):
        cycle = itertools.cycle(_mirrored_cycle(rng))
        halves: tuple[Counter[Step], Counter[Step]] = (Counter(), Counter())
        conditions = sorted({slot.condition for slot in slots if slot.trial_type == trial_type})
        rng.shuffle(conditions)
        for condition in conditions:
            places = [i for i, slot in enumerate(slots) if slot == Slot(trial_type, condition)]
            steps = Counter(itertools.islice(cycle, len(places)))
            n_early = sum(place < len(slots) // 2 for place in places)
            early = _early_steps(steps, n_early, halves, rng)
            drawn = [*_shuffled(early, rng), *_shuffled(steps - early, rng)]
            sides |= dict(zip(places, drawn, strict=True))
    return [sides[i] for i in range(len(slots))]


def _mirrored_cycle(rng: random.Random) -> list[Step]:
    flip_real, flip_first = rng.random() < 0.5, rng.random() < 0.5
    return [
        (OTHER_SIDE[real] if flip_real else real, OTHER_SIDE[first] if flip_first else first)
        for real, first in SIDE_CYCLE
    ]


def _early_steps(
    steps: Counter[Step],
    n_early: int,
    halves: tuple[Counter[Step], Counter[Step]],
    rng: random.Random,
) -> Counter[Step]:
    """Choose which of a condition's steps stand in the first half; adds both parts to the halves.

    For a single condition there is always a choice that balances both halves exactly; with
    several, each condition in turn makes the best of what those before it left.
    """
    low = n_early // len(SIDE_CYCLE)
    shares = (
        Counter(dict(zip(SIDE_CYCLE, numbers, strict=True)))
        for numbers in itertools.product((low, low + 1), repeat=len(SIDE_CYCLE))
        if sum(numbers) == n_early
    )
    options = [share for share in shares if share <= steps]

    def unbalance(early: Counter[Step]) -> int:
        late = steps - early
        parts = (early, late, halves[0] + early, halves[1] + late)
        return sum(_unbalance(part) for part in parts)

    least = min(map(unbalance, options))
    early = rng.choice([option for option in options if unbalance(option) == least])
    halves[0].update(early)
    halves[1].update(steps - early)
    return early


def _unbalance(steps: Counter[Step]) -> int:
    """Say how far the four combinations, and each side alone, are from equally often; 0 at best."""
    counts = [steps[step] for step in SIDE_CYCLE]
    real = sum(n if step[0] == "left" else -n for step, n in steps.items())
    first = sum(n if step[1] == "left" else -n for step, n in steps.items())
    return int((max(counts) - min(counts)) ** 2 + real**2 + first**2)


def _shuffled(steps: Counter[Step], rng: random.Random) -> list[Step]:
    listed = [step for step in SIDE_CYCLE for _ in range(steps[step])]
    rng.shuffle(listed)
    return listed
