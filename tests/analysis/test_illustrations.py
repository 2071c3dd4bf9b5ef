import copy
import re
from typing import Any

import pytest

from analysis.drawing import NARROW_IN, WIDE_IN
from analysis.illustrations import embed_figures, figure_entries, figure_files, illustrate


@pytest.fixture
def document(finished_document: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(finished_document)


def test_every_figure_has_a_name_of_its_own_words_for_all_and_two_widths(
    document: dict[str, Any],
) -> None:
    figures = illustrate(document)

    names = [figure.name for figure in figures]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z-]+", name) for name in names)
    for figure in figures:
        assert figure.title.endswith(".")
        assert figure.caption.endswith(".")
        assert figure.alt.endswith(".")
        for width_in in (WIDE_IN, NARROW_IN):
            assert figure.draw(width_in).get_size_inches()[0] == width_in


def test_the_figures_of_a_study_come_in_the_order_of_the_page(document: dict[str, Any]) -> None:
    assert [figure.name for figure in illustrate(document)] == [
        "fool-rates",
        "equivalence",
        "differences",
        "ranking",
        "photos",
        "people",
        "time-course",
        "response-times",
        "flow",
    ]


def test_entries_are_numbered_and_say_that_data_are_simulated(document: dict[str, Any]) -> None:
    figures = illustrate(document)

    entries = figure_entries(figures, " Simulated observers.")

    assert [entry["number"] for entry in entries] == list(range(1, len(figures) + 1))
    assert all(entry["caption"].endswith(" Simulated observers.") for entry in entries)
    plain = figure_entries(figures)
    assert not any("Simulated" in entry["caption"] for entry in plain)


def test_files_are_svg_and_pdf_of_each_figure(document: dict[str, Any]) -> None:
    figures = illustrate(document)[:1]

    files = figure_files(figures)

    assert list(files) == ["fool-rates.svg", "fool-rates.pdf"]
    assert files["fool-rates.svg"].startswith(b"<?xml")
    assert files["fool-rates.pdf"].startswith(b"%PDF")


def test_embedded_figures_are_drawn_in_both_widths_with_ids_of_their_own(
    document: dict[str, Any],
) -> None:
    drawings = embed_figures(illustrate(document)[:2])

    assert list(drawings) == ["fool-rates", "equivalence"]
    ids = [
        found
        for drawing in drawings.values()
        for svg in (drawing.wide, drawing.narrow)
        for found in re.findall(r'\bid="([^"]*)"', svg)
    ]
    assert len(set(ids)) == len(ids) > 4
