import io
import re

import matplotlib
import pytest
from matplotlib.figure import Figure

from analysis.drawing import house_style, inline_svg, pdf_file, svg_file


def a_figure(title: str = "a") -> Figure:
    figure = Figure(figsize=(2, 1))
    axes = figure.add_axes((0.2, 0.2, 0.7, 0.6))
    axes.plot([0, 1, 2], [0, 2, 1], "o-", color="#000000")
    axes.set_title(title)
    return figure


def test_an_inline_figure_takes_the_colour_of_its_text_and_has_ids_of_its_own() -> None:
    with house_style():
        svg = inline_svg(a_figure(), prefix="one-")

    assert svg.startswith('<svg aria-hidden="true" focusable="false" ')
    assert "currentColor" in svg
    assert "#000000" not in svg
    assert "<metadata>" not in svg
    ids = re.findall(r'\bid="([^"]*)"', svg)
    assert ids
    assert all(name.startswith("one-") for name in ids)
    assert set(re.findall(r"#(one-[^\")]*)", svg)) <= set(ids)


@pytest.mark.parametrize("title", ["a", "α < β & \\1"])
def test_the_same_figure_gives_the_same_files(title: str) -> None:
    with house_style():
        files = [(svg_file(a_figure(title), title), pdf_file(a_figure(title))) for _ in range(2)]

    assert files[0] == files[1]
    svg, pdf = files[0]
    assert svg.startswith(b"<?xml")
    escaped = title.replace("&", "&amp;").replace("<", "&lt;")
    assert f"<title>{escaped}</title>".encode() in svg
    assert pdf.startswith(b"%PDF")
    assert b"CreationDate" not in pdf


def test_the_users_own_settings_are_put_aside_and_given_back() -> None:
    with house_style():
        before = svg_file(a_figure(), "a")

    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "path"}):
        with house_style():
            assert svg_file(a_figure(), "a") == before
        assert matplotlib.rcParams["font.size"] == 30


def test_a_letter_that_the_font_lacks_is_left_to_the_reader() -> None:
    with house_style():
        assert "写真".encode() in svg_file(a_figure("写真"), "a")
        a_figure("写真").savefig(io.BytesIO(), format="pdf")
