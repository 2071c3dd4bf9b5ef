"""The plan of a study session: which pairs, in which order, on which side. Pure.

Place on the data's path: ``enrolment.py`` asks for a plan and stores it; what is shown afterwards
is what was planned here. No Flask, no database, no clock, no global chance: the same pairs,
settings and seed give the same plan.

The rules:

1. No photo twice in a study session.
2. Real side and first side are crossed, and each of the four combinations is used equally often in
   each block and trial type: counts differ by at most one, and so do those of each side alone.
3. Exactly ``n_vigilance`` vigilance trials, one in each equal stretch of the main block, never its
   first trial, never two next to each other.
4. Exactly ``n_control`` control trials where there is a control condition, anywhere else.
5. Tested conditions share the remaining trials, and the practice trials, equally.
"""

import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from study_app.errors import PlanError

Side = Literal["left", "right"]
FirstSide = Literal["left", "right", "both"]
Block = Literal["practice", "main"]
TrialType = Literal["practice", "main", "vigilance", "control"]

OTHER_SIDE: dict[Side, Side] = {"left": "right", "right": "left"}

# Real side and first side, in an order in which every prefix is balanced: real sides alternate,
# first sides differ by at most one after each step, and four steps use every combination once.
SIDE_CYCLE: tuple[tuple[Side, Side], ...] = (
    ("left", "left"),
    ("right", "right"),
    ("left", "right"),
    ("right", "left"),
)


@dataclass(frozen=True)
class ProtocolSettings:
    """How a study session runs; the table ``[protocol]`` of the study file.

    Attributes:
        preset: the published protocol that gives the defaults; a key of ``presets.PRESETS``.
        design: ``between``: a participant sees one tested condition; ``within``: all of them.
        n_practice: practice trials, with feedback, not analysed.
        n_main: trials of the main block, vigilance and control trials included.
        n_vigilance: vigilance trials among them.
        n_control: control trials among them, used only where the set has a control condition.
        layout: one image after the other, or both at once.
        first_side: which side is shown first: balanced, or always left.
        lead_in_ms: blank before the first image.
        display_ms: planned exposure of each image.
        isi_ms: blank between the images.
        response_delay_ms: blank between the last image and the question.
        image_size_px: width and height at which images are drawn, in CSS pixels.
        break_after: whether a rest is offered half-way through the main block.
        fixation: whether a cross marks the middle of the place where an image will come.
        mask: what covers an image's place after it: nothing, or grey noise.
        mask_ms: how long the mask stays, within the blank after the image.
    """

    preset: str = "zhang2016"
    design: Literal["between", "within"] = "between"
    n_practice: int = field(default=10, metadata={"minimum": 0, "maximum": 1000})
    n_main: int = field(default=40, metadata={"minimum": 1, "maximum": 10_000})
    n_vigilance: int = field(default=4, metadata={"minimum": 0})
    n_control: int = field(default=4, metadata={"minimum": 0})
    layout: Literal["sequential", "side-by-side"] = "sequential"
    first_side: Literal["balanced", "left"] = "balanced"
    lead_in_ms: int = field(default=900, metadata={"minimum": 0, "maximum": 60_000})
    display_ms: int = field(default=1000, metadata={"minimum": 10, "maximum": 60_000})
    isi_ms: int = field(default=600, metadata={"minimum": 0, "maximum": 60_000})
    response_delay_ms: int = field(default=100, metadata={"minimum": 0, "maximum": 60_000})
    image_size_px: int = field(default=256, metadata={"minimum": 16, "maximum": 4096})
    break_after: bool = True
    fixation: bool = False
    mask: Literal["none", "noise"] = "none"
    mask_ms: int = field(default=100, metadata={"minimum": 10, "maximum": 60_000})


@dataclass(frozen=True)
class Roles:
    """Which condition of the stimulus set does what.

    Attributes:
        tested: conditions whose fool rate is wanted.
        vigilance: condition of the vigilance trials, or None.
        control: condition of the control trials, or None.
    """

    tested: tuple[str, ...]
    vigilance: str | None = None
    control: str | None = None


