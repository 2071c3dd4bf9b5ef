import copy
from typing import Any

import pytest

from analysis.illustration import Illustration
from analysis.rate_illustrations import (
    MOST_LINES,
    by_rank,
    cut,
    exclusion_illustrations,
    exposure_illustrations,
    rate_illustrations,
)


@pytest.fixture
def document(finished_document: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(finished_document)


def named(figures: list[Illustration], name: str) -> Illustration:
    (found,) = (figure for figure in figures if figure.name == name)
    return found


def words(figure: Illustration) -> set[str]:
    return {text.get_text() for text in figure.draw(7.2).axes[0].texts}


def test_the_figures_tell_the_numbers_of_the_document(document: dict[str, Any]) -> None:
    figures = list(rate_illustrations(document))

    rate = document["conditions"][0]["fool_rate"]
    assert f"full: {100 * rate:.1f}" in named(figures, "fool-rates").alt
    difference = document["differences"][0]["difference"]
    assert f"full minus half: +{100 * difference:.1f}" in named(figures, "differences").alt
    assert "full" in words(named(figures, "ranking"))


@pytest.mark.parametrize("name", ["fool-rates", "equivalence"])
def test_the_50_percent_line_is_labelled(document: dict[str, Any], name: str) -> None:
    assert "50 %: cannot be told apart" in words(named(list(rate_illustrations(document)), name))


def test_equivalence_shows_margin_and_verdict(document: dict[str, Any]) -> None:
    entry = document["against_half"][0]["equivalence"]
    entry.update(equivalent=True, low=0.44, high=0.56)

    figure = named(list(rate_illustrations(document)), "equivalence")

    assert figure.title == "Equivalence to 50 % within ±10 points."
    assert "full: equivalent; half: not shown" in figure.alt
    (band,) = figure.draw(7.2).axes[0].patches
    assert band.get_bbox().intervalx.tolist() == pytest.approx([40, 60])


def test_without_a_margin_there_is_no_figure_of_equivalence(document: dict[str, Any]) -> None:
    for entry in document["against_half"]:
        entry["equivalence"] = None

    assert "equivalence" not in [figure.name for figure in rate_illustrations(document)]


def test_simultaneous_limits_are_told_of_only_where_there_are_several_comparisons(
    document: dict[str, Any],
) -> None:
    assert "max-t" not in named(list(rate_illustrations(document)), "differences").caption

    document["differences"] *= 3

    assert "max-t" in named(list(rate_illustrations(document)), "differences").caption


def test_a_figure_with_too_many_lines_is_cut_and_says_so(document: dict[str, Any]) -> None:
    document["differences"] *= MOST_LINES + 5

    figure = named(list(rate_illustrations(document)), "differences")

    assert f"Drawn are {MOST_LINES} of {MOST_LINES + 5} comparisons" in figure.caption
    assert len(words(figure)) <= 2 * MOST_LINES + 1


def test_exclusions_and_exposures_are_drawn_only_where_something_was_left_out(
    document: dict[str, Any],
) -> None:
    assert list(exclusion_illustrations(document)) == []
    assert list(exposure_illustrations(document)) == []

    document["exclusions"][0]["n_participants"] = 1
    document["exposure_validity"][0]["n_invalid"] = 1

    (exclusions,) = exclusion_illustrations(document)
    (exposure,) = exposure_illustrations(document)
    assert (exclusions.name, exposure.name) == ("exclusions", "exposure")
    assert any("without" in text for text in words(exclusions))


def test_nothing_estimated_gives_nothing_to_draw(document: dict[str, Any]) -> None:
    document.update(conditions=[], differences=[], ranking=[], against_half=[])

    assert list(rate_illustrations(document)) == []


def test_conditions_without_trials_can_be_drawn(document: dict[str, Any]) -> None:
    nothing = {"low": None, "high": None}
    document["conditions"][0].update(
        fool_rate=None, people_and_photos=nothing, these_photos=nothing
    )
    keys = ("difference", "low", "high", "low_simultaneous", "high_simultaneous")
    document["differences"][0].update(dict.fromkeys(keys))
    document["against_half"][0]["equivalence"] = None

    figures = list(rate_illustrations(document))

    assert "no trials" in words(named(figures, "fool-rates"))
    assert "no trials" in words(named(figures, "differences"))


def test_conditions_are_ordered_by_mean_rank_and_the_unranked_come_last() -> None:
    ranking = [
        {"condition": "none", "p_rank": []},
        {"condition": "low", "p_rank": [0.1, 0.9]},
        {"condition": "high", "p_rank": [0.9, 0.1]},
    ]

    assert [entry["condition"] for entry in by_rank(ranking)] == ["high", "low", "none"]


def test_a_caption_says_what_is_not_drawn() -> None:
    assert cut(3, 3, "categories") == ""
    assert cut(40, 30, "categories") == " Drawn are 30 of 40 categories; the JSON twin has all."
