import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.figures_flow import FlowStep, flow_diagram

STEPS = (
    FlowStep("Consented", 1100, left=(("did not pass the checks before the first trial", 8),)),
    FlowStep("In the trial table", 101),
    FlowStep("Analysed", 95, ("full: 48", "a-name-without-a-single-place-to-break-it-at: 47")),
)


def words(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.axes[0].texts).replace("\u00a0", " ")


def test_every_step_and_everybody_who_left_is_written_with_its_number() -> None:
    written = words(flow_diagram(STEPS, width_in=7.2))

    assert "Consented: 1,100" in written
    assert "first trial: 8" in written
    assert "Analysed: 95" in written
    assert "full: 48" in written


def test_steps_come_from_top_to_bottom_and_who_left_stands_at_the_right() -> None:
    figure = flow_diagram(STEPS, width_in=7.2)
    boxes = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    first, left, second, third = boxes

    assert first.get_y() < left.get_y() < second.get_y() < third.get_y()
    assert first.get_x() == second.get_x() == third.get_x() < left.get_x()
    assert first.get_y() + first.get_height() <= second.get_y()
    assert left.get_y() + left.get_height() <= second.get_y()


@pytest.mark.parametrize("width_in", [7.2, 3.5])
def test_the_words_stay_in_their_boxes(width_in: float) -> None:
    figure = flow_diagram(STEPS, width_in=width_in)
    figure.draw_without_rendering()
    boxes = [patch.get_window_extent() for patch in figure.axes[0].patches]

    for text in figure.axes[0].texts:
        if not text.get_text():
            continue
        extent = text.get_window_extent()
        assert any(
            box.x0 <= extent.x0 and extent.x1 <= box.x1 and box.y0 <= extent.y0 < box.y1
            for box in boxes
        )
