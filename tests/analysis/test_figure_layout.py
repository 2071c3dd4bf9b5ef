import pytest
from matplotlib.figure import Figure

from analysis.figure_layout import clear_figure, dress_panel, inch_axes, panels, shorten


def test_shortening_keeps_what_fits_and_marks_what_does_not() -> None:
    assert shorten("full", "32 %", 3.5) == "full"
    short = shorten("a" * 100, "32.0 % (28.0–37.0)", 3.5)
    assert short.endswith("…")
    assert 8 <= len(short) < 30


@pytest.mark.parametrize(("n", "width_in", "columns"), [(1, 7.2, 1), (3, 7.2, 2), (3, 3.5, 1)])
def test_panels_stand_two_in_a_row_where_there_is_room(
    n: int, width_in: float, columns: int
) -> None:
    figure, axes = panels(n, width_in=width_in)

    boxes = [panel.get_position() for panel in axes]
    assert len(axes) == n
    assert len({round(box.x0, 6) for box in boxes}) == columns
    assert all(0 < box.x0 < box.x1 < 1 for box in boxes)
    assert all(0 < box.y0 < box.y1 < 1 for box in boxes)
    assert figure.get_size_inches()[0] == width_in


def test_a_panel_has_its_name_its_note_and_the_labelled_50_percent_line() -> None:
    _, (axes,) = panels(1, width_in=3.5)

    dress_panel(axes, title="full", text="40 photos", x_label="trial")

    assert {text.get_text() for text in axes.texts} == {"full", "40 photos"}
    assert any(list(line.get_ydata()) == [50, 50] for line in axes.lines)
    assert "50 %" in [label.get_text() for label in axes.get_yticklabels()]
    assert axes.get_ylim() == (0, 100)


def test_a_figure_measured_in_inches_counts_from_the_top_left() -> None:
    figure: Figure = clear_figure(4.0, 2.0)
    axes = inch_axes(figure)

    assert axes.get_xlim() == (0, 4)
    assert axes.get_ylim() == (2, 0)
    assert figure.patch.get_alpha() == 0
