from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from analysis.planning import DifferenceTest, Equivalence, Precision
from analysis.planning_figures import MOST_CURVES, plan_curve, spread_apart
from analysis.study_assumptions import StudyAssumptions

PRECISION = Precision(StudyAssumptions(), 0.04)
DIFFERENCE = DifferenceTest(StudyAssumptions(n_conditions=2), 0.07)
EQUIVALENCE = Equivalence(StudyAssumptions(fool_rate=0.5), 0.05)
BOTH: Any = "people_and_photos"


def written(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.parametrize("goal", [PRECISION, EQUIVALENCE])
def test_a_line_runs_through_what_so_many_people_achieve(goal: Any) -> None:
    figure = plan_curve(goal, [200], BOTH)

    people, values = (np.asarray(data) for data in figure.axes[0].lines[0].get_data())
    assert values[::10] == pytest.approx(
        [100 * goal.achieved(int(n), 200, BOTH) for n in people[::10]]
    )


@pytest.mark.parametrize(
    ("goal", "wanted", "label"),
    [
        (PRECISION, "wanted: 4 points", "half of the interval's mean width, points"),
        (DIFFERENCE, "wanted: 80 %", "power, %"),
    ],
)
def test_what_is_wanted_is_drawn_and_labelled(goal: Any, wanted: str, label: str) -> None:
    figure = plan_curve(goal, [40, 200], BOTH)

    assert written(figure) == [wanted, "40 photos", "200 photos"]
    assert figure.axes[0].get_ylabel() == label


def test_lines_are_told_apart_without_colour() -> None:
    figure = plan_curve(PRECISION, [40, 80, 160, 320], BOTH)

    lines = figure.axes[0].lines[:MOST_CURVES]
    assert {line.get_color() for line in lines} == {"#000000"}
    assert len({str(line._dash_pattern) for line in lines}) == MOST_CURVES


def test_no_more_lines_than_can_be_told_apart() -> None:
    figure = plan_curve(PRECISION, [40, 50, 60, 70, 80, 90], BOTH)

    assert len(figure.axes[0].lines) == MOST_CURVES + 1


def test_people_are_counted_per_condition_between_participants() -> None:
    assert plan_curve(DIFFERENCE, [200], BOTH).axes[0].get_xlabel() == "people per condition"
    assert plan_curve(PRECISION, [200], BOTH).axes[0].get_xlabel() == "people"


def test_the_scale_can_go_further() -> None:
    assert plan_curve(PRECISION, [200], BOTH, most_people=2000).axes[0].get_xlim()[1] == 2000


@given(st.lists(st.floats(0, 100), min_size=1, max_size=6))
def test_labels_stand_apart_and_keep_their_order(heights: list[float]) -> None:
    moved = spread_apart(heights, 5.0)

    order = np.argsort(heights, kind="stable")
    assert (np.diff(np.array(moved)[order]) >= 5.0 - 1e-9).all()
    assert all(after >= before for after, before in zip(moved, heights, strict=True))
