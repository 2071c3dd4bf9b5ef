from matplotlib.figure import Figure

from analysis.illustration import Illustration


def test_an_illustration_is_drawn_for_the_width_asked_for() -> None:
    shown = Illustration(
        "a", "A.", "It is.", "A figure.", lambda width_in: Figure(figsize=(width_in, 1))
    )

    assert shown.draw(3.5).get_size_inches()[0] == 3.5