@dataclass(frozen=True)
class PlanSettings:
    """What a plan needs to know.

    Attributes:
        tested: the tested conditions this participant sees: one (between) or all (within).
        vigilance: condition of the vigilance trials; needed if ``n_vigilance`` is not 0.
        control: condition of the control trials; needed if ``n_control`` is not 0.
        n_practice: trials of the practice block.
        n_main: trials of the main block, vigilance and control trials included.
        n_vigilance: vigilance trials.
        n_control: control trials.
        first_side: ``balanced`` or ``left``; ``both`` where both images are shown at once.
    """

    tested: tuple[str, ...]
    vigilance: str | None = None
    control: str | None = None
    n_practice: int = 10
    n_main: int = 40
    n_vigilance: int = 4
    n_control: int = 0
    first_side: Literal["balanced", "left", "both"] = "balanced"


class PlannablePair(NamedTuple):
    """A stimulus pair, as far as a plan must know it."""

    pair_id: str
    photo_id: str
    condition: str


@dataclass(frozen=True)
class PlannedTrial:
    """One trial of a plan; the fields are those of the trial table."""

    trial_index: int
    block: Block
    trial_type: TrialType
    condition: str
    pair_id: str
    photo_id: str
    real_side: Side
    first_side: FirstSide


class _Slot(NamedTuple):
    """A place in the sequence, before photo and sides are chosen."""

    trial_type: TrialType
    condition: str


def plan_settings(protocol: ProtocolSettings, roles: Roles, tested: Sequence[str]) -> PlanSettings:
    """Combine a study's protocol with the tested conditions of one participant."""
    sequential = protocol.layout == "sequential"
    return PlanSettings(
        tested=tuple(tested),
        vigilance=roles.vigilance,
        control=roles.control,
        n_practice=protocol.n_practice,
        n_main=protocol.n_main,
        n_vigilance=protocol.n_vigilance,
        n_control=protocol.n_control if roles.control else 0,
        first_side=protocol.first_side if sequential else "both",
    )


def plan_trials(
    pairs: Iterable[PlannablePair], settings: PlanSettings, seed: int
) -> list[PlannedTrial]:
    """Plan all trials of one study session, practice first.

    Args:
        pairs: the pairs of the stimulus set; their order does not matter.
        settings: how many trials of which kind, under which conditions.
        seed: the same seed gives the same plan.

    Returns:
        ``n_practice + n_main`` trials in the order in which they are shown.

    Raises:
        PlanError: the numbers contradict each other, or there are too few photos.
    """
    check_plan_settings(settings)
    rng = random.Random(seed)  # noqa: S311 - a plan must be repeatable, not secret
    practice = _practice_slots(settings, rng)
    main = _main_slots(settings, rng)
    photos = _choose_pairs([*practice, *main], pairs, rng)
    sides = [*_sides(practice, settings, rng), *_sides(main, settings, rng)]
    return [
        PlannedTrial(
            trial_index=index,
            block="practice" if index < len(practice) else "main",
            trial_type=slot.trial_type,
            condition=slot.condition,
            pair_id=pair.pair_id,
            photo_id=pair.photo_id,
            real_side=real_side,
            first_side=first_side,
        )
        for index, (slot, pair, (real_side, first_side)) in enumerate(
            zip([*practice, *main], photos, sides, strict=True)
        )
    ]


def check_plan_settings(settings: PlanSettings) -> None:
    """Check the numbers of a plan.

    Raises:
        PlanError: the first contradiction.
    """
    if not settings.tested:
        raise PlanError("no tested condition: name at least one in [conditions] tested")
    if settings.n_vigilance and settings.vigilance is None:
        raise PlanError(
            f"{settings.n_vigilance} vigilance trials need a vigilance condition"
            " (a random fake), and the stimulus set has none; n_vigilance = 0 does without"
        )
    n_tested = settings.n_main - settings.n_vigilance - settings.n_control
    if n_tested < 1:
        raise PlanError(
            f"n_main = {settings.n_main} leaves no trial of a tested condition after"
            f" {settings.n_vigilance} vigilance and {settings.n_control} control trials"
        )
    if 2 * settings.n_vigilance > settings.n_main - 1:
        raise PlanError(
            f"{settings.n_vigilance} vigilance trials among {settings.n_main} cannot be kept apart"
            f" and off the first place; at most {(settings.n_main - 1) // 2} can"
        )


def _practice_slots(settings: PlanSettings, rng: random.Random) -> list[_Slot]:
    conditions = _share_out(settings.n_practice, settings.tested, rng)
    return [_Slot("practice", condition) for condition in conditions]


