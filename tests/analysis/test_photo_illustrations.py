import copy
from typing import Any

import pytest

from analysis.photo_illustrations import (
    MOST_PHOTOS_DRAWN,
    category_name,
    largest_categories,
    photo_illustrations,
    spaced_places,
)


@pytest.fixture
def document(finished_document: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(finished_document)


def a_category(name: str | None, n_trials: int) -> dict[str, Any]:
    limits = {"low": 0.2, "high": 0.4}
    return {
        "category": name,
        "condition": "full",
        "fool_rate": 0.3,
        "n_trials": n_trials,
        "people_and_photos": limits,
        "these_photos": limits,
    }


def test_photos_go_from_the_least_to_the_most_fooling(document: dict[str, Any]) -> None:
    (figure,) = photo_illustrations(document)

    axes = figure.draw(7.2).axes[0]
    dots = next(line for line in axes.lines if line.get_marker() == "o")
    expected = [100 * photo["shrunken_rate"] for photo in document["photos"][0]["photos"][::-1]]
    assert list(dots.get_ydata()) == pytest.approx(expected)
    assert expected == sorted(expected)
    assert "evenly spaced" not in figure.caption


@pytest.mark.parametrize("n", [0, 1, MOST_PHOTOS_DRAWN, MOST_PHOTOS_DRAWN + 1, 1000])
def test_of_many_photos_evenly_spaced_ones_are_drawn_with_both_ends(n: int) -> None:
    places = spaced_places(n)

    assert len(places) == min(n, MOST_PHOTOS_DRAWN)
    assert places == sorted(set(places))
    if n:
        assert (places[0], places[-1]) == (0, n - 1)


def test_a_caption_says_that_not_every_photo_is_drawn(document: dict[str, Any]) -> None:
    entry = document["photos"][0]
    entry["photos"] = entry["photos"] * 40

    (figure,) = photo_illustrations(document)

    assert f"more than {MOST_PHOTOS_DRAWN} photos" in figure.caption


def test_categories_are_drawn_where_the_set_names_any(document: dict[str, Any]) -> None:
    document["categories"] = [a_category(None, 9)]
    assert [figure.name for figure in photo_illustrations(document)] == ["photos"]

    document["categories"] = [a_category("dogs", 9), a_category(None, 9)]

    figure = list(photo_illustrations(document))[-1]
    assert figure.name == "categories"
    assert "full, dogs: 30.0" in figure.alt
    figure.draw(3.5)


def test_the_largest_categories_keep_their_order() -> None:
    entries = [a_category("a", 1), a_category("b", 3), a_category("c", 2)]

    assert [e["category"] for e in largest_categories(entries, most=2)] == ["b", "c"]
    assert category_name(a_category(None, 1)) == "full, without category"
