import numpy as np
import pytest
import skimage.color

from study_app.confusion_lines import (
    MISSING_CONE,
    RGB_TO_LMS,
    colour_on_line,
    luminance_of,
)
from tests.study_app.colour_observers import CONES, linear

# XYZ of the linear RGB of ITU-R BT.709 by Judd and Vos, as in Viénot, Brettel & Mollon 1999.
XYZ_OF_RGB = np.array(
    [[40.9568, 35.5041, 17.9167], [21.3389, 70.6743, 7.98680], [1.86297, 11.4620, 91.2367]]
)
# Where the confusion lines of each kind of dichromat meet, x and y (Smith & Pokorny 1975).
COPUNCTAL_POINTS = {
    "protan": (0.7465, 0.2535),
    "deutan": (1.4, -0.4),
    "tritan": (0.1748, 0.0),
}


@pytest.mark.parametrize("axis", sorted(COPUNCTAL_POINTS))
def test_the_lines_of_an_axis_meet_in_its_copunctal_point(axis):
    only_missing = np.eye(3)[MISSING_CONE[axis]]

    xyz = XYZ_OF_RGB @ np.linalg.solve(np.array(RGB_TO_LMS), only_missing)

    assert xyz[:2] / xyz.sum() == pytest.approx(COPUNCTAL_POINTS[axis], abs=0.002)


@pytest.mark.parametrize("axis", sorted(MISSING_CONE))
@pytest.mark.parametrize("lightness", [55.0, 70.0])
def test_two_colours_of_a_line_differ_for_the_missing_cone_only(axis, lightness):
    pair = np.array([colour_on_line(axis, lightness, step) for step in (-0.1, 0.1)])

    ratio = np.divide(*(linear(pair[::-1]) @ CONES.T))

    expected = np.ones(3)
    expected[MISSING_CONE[axis]] = 1.1 / 0.9
    # Colours are whole numbers from 0 to 255.
    assert ratio == pytest.approx(expected, abs=0.015)


def test_no_step_is_a_grey_of_that_lightness():
    rgb = colour_on_line("protan", 50.0, 0.0)

    assert len(set(rgb)) == 1
    lab = skimage.color.rgb2lab(np.array([[rgb]], dtype=np.uint8))
    assert lab[0, 0, 0] == pytest.approx(50, abs=0.3)


@pytest.mark.parametrize(("lightness", "luminance"), [(100, 1.0), (50, 0.1842), (20, 0.02989)])
def test_luminance_is_that_of_cie_1976(lightness, luminance):
    assert luminance_of(lightness) == pytest.approx(luminance, rel=1e-3)


def test_a_colour_that_srgb_lacks_is_refused():
    with pytest.raises(ValueError, match="no colour"):
        colour_on_line("deutan", 70.0, 0.5)
