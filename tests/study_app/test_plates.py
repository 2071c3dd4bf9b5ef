import math
from collections import Counter

import numpy as np
import pytest

from study_app.plates import (
    AXES,
    GAP_PX,
    PLATE_PX,
    STEP,
    Plate,
    place_dots,
    plan_plates,
)
from study_app.study_tables import Screening
from tests.study_app.colour_observers import CONES, linear, see, see_as, see_as_by_machado

# Two plates of each axis, of either sign.
PLATES = {
    f"{axis} {digit}": Plate(digit, axis, sign, dots_seed=digit)
    for axis in STEP
    for digit, sign in ((3, 1), (8, -1))
}
# Colour differences CIE 1976: 2.3 is just noticeable, between two large fields side by side.
JUST_NOTICEABLE = 2.3
CLEAR = 35.0


def difference(plate, look):
    """Give the mean of what is seen inside less outside the digit, by area of the dots."""
    dots = place_dots(plate)
    seen = look(np.array([dot.colour for dot in dots]))
    inside = np.array([dot.in_digit for dot in dots])
    area = np.array([dot.radius_px**2 for dot in dots])
    means = [np.average(seen[here], axis=0, weights=area[here]) for here in (inside, ~inside)]
    return means[0] - means[1]


def test_the_demonstration_comes_first_and_then_as_many_plates_as_wanted():
    plates = plan_plates(5, 8)

    assert plates[0].axis == "demonstration"
    assert Counter(plate.axis for plate in plates[1:]) == Counter((*AXES, AXES[0]))


def test_the_same_seed_gives_the_same_plates_and_another_gives_others():
    assert plan_plates(5, 6) == plan_plates(5, 6)
    assert plan_plates(5, 6) != plan_plates(6, 6)
    assert place_dots(plan_plates(5, 6)[2]) == place_dots(plan_plates(5, 6)[2])


def test_every_digit_sign_and_order_is_equally_likely():
    plates = [plan_plates(seed, 6) for seed in range(2000)]

    digits = Counter(plate.digit for plan in plates for plate in plan)
    # 14,000 draws, 1,400 each; 35.5 is one standard deviation.
    assert set(digits) == set(range(10))
    assert max(abs(n - 1400) for n in digits.values()) < 4 * 35.5
    assert Counter(plan[1].sign for plan in plates)[1] == pytest.approx(1000, abs=4 * 22.4)
    firsts = Counter(plan[1].axis for plan in plates)
    assert firsts["protan"] == pytest.approx(1000, abs=4 * 22.4)


def test_who_lacks_a_cone_hardly_passes_the_default_by_guessing():
    """They read the plates of the other axes and guess one digit of ten on those of their own."""
    rule = Screening()
    axes = Counter(plate.axis for plate in plan_plates(1, rule.n_plates)[1:])

    for axis in ("protan", "deutan"):
        n_own = axes[axis]
        n_needed = max(0, rule.pass_plates - (rule.n_plates - n_own))
        chance = sum(
            math.comb(n_own, n) * 0.1**n * 0.9 ** (n_own - n) for n in range(n_needed, n_own + 1)
        )
        assert chance < 0.03, axis
    assert axes["tritan"] == 1


@pytest.mark.parametrize("name", sorted(PLATES))
def test_an_observer_with_all_cones_sees_the_digit(name):
    assert np.linalg.norm(difference(PLATES[name], see)) > CLEAR


@pytest.mark.parametrize("name", sorted(name for name in PLATES if "tritan" not in name))
def test_who_lacks_the_cone_sees_no_difference(name):
    """By the model that the colours were chosen with, and by another with other fundamentals."""
    plate = PLATES[name]

    for look in (see_as, see_as_by_machado):
        seen = difference(plate, lambda rgb, look=look: look(plate.axis, rgb))
        assert np.linalg.norm(seen) < JUST_NOTICEABLE, look.__name__


@pytest.mark.parametrize("name", sorted(name for name in PLATES if "tritan" in name))
def test_long_and_middle_cones_see_no_difference_on_a_tritan_plate(name):
    def relative(rgb):
        cones = linear(rgb) @ CONES.T
        return cones / cones.mean(axis=0)

    long, middle, short = difference(PLATES[name], relative)

    assert abs(long) < 0.03
    assert abs(middle) < 0.03
    assert abs(short) > 0.5


@pytest.mark.parametrize("name", sorted(PLATES))
def test_lightness_tells_little_inside_from_outside(name):
    """Means differ by less than one standard deviation, and the ranges cover each other."""
    dots = place_dots(PLATES[name])
    lightness = see(np.array([dot.colour for dot in dots]))[:, 0]
    inside = np.array([dot.in_digit for dot in dots])
    inner, outer = lightness[inside], lightness[~inside]

    assert abs(inner.mean() - outer.mean()) < outer.std()
    shared = (inner > outer.min()) & (inner < outer.max())
    assert shared.mean() > 0.7
    histograms = [
        np.histogram(part, bins=8, range=(44, 84))[0] / len(part) for part in (inner, outer)
    ]
    assert np.minimum(*histograms).sum() > 0.55


def test_the_demonstration_is_seen_by_everybody():
    plate = Plate(3, "demonstration", 1, dots_seed=3)

    assert np.linalg.norm(difference(plate, see)) > CLEAR
    for axis in STEP:
        seen = difference(plate, lambda rgb, axis=axis: see_as_by_machado(axis, rgb))
        assert abs(seen[0]) > CLEAR


@pytest.mark.parametrize("axis", sorted(STEP))
def test_places_and_sizes_of_dots_say_nothing_about_the_digit(axis):
    """The same seed gives the same dots whatever digit they hide."""
    dots = {digit: place_dots(Plate(digit, axis, 1, dots_seed=9)) for digit in (1, 8)}
    places = [[(dot.x_px, dot.y_px, dot.radius_px) for dot in plate] for plate in dots.values()]

    assert places[0] == places[1]
    assert [dot.in_digit for dot in dots[1]] != [dot.in_digit for dot in dots[8]]


def test_dots_lie_in_the_circle_and_do_not_touch():
    dots = place_dots(PLATES["protan 3"])
    middle = PLATE_PX / 2

    assert len(dots) > 400
    for number, dot in enumerate(dots):
        assert math.hypot(dot.x_px - middle, dot.y_px - middle) + dot.radius_px <= middle
        for other in dots[:number]:
            apart = math.hypot(dot.x_px - other.x_px, dot.y_px - other.y_px)
            assert apart >= dot.radius_px + other.radius_px + GAP_PX - 1e-9
