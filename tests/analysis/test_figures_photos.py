from matplotlib.collections import LineCollection

from analysis.figures_photos import PhotoPanel, caterpillar_plot

PANEL = PhotoPanel("full", "3 photos", (1, 2, 3), (10.0, 40.0, 60.0), (5.0, 30.0, 45.0),
                   (20.0, 50.0, 75.0), 3)  # fmt: skip


def test_every_photo_is_a_dot_on_its_interval() -> None:
    (axes,) = caterpillar_plot([PANEL], width_in=3.5).axes

    (bars,) = (c for c in axes.collections if isinstance(c, LineCollection))
    assert [tuple(map(tuple, bar)) for bar in bars.get_segments()] == [
        ((1, 5), (1, 20)),
        ((2, 30), (2, 50)),
        ((3, 45), (3, 75)),
    ]
    dots = next(line for line in axes.lines if line.get_marker() == "o")
    assert list(dots.get_ydata()) == [10, 40, 60]


def test_the_scale_shows_every_place_though_not_every_photo_is_drawn() -> None:
    (axes,) = caterpillar_plot(
        [PhotoPanel("full", "", (1, 500, 1000), PANEL.rates, PANEL.lows, PANEL.highs, 1000)],
        width_in=3.5,
    ).axes

    assert axes.get_xlim() == (0, 1001)
    assert list(axes.get_xticks()) == [1, 1000]


def test_a_condition_without_photos_is_an_empty_panel() -> None:
    (axes,) = caterpillar_plot([PhotoPanel("gone", "", (), (), (), (), 0)], width_in=3.5).axes

    assert "gone" in {text.get_text() for text in axes.texts}
