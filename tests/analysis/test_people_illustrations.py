import copy
from typing import Any

import pytest

from analysis.people_illustrations import people_illustrations


@pytest.fixture
def document(finished_document: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(finished_document)


def test_people_course_and_response_times_are_drawn(document: dict[str, Any]) -> None:
    people, course, times = people_illustrations(document)

    dots = next(line for line in people.draw(7.2).axes[0].lines if line.get_marker() == "o")
    assert len(dots.get_xdata()) == document["people"][0]["n_participants"]
    assert "one participant" in people.caption
    assert "change" in course.alt
    median = next(
        entry["quantiles_ms"]["0.5"]
        for entry in document["response_times"]
        if entry["outcome"] == "correct"
    )
    assert f"full, fake called fake: median {median:,.0f}" in times.alt


def test_many_people_share_a_dot_and_the_caption_says_so(document: dict[str, Any]) -> None:
    document["people"][0]["counts"][10] = 5000

    people = next(iter(people_illustrations(document)))

    assert "up to 500 participants" in people.caption


def test_what_was_not_recorded_is_not_drawn(document: dict[str, Any]) -> None:
    for entry in document["response_times"]:
        entry["quantiles_ms"] = {}
    for entry in document["people"]:
        entry.update(n_participants=0, quantiles={})
    for entry in document["time_course"]:
        for block in entry["blocks"]:
            block["fool_rate"] = None

    assert list(people_illustrations(document)) == []


def test_a_condition_without_people_stands_beside_one_with(document: dict[str, Any]) -> None:
    document["people"][0].update(n_participants=0, quantiles={}, counts=[0] * 41)
    document["conditions"][0].update(fool_rate=None, people_and_photos={"low": None, "high": None})

    people = next(iter(people_illustrations(document)))

    assert "full: no participants" in people.alt
    people.draw(3.5)
