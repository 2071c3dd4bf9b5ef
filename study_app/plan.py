"""Plan a study session: which pairs, in which order, on which side. Pure.

Place on the data's path: ``enrolment.py`` asks for a plan and stores it; what is shown afterwards
is what was planned here. No Flask, no database, no clock, no global chance: the same pairs,
settings, seed and usage give the same plan.

The rules:

1. No photo twice in a study session, and the photos judged least so far first
   (``photo_choice.py``): those of the tested conditions before those of the vigilance and control
   trials; the practice trials, which nobody analyses, take what is left.
2. Real side and first side are crossed, and each of the four combinations is used equally often in
   each block and trial type: counts differ by at most one, and so do those of each side alone; in
   each half of the block as well (``side_balance.py``).
3. Exactly ``n_vigilance`` vigilance trials, one in each equal stretch of the main block, never its
   first trial, never two next to each other.
4. Exactly ``n_control`` control trials where there is a control condition, anywhere else.
5. Tested conditions share the remaining trials, and the practice trials, equally.
"""

import itertools
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from study_app.photo_choice import Need, choose_pairs
from study_app.protocol import (
    PlannablePair,
    PlannedTrial,
    PlanSettings,
    TrialType,
    check_plan_settings,
)
from study_app.side_balance import Slot, balance_sides
from study_app.sorted_pairs import SortedPairs

# Whose photos are judged equally often first; None: it does not matter.
RANKS: dict[TrialType, int | None] = {"main": 0, "control": 1, "vigilance": 1, "practice": None}


def plan_trials(
    pairs: Iterable[PlannablePair] | SortedPairs,
    settings: PlanSettings,
    seed: int,
    usage: Mapping[str, int] | None = None,
) -> list[PlannedTrial]:
    """Plan all trials of one study session, practice first.

    Args:
        pairs: the pairs of the stimulus set; their order does not matter, nor whether they are
            sorted already.
        settings: how many trials of which kind, under which conditions.
        seed: the same seed gives the same plan.
        usage: how often each pair is judged in the other study sessions, by ``pair_id``; 0 if not
            named.

    Returns:
        ``n_practice + n_main`` trials in the order in which they are shown.

    Raises:
        PlanError: the numbers contradict each other, or there are too few photos.
    """
    check_plan_settings(settings)
    rng = random.Random(seed)  # noqa: S311 - a plan must be repeatable, not secret
    practice = _practice_slots(settings, rng)
    main = _main_slots(settings, rng)
    slots = [*practice, *main]
    chosen = _pairs_of(slots, pairs, usage or {}, rng)
    sides = [*balance_sides(practice, rng), *balance_sides(main, rng)]
    return [
        PlannedTrial(
            trial_index=index,
            block="practice" if index < len(practice) else "main",
            trial_type=slot.trial_type,
            condition=slot.condition,
            pair_id=pair.pair_id,
            photo_id=pair.photo_id,
            real_side=real_side,
            first_side=first if settings.first_side == "balanced" else settings.first_side,
        )
        for index, (slot, pair, (real_side, first)) in enumerate(
            zip(slots, chosen, sides, strict=True)
        )
    ]


def _practice_slots(settings: PlanSettings, rng: random.Random) -> list[Slot]:
    conditions = _share_out(settings.n_practice, settings.tested, rng)
    return [Slot("practice", condition) for condition in conditions]


def _main_slots(settings: PlanSettings, rng: random.Random) -> list[Slot]:
    n_tested = settings.n_main - settings.n_vigilance - settings.n_control
    others = [Slot("main", name) for name in _share_out(n_tested, settings.tested, rng)]
    others += [Slot("control", settings.control or "")] * settings.n_control
    rng.shuffle(others)
    places = set(_vigilance_places(settings.n_main, settings.n_vigilance, rng))
    remaining = iter(others)
    return [
        Slot("vigilance", settings.vigilance or "") if place in places else next(remaining)
        for place in range(settings.n_main)
    ]


def _share_out(n: int, conditions: Sequence[str], rng: random.Random) -> list[str]:
    """Give n trials to the conditions, equally but for a remainder, in random order."""
    every = list(conditions) * (n // len(conditions))
    shared = every + rng.sample(list(conditions), n % len(conditions))
    rng.shuffle(shared)
    return shared


def _vigilance_places(n_main: int, n_vigilance: int, rng: random.Random) -> list[int]:
    """Draw one place in each of n equal stretches of 1..n_main-1, half a stretch apart at least."""
    if n_vigilance == 0:
        return []
    edges = [1 + (n_main - 1) * i // n_vigilance for i in range(n_vigilance + 1)]
    apart = max(2, (n_main - 1) // n_vigilance // 2)
    places: list[int] = []
    for low, high in itertools.pairwise(edges):
        lowest = max(low, places[-1] + apart) if places else low
        places.append(rng.randrange(lowest, high))
    return places


def _pairs_of(
    slots: Sequence[Slot],
    pairs: Iterable[PlannablePair] | SortedPairs,
    usage: Mapping[str, int],
    rng: random.Random,
) -> list[PlannablePair]:
    """Give every slot a pair of its condition."""
    counted = Counter(slots)
    needs = [Need(slot.condition, n, RANKS[slot.trial_type]) for slot, n in counted.items()]
    chosen = choose_pairs(needs, pairs, usage, rng)
    of_slot = {slot: iter(own) for slot, own in zip(counted, chosen, strict=True)}
    return [next(of_slot[slot]) for slot in slots]
