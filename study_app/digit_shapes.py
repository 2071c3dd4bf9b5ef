"""The ten digits as strokes, and which points lie on them. Pure.

Place on the data's path: ``plates.py`` asks which dots of a plate belong to its figure. Drawn for
this program, without a font: the same on every machine.
"""

import itertools
import math

Point = tuple[float, float]
Stroke = tuple[Point, ...]

# Heights run from -1 (top) to 1 (bottom), widths from about -0.65 to 0.65.
STROKE_HALF_WIDTH = 0.19
ARC_STEP_DEGREES = 15


def _arc(centre: Point, radii: Point, begin: int, end: int) -> Stroke:
    """Give points of an ellipse; degrees run clockwise from the right."""
    n_steps = math.ceil(abs(end - begin) / ARC_STEP_DEGREES)
    angles = [math.radians(begin + (end - begin) * step / n_steps) for step in range(n_steps + 1)]
    return tuple(
        (centre[0] + radii[0] * math.cos(angle), centre[1] + radii[1] * math.sin(angle))
        for angle in angles
    )


_SIX: tuple[Stroke, ...] = (
    _arc((0, 0.42), (0.6, 0.58), 0, 360),
    ((-0.6, 0.42), (-0.55, -0.1), (-0.35, -0.6), (0.0, -0.9), (0.4, -1.0)),
)

STROKES: dict[int, tuple[Stroke, ...]] = {
    0: (_arc((0, 0), (0.6, 1), 0, 360),),
    1: (((-0.4, -0.6), (0.05, -1), (0.05, 1)),),
    2: ((*_arc((0, -0.42), (0.58, 0.58), 190, 385), (-0.6, 1), (0.62, 1)),),
    3: (
        _arc((-0.04, -0.5), (0.54, 0.5), 195, 450),
        _arc((-0.04, 0.48), (0.62, 0.52), 270, 525),
    ),
    4: (((0.28, 1), (0.28, -1), (-0.65, 0.4), (0.65, 0.4)),),
    5: (((0.5, -1), (-0.42, -1), (-0.5, -0.1)), _arc((-0.04, 0.38), (0.62, 0.62), 220, 510)),
    6: _SIX,
    7: (((-0.6, -1), (0.6, -1), (-0.15, 1)),),
    8: (
        _arc((0, -0.52), (0.48, 0.48), 0, 360),
        _arc((0, 0.48), (0.6, 0.52), 0, 360),
    ),
    9: tuple(tuple((-x, -y) for x, y in stroke) for stroke in _SIX),
}


def is_on_digit(digit: int, point: Point) -> bool:
    """Say whether a point lies on the strokes of a digit.

    Args:
        digit: 0 to 9.
        point: x to the right and y downwards, in half heights of the digit from its middle.
    """
    return any(
        _distance(point, start, end) <= STROKE_HALF_WIDTH
        for stroke in STROKES[digit]
        for start, end in itertools.pairwise(stroke)
    )


def _distance(point: Point, start: Point, end: Point) -> float:
    """Give the distance of a point from a line between two points."""
    along = (end[0] - start[0], end[1] - start[1])
    offset = (point[0] - start[0], point[1] - start[1])
    length_squared = along[0] ** 2 + along[1] ** 2
    share = (offset[0] * along[0] + offset[1] * along[1]) / length_squared
    nearest = min(1.0, max(0.0, share))
    return math.hypot(offset[0] - nearest * along[0], offset[1] - nearest * along[1])
