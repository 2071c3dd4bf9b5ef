import io

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from analysis.figures import (
    ForestLine,
    difference_limits,
    forest_plot,
    percent_limits,
)

FULL = ForestLine("full", 32.0, (28.0, 37.0), (29.0, 36.0), "32.0 % (28.0–37.0)")
NOTHING = ForestLine("gone", None, None, None, "no trials")


def draw(lines: list[ForestLine], width_in: float = 7.2) -> Figure:
    return forest_plot(
        lines,
        reference=50.0,
        reference_label="50 %: cannot be told apart",
        axis_label="fool rate, %",
        limits=percent_limits(lines),
        width_in=width_in,
    )


def drawn_spans(figure: Figure) -> set[tuple[float, ...]]:
    return {tuple(map(float, line.get_xdata())) for line in figure.axes[0].lines}


def written(figure: Figure) -> set[str]:
    return {text.get_text() for text in figure.axes[0].texts}


def test_point_and_both_intervals_stand_where_their_numbers_are() -> None:
    spans = drawn_spans(draw([FULL]))

    assert {(32.0,), (28.0, 37.0), (29.0, 36.0)} <= spans


def test_the_reference_line_is_drawn_and_labelled() -> None:
    figure = draw([FULL, NOTHING])

    assert (50.0, 50.0) in drawn_spans(figure)
    assert "50 %: cannot be told apart" in written(figure)
    low, high = figure.axes[0].get_xlim()
    assert low < 50 < high


def test_every_line_is_labelled_with_its_name_and_its_numbers() -> None:
    assert {"full", "32.0 % (28.0–37.0)", "gone", "no trials"} <= written(draw([FULL, NOTHING]))


@pytest.mark.parametrize("width_in", [7.2, 3.5])
def test_no_words_stand_on_the_reference_line(width_in: float) -> None:
    """Also where a reader's letters are half as tall again as those that matplotlib measures."""
    figure = draw([FULL, NOTHING, FULL], width_in)
    canvas = FigureCanvasAgg(figure)
    dashes = [line.get_window_extent() for line in figure.axes[0].lines
              if tuple(line.get_xdata()) == (50.0, 50.0)]  # fmt: skip
    words = [text.get_window_extent(canvas.get_renderer()) for text in figure.axes[0].texts]
    taller = [box.expanded(1.0, 1.5) for box in words]

    assert len(dashes) == 3
    assert any(box.x0 < dash.x0 < box.x1 for box in words for dash in dashes), "it can happen"
    assert not [box for box in taller for dash in dashes if box.overlaps(dash)]


def test_a_line_without_a_value_draws_no_point() -> None:
    """Left are the rule above it and its part of the reference line."""
    assert drawn_spans(draw([NOTHING])) == {(0.0, 1.0), (50.0, 50.0)}


def test_the_first_line_is_on_top() -> None:
    figure = draw([FULL, NOTHING])
    heights = {text.get_text(): text.xy[1] for text in figure.axes[0].texts}

    assert heights["full"] > heights["gone"]


def test_it_is_drawn_without_hue() -> None:
    image = io.BytesIO()
    figure = draw([FULL, NOTHING])
    figure.patch.set_alpha(1)
    figure.savefig(image, format="rgba", dpi=50)
    pixels = image.getvalue()

    assert pixels[0::4] == pixels[1::4] == pixels[2::4]
    assert min(pixels[0::4]) < 50


def test_names_with_dollars_are_no_formulas() -> None:
    name = "cost $x^{2$ & <b>"
    image = io.StringIO()

    draw([ForestLine(name, 1.0, None, None, "1 %")]).savefig(image, format="svg")

    assert "<!-- cost $x^{2$ &amp; &lt;b&gt; -->" in image.getvalue()


@pytest.mark.parametrize("width_in", [7.2, 3.5])
def test_a_long_name_leaves_room_for_its_numbers(width_in: float) -> None:
    name = "the full network at half width, trained on half of the photographs " * 2
    figure = draw([ForestLine(name, 32.0, (28.0, 37.0), None, FULL.text)], width_in)
    figure.draw_without_rendering()
    label, numbers = (
        next(text for text in figure.axes[0].texts if text.get_text().startswith(start))
        for start in ("the", FULL.text)
    )

    assert label.get_text().endswith("…")
    assert label.get_window_extent().x1 < numbers.get_window_extent().x0


@pytest.mark.parametrize(
    ("high", "limits"), [(37.0, (0, 60)), (60.0, (0, 70)), (64.2, (0, 70)), (100.0, (0, 100))]
)
def test_the_scale_of_fool_rates_holds_50_percent_and_every_limit(
    high: float, limits: tuple[float, float]
) -> None:
    line = ForestLine("a", 30.0, (20.0, high), None, "")

    assert percent_limits([line]) == limits


def test_the_scale_of_differences_is_symmetric_and_holds_every_limit() -> None:
    lines = [
        ForestLine("a", -3.0, (-12.0, 6.0), None, ""),
        ForestLine("b", None, None, None, ""),
    ]

    assert difference_limits(lines) == (-20, 20)
    assert difference_limits([lines[1]]) == (-10, 10)


def test_a_second_value_is_drawn_hollow_on_the_second_limits() -> None:
    figure = draw([ForestLine("full", 32.0, (28.0, 37.0), (29.0, 36.0), "", second_value=33.0)])

    (second,) = (line for line in figure.axes[0].lines if list(line.get_xdata()) == [33.0])
    assert second.get_markerfacecolor() == "none"
    assert second.get_ydata() < 0


def test_a_band_is_shaded_around_the_reference() -> None:
    figure = forest_plot(
        [FULL],
        reference=50.0,
        reference_label="50 %",
        axis_label="fool rate, %",
        limits=(0, 60),
        width_in=3.5,
        band=(45.0, 55.0),
    )

    (band,) = figure.axes[0].patches
    assert band.get_bbox().intervalx.tolist() == [45, 55]
