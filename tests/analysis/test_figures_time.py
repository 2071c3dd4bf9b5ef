import pytest

from analysis.figures_time import CoursePanel, TimeRow, course_plot, response_time_plot

COURSE = CoursePanel("full", "no slope", (2.5, 6.5, 10.5), (30.0, None, 40.0), (20.0, None, None),
                     (45.0, None, None), )  # fmt: skip
QUANTILES = (400.0, 700.0, 900.0, 1200.0, 1900.0)


def test_the_course_joins_what_is_known_and_draws_the_intervals_there_are() -> None:
    (axes,) = course_plot([COURSE], width_in=3.5).axes

    (course,) = (line for line in axes.lines if line.get_marker() == "o")
    assert list(course.get_xdata()) == [2.5, 10.5]
    assert list(course.get_ydata()) == [30, 40]
    assert [
        list(line.get_ydata()) for line in axes.lines if list(line.get_xdata()) == [2.5] * 2
    ] == [[20, 45]]
    assert axes.get_xlim() == (0.5, 12.5)


def test_a_course_without_trials_is_an_empty_panel() -> None:
    (axes,) = course_plot([CoursePanel("gone", "", (), (), (), ())], width_in=3.5).axes

    assert "gone" in {text.get_text() for text in axes.texts}


def test_response_times_stand_where_their_quantiles_are() -> None:
    (axes,) = response_time_plot([TimeRow("full", QUANTILES, "9 trials")], width_in=7.2).axes

    spans = [tuple(map(float, line.get_xdata())) for line in axes.lines]
    assert {(400.0, 1900.0), (700.0, 1200.0), (900.0,)} <= set(spans)
    assert {"full", "9 trials"} <= {text.get_text() for text in axes.texts}
    low, high = axes.get_xlim()
    assert low < 400 < 1900 < high
    assert [label.get_text() for label in axes.get_xticklabels()] == ["500", "1,000", "2,000"]


@pytest.mark.parametrize("quantiles", [(), (0.0,) * 5])
def test_missing_or_zero_response_times_can_be_drawn(quantiles: tuple[float, ...]) -> None:
    figure = response_time_plot([TimeRow("full", quantiles, "")], width_in=3.5)

    figure.draw_without_rendering()