def _main_slots(settings: PlanSettings, rng: random.Random) -> list[_Slot]:
    n_tested = settings.n_main - settings.n_vigilance - settings.n_control
    others = [_Slot("main", name) for name in _share_out(n_tested, settings.tested, rng)]
    others += [_Slot("control", settings.control or "")] * settings.n_control
    rng.shuffle(others)
    places = set(_vigilance_places(settings.n_main, settings.n_vigilance, rng))
    remaining = iter(others)
    return [
        _Slot("vigilance", settings.vigilance or "") if place in places else next(remaining)
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


def _choose_pairs(
    slots: Sequence[_Slot], pairs: Iterable[PlannablePair], rng: random.Random
) -> list[PlannablePair]:
    """Give every slot a pair of its condition, so that no photo stands twice.

    A photo may exist under some conditions only, so this is a bipartite matching: each slot takes
    the first free photo of a random order, and where none is free, slots before it change theirs
    (augmenting paths, Kuhn 1955). It fails only if no assignment exists.
    """
    candidates = _shuffled_by_condition(pairs, {slot.condition for slot in slots}, rng)
    chosen: list[PlannablePair | None] = [None] * len(slots)
    owner: dict[str, int] = {}

    def place(index: int, tried: set[str]) -> bool:
        options = candidates[slots[index].condition]
        free = next((pair for pair in options if pair.photo_id not in owner), None)
        for pair in [free] if free else options:
            if pair.photo_id in tried:
                continue
            tried.add(pair.photo_id)
            if pair is free or place(owner[pair.photo_id], tried):
                owner[pair.photo_id], chosen[index] = index, pair
                return True
        return False

    for index in rng.sample(range(len(slots)), len(slots)):
        if not place(index, set()):
            raise PlanError(_too_few_photos(slots, candidates))
    return [pair for pair in chosen if pair is not None]


def _shuffled_by_condition(
    pairs: Iterable[PlannablePair], conditions: set[str], rng: random.Random
) -> dict[str, list[PlannablePair]]:
    grouped: dict[str, list[PlannablePair]] = defaultdict(list)
    for pair in sorted(pairs):
        if pair.condition in conditions:
            grouped[pair.condition].append(pair)
    for condition in sorted(grouped):
        rng.shuffle(grouped[condition])
    return grouped


def _too_few_photos(slots: Sequence[_Slot], candidates: dict[str, list[PlannablePair]]) -> str:
    photos = {pair.photo_id for options in candidates.values() for pair in options}
    wanted = Counter(slot.condition for slot in slots)
    listed = ", ".join(
        f"{name}: {n} wanted, {len(candidates.get(name, []))} there" for name, n in wanted.items()
    )
    return (
        f"a study session needs {len(slots)} different photos and the stimulus set has"
        f" {len(photos)} that fit ({listed}); give it more photos, or ask for fewer trials"
    )


def _sides(
    slots: Sequence[_Slot], settings: PlanSettings, rng: random.Random
) -> list[tuple[Side, FirstSide]]:
    """Draw real side and first side of every slot of one block.

    The slots of a trial type, sorted by condition, take consecutive steps of ``SIDE_CYCLE``, so
    that the type as a whole and each condition in it are balanced; the steps of a condition are
    then shuffled. Two coin tosses per type mirror the cycle, so that no combination is favoured.
    """
    sides: dict[int, tuple[Side, FirstSide]] = {}
    for trial_type in dict.fromkeys(slot.trial_type for slot in slots):
        cycle = _mirrored_cycle(rng)
        start = 0
        own = [i for i, slot in enumerate(slots) if slot.trial_type == trial_type]
        conditions = sorted({slots[i].condition for i in own})
        rng.shuffle(conditions)
        for condition in conditions:
            places = [i for i in own if slots[i].condition == condition]
            steps = [cycle[(start + i) % len(cycle)] for i in range(len(places))]
            start += len(places)
            rng.shuffle(steps)
            sides |= {
                place: _step(step, settings) for place, step in zip(places, steps, strict=True)
            }
    return [sides[i] for i in range(len(slots))]


def _mirrored_cycle(rng: random.Random) -> list[tuple[Side, Side]]:
    flip_real, flip_first = rng.random() < 0.5, rng.random() < 0.5
    return [
        (OTHER_SIDE[real] if flip_real else real, OTHER_SIDE[first] if flip_first else first)
        for real, first in SIDE_CYCLE
    ]


def _step(step: tuple[Side, Side], settings: PlanSettings) -> tuple[Side, FirstSide]:
    real_side, first_side = step
    return real_side, first_side if settings.first_side == "balanced" else settings.first_side
