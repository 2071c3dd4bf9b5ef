import pytest
from matplotlib.figure import Figure

from analysis.figures_people import MOST_DOTS, DotRow, dot_plot, people_per_dot


def a_row(counts: dict[int, int]) -> DotRow:
    return DotRow(
        label="full",
        counts=tuple(counts.get(place, 0) for place in range(41)),
        value=40.0,
        interval=(30.0, 50.0),
        text="40.0 %",
    )


def dots(figure: Figure) -> list[tuple[float, float]]:
    (line,) = (line for line in figure.axes[0].lines if line.get_marker() == "o")
    return list(zip(line.get_xdata(), line.get_ydata(), strict=True))


def test_every_participant_is_one_dot_where_their_rate_is() -> None:
    drawn = dots(dot_plot([a_row({0: 1, 16: 3, 40: 1})], width_in=7.2))

    places = sorted({round(x, 6) for x, _ in drawn})
    assert len(drawn) == 5
    assert len(places) == 3
    assert (places[1] - places[0]) / (places[2] - places[0]) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("most", "per_dot"), [(0, 1), (MOST_DOTS, 1), (MOST_DOTS + 1, 2), (60, 5), (2500, 500)]
)
def test_a_dot_stands_for_more_people_only_where_stacks_would_be_high(
    most: int, per_dot: int
) -> None:
    assert people_per_dot([a_row({3: most}), a_row({})]) == per_dot


def test_twenty_five_thousand_people_are_a_few_hundred_dots() -> None:
    figure = dot_plot([a_row(dict.fromkeys(range(41), 610))], width_in=3.5)

    assert len(dots(figure)) <= 41 * MOST_DOTS


def test_a_few_people_of_a_full_bin_still_have_their_dot() -> None:
    assert len(dots(dot_plot([a_row({3: 2500, 20: 1})], width_in=7.2))) == 5 + 1


def test_names_numbers_and_the_50_percent_line_are_written() -> None:
    figure = dot_plot([a_row({3: 1}), DotRow("gone", (0,) * 41, None, None, "")], width_in=7.2)

    words = {text.get_text() for text in figure.axes[0].texts}
    assert {"full", "40.0 %", "gone", "50 %: cannot be told apart", "0", "50", "100"} <= words


@pytest.mark.parametrize("width_in", [7.2, 3.5])
def test_nothing_is_drawn_outside_the_figure(width_in: float) -> None:
    figure = dot_plot([a_row({0: 12, 40: 12})] * 2, width_in=width_in)
    figure.draw_without_rendering()

    box = figure.bbox
    for text in figure.axes[0].texts:
        extent = text.get_window_extent()
        assert extent.x0 >= box.x0
        assert extent.x1 <= box.x1
        assert extent.y0 >= box.y0
        assert extent.y1 <= box.y1
