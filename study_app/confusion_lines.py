"""Colours that one kind of dichromat cannot tell apart: cone excitations of sRGB. Pure.

Place on the data's path: ``plates.py`` takes its colours from here. Standard library only.

A dichromat lacks one kind of cone. Two colours that excite the other two kinds equally look the
same to them: they lie on one confusion line (Viénot, Brettel & Mollon 1999, "Digital video
colourmaps for checking the legibility of displays by dichromats", Color Research and Application
24(4), 243-252). The cone excitations are those of Smith & Pokorny (1975) for the primaries of
ITU-R BT.709, which sRGB shares, as given there.
"""

from typing import Literal

Axis = Literal["protan", "deutan", "tritan"]
Triple = tuple[float, float, float]
Rgb = tuple[int, int, int]

# Viénot, Brettel & Mollon 1999: excitations of the L, M and S cones by linear RGB.
RGB_TO_LMS: tuple[Triple, Triple, Triple] = (
    (17.8824, 43.5161, 4.11935),
    (3.45565, 27.1554, 3.86714),
    (0.0299566, 0.184309, 1.46709),
)
# The cone that is missing, as row of the matrix above.
MISSING_CONE: dict[Axis, int] = {"protan": 0, "deutan": 1, "tritan": 2}
HIGHEST = 255


def colour_on_line(axis: Axis, lightness: float, step: float, tint: float = 0.0) -> Rgb:
    """Give one of the colours that differ for the missing cone only.

    Args:
        axis: which dichromat confuses the colours of this line.
        lightness: L* of the grey in which the line begins, in (8, 100].
        step: how much more the missing cone is excited than by that grey, as a fraction of it.
        tint: how much more another cone is excited, as a fraction: the short-wave cone on the two
            red-green axes, the long-wave cone on the third. Another line of the same axis.

    Returns:
        sRGB, 0 to 255.

    Raises:
        ValueError: sRGB has no such colour.
    """
    luminance = luminance_of(lightness)
    cones = list(_times(RGB_TO_LMS, (luminance, luminance, luminance)))
    cones[MISSING_CONE[axis]] *= 1 + step
    cones[0 if axis == "tritan" else 2] *= 1 + tint
    linear = _solve(RGB_TO_LMS, (cones[0], cones[1], cones[2]))
    if not all(0 <= part <= 1 for part in linear):
        raise ValueError(f"sRGB has no colour {step:+.2f} along the {axis} line at L* {lightness}")
    red, green, blue = (_encode(part) for part in linear)
    return red, green, blue


def luminance_of(lightness: float) -> float:
    """Turn L* in (8, 100] into relative luminance in (0, 1] (CIE 1976)."""
    return ((lightness + 16) / 116) ** 3


def _encode(linear: float) -> int:
    """Give the sRGB value of a linear one (IEC 61966-2-1)."""
    curved = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return round(HIGHEST * curved)


def _times(matrix: tuple[Triple, Triple, Triple], vector: Triple) -> Triple:
    first, second, third = (
        sum(part * other for part, other in zip(row, vector, strict=True)) for row in matrix
    )
    return first, second, third


def _solve(matrix: tuple[Triple, Triple, Triple], wanted: Triple) -> Triple:
    """Give x with matrix · x = wanted, by Cramer's rule."""
    whole = _determinant(matrix)
    first, second, third = (
        _determinant(_with_column(matrix, column, wanted)) / whole for column in range(3)
    )
    return first, second, third


def _with_column(
    matrix: tuple[Triple, Triple, Triple], column: int, values: Triple
) -> tuple[Triple, Triple, Triple]:
    rows = [list(row) for row in matrix]
    for row, value in zip(rows, values, strict=True):
        row[column] = value
    first, second, third = ((row[0], row[1], row[2]) for row in rows)
    return first, second, third


def _determinant(matrix: tuple[Triple, Triple, Triple]) -> float:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
