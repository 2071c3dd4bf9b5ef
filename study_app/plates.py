"""Pseudo-isochromatic plates: which digit, which axis, which dots of which colour. Pure.

Place on the data's path: ``screening.py`` asks which plates a participant reads and what is right;
``plate_png.py`` draws them. The plan depends on the seed of the study session and the number of
plates alone: whoever knows both knows the right answers, and nobody else does.

How a plate hides its digit, after Regan, Reffin & Mollon 1994 ("Luminance noise and the rapid
determination of discrimination ellipses in colour deficiency", Vision Research 34(10), 1279-1299):
dots inside and outside the digit differ along a confusion line only, and every dot has a lightness
of its own, drawn alike inside and outside, so that neither lightness nor the places or sizes of
dots give anything away.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from study_app.confusion_lines import Axis, Rgb, colour_on_line
from study_app.digit_shapes import is_on_digit

PlateAxis = Axis | Literal["demonstration"]

N_DIGITS = 10
DEMONSTRATION: PlateAxis = "demonstration"
# Nearly everybody with a deficiency is deutan or protan. Seven plates have three of either, so that
# who may miss one of seven passes by guessing in 3 of 100 cases: 3 · 0.1² · 0.9 + 0.1³.
AXES: tuple[Axis, ...] = ("deutan", "protan", "deutan", "protan", "deutan", "protan", "tritan")

PLATE_PX = 360
RIM_PX = 2.0
GAP_PX = 1.0
RADII_PX = (6.5, 5.5, 4.5, 3.5, 2.5)
# Circles that touch lie in the same cell or in neighbours.
CELL_PX = 2 * max(RADII_PX) + GAP_PX
_Cells = dict[tuple[int, int], list[tuple[float, float, float]]]
# Places tried for dots of each radius, in which as many stay as find room.
N_TRIES = 2200
DIGIT_HALF_HEIGHT_PX = 112.0
LARGEST_SHIFT_PX = 6.0
LARGEST_TURN_DEGREES = 8.0

LIGHTNESSES: tuple[float, ...] = (51.0, 54.0, 58.0, 61.0, 65.0, 68.0, 72.0, 75.0)
# How much more and less than a grey the missing cone is excited inside and outside the digit.
STEP: dict[Axis, float] = {"protan": 0.13, "deutan": 0.13, "tritan": 0.45}
# Lines next to each other, so that the colours of a plate vary on both sides alike.
TINTS: dict[Axis, tuple[float, ...]] = {
    "protan": (-0.2, 0.0, 0.2),
    "deutan": (-0.2, 0.0, 0.2),
    "tritan": (-0.02, 0.0, 0.02),
}
# The demonstration can be read by lightness: inside darker than the ground, outside lighter.
DEMONSTRATION_LIGHTNESSES: dict[bool, tuple[float, ...]] = {
    True: (22.0, 26.0, 30.0, 34.0),
    False: (66.0, 70.0, 74.0, 78.0),
}
DEMONSTRATION_AXIS: Axis = "tritan"
DEMONSTRATION_STEP = 0.3


@dataclass(frozen=True)
class Plate:
    """One plate before it is drawn.

    Attributes:
        digit: the right answer, 0 to 9.
        axis: who cannot read it; the demonstration can be read by everybody.
        sign: whether the digit (1) or its surround (-1) excites the cone in question more.
        dots_seed: seed of places, sizes and colours of its dots.
    """

    digit: int
    axis: PlateAxis
    sign: Literal[-1, 1]
    dots_seed: int


@dataclass(frozen=True)
class Dot:
    """One dot: place and radius in pixels of the plate, and its sRGB colour."""

    x_px: float
    y_px: float
    radius_px: float
    in_digit: bool
    colour: Rgb


def plan_plates(seed: int, n_plates: int) -> tuple[Plate, ...]:
    """Give the demonstration plate and after it the plates that count.

    Args:
        seed: of the study session.
        n_plates: plates that count, at least 1.

    Returns:
        ``n_plates`` + 1 plates; every digit is equally likely on each, the axes are shared out as
        in ``AXES`` and come in an order by chance.
    """
    rng = random.Random(f"{seed} plates")  # noqa: S311 - repeatable, not secret
    axes: list[PlateAxis] = [AXES[number % len(AXES)] for number in range(n_plates)]
    rng.shuffle(axes)
    return tuple(
        Plate(rng.randrange(N_DIGITS), axis, rng.choice((-1, 1)), rng.getrandbits(62))
        for axis in [DEMONSTRATION, *axes]
    )


def place_dots(plate: Plate) -> tuple[Dot, ...]:
    """Give the dots of a plate; the same plate always has the same."""
    rng = random.Random(plate.dots_seed)  # noqa: S311 - repeatable, not secret
    circles = _throw_darts(rng)
    shift = [rng.uniform(-LARGEST_SHIFT_PX, LARGEST_SHIFT_PX) for _ in range(2)]
    turn = math.radians(rng.uniform(-LARGEST_TURN_DEGREES, LARGEST_TURN_DEGREES))
    inside = [
        is_on_digit(plate.digit, _on_digit(x - shift[0], y - shift[1], turn)) for x, y, _ in circles
    ]
    colours = {
        place: iter(_deal(rng, _colours(plate, place), inside.count(place)))
        for place in (True, False)
    }
    return tuple(
        Dot(x, y, radius, place, next(colours[place]))
        for (x, y, radius), place in zip(circles, inside, strict=True)
    )


def _throw_darts(rng: random.Random) -> list[tuple[float, float, float]]:
    """Fill a circle with circles that do not touch, the largest first; (x, y, radius) in px."""
    cells: _Cells = {}
    placed = []
    for radius in RADII_PX:
        for _ in range(N_TRIES):
            x, y = _point_in_circle(rng, PLATE_PX / 2 - RIM_PX - radius)
            if _has_room(cells, x, y, radius):
                cells.setdefault((int(x // CELL_PX), int(y // CELL_PX)), []).append((x, y, radius))
                placed.append((x, y, radius))
    return placed


def _has_room(cells: _Cells, x: float, y: float, radius: float) -> bool:
    """Say whether a circle touches none of those placed, which lie in cells of the plate."""
    column, row = int(x // CELL_PX), int(y // CELL_PX)
    for i in (0, -1, 1):
        for j in (0, -1, 1):
            for other_x, other_y, other_radius in cells.get((column + i, row + j), ()):
                apart = radius + other_radius + GAP_PX
                if (x - other_x) ** 2 + (y - other_y) ** 2 < apart**2:
                    return False
    return True


def _point_in_circle(rng: random.Random, radius_px: float) -> tuple[float, float]:
    angle, distance = rng.uniform(0, math.tau), math.sqrt(rng.random()) * radius_px
    middle = PLATE_PX / 2
    return middle + distance * math.cos(angle), middle + distance * math.sin(angle)


def _on_digit(x_px: float, y_px: float, turn: float) -> tuple[float, float]:
    """Turn a place on the plate into the digit's own coordinates."""
    x, y = (part - PLATE_PX / 2 for part in (x_px, y_px))
    turned = (x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn))
    return turned[0] / DIGIT_HALF_HEIGHT_PX, turned[1] / DIGIT_HALF_HEIGHT_PX


def _colours(plate: Plate, in_digit: bool) -> list[Rgb]:
    """Give the colours of the dots inside or outside the digit, each as often as another."""
    sign = plate.sign if in_digit else -plate.sign
    if plate.axis == "demonstration":
        lightnesses, tints = DEMONSTRATION_LIGHTNESSES[in_digit], TINTS[DEMONSTRATION_AXIS]
        axis, step = DEMONSTRATION_AXIS, DEMONSTRATION_STEP
    else:
        lightnesses, tints = LIGHTNESSES, TINTS[plate.axis]
        axis, step = plate.axis, STEP[plate.axis]
    return [
        colour_on_line(axis, lightness, sign * step, tint)
        for lightness in lightnesses
        for tint in tints
    ]


def _deal(rng: random.Random, colours: Sequence[Rgb], n: int) -> list[Rgb]:
    """Deal ``n`` colours from shuffled decks, so that dots of every size get all of them alike."""
    dealt: list[Rgb] = []
    while len(dealt) < n:
        dealt += rng.sample(colours, len(colours))
    return dealt[:n]
