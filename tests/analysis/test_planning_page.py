from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from analysis.plan_table import Plan, make_plan
from analysis.planning import DifferenceTest, Precision
from analysis.planning_page import draw_plan, picture_bytes, render_plan
from analysis.planning_simulation import Check
from analysis.study_assumptions import StudyAssumptions

TARGETS: Any = ("people_and_photos", "these_photos")
BEGINNINGS = {"svg": b"<?xml", "pdf": b"%PDF", "png": b"\x89PNG"}


@pytest.fixture
def plan() -> Plan:
    return make_plan(Precision(StudyAssumptions(), 0.04), [40, 200], [], TARGETS)


class Page(HTMLParser):
    """What is asked of a page: its tags in order, and what it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loaded: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.loaded += [
            value for name, value in attrs if name in ("src", "href") and value and value[0] != "#"
        ]


def test_the_page_holds_words_table_and_curve_and_loads_nothing(plan: Plan) -> None:
    text = render_plan(plan, "people_and_photos")

    page = Page(text)
    assert page.loaded == []
    assert len(set(page.ids)) == len(page.ids)
    assert page.tags.count("h1") == 1
    assert page.tags.count("table") == 1
    assert page.tags.count("svg") == 2
    assert "More people cannot help with 40 photos" in text
    assert "no number is enough" in text
    assert "Check by simulation" not in text


def test_the_page_shows_a_check(plan: Plan) -> None:
    check = Check(44, 200, "people_and_photos", 0.04, 0.0401, 0.0001, 500)

    text = render_plan(replace(plan, checks=(check,)), "people_and_photos")

    assert "500 simulated studies" in text
    assert "4.01 points ± 0.01" in text


def test_equal_plans_give_equal_bytes(plan: Plan) -> None:
    assert render_plan(plan, "people_and_photos") == render_plan(plan, "people_and_photos")


@pytest.mark.parametrize("picture_format", ["svg", "pdf", "png"])
def test_equal_plans_give_equal_pictures(plan: Plan, picture_format: Any) -> None:
    first, second = (
        picture_bytes(draw_plan(plan, "people_and_photos"), picture_format) for _ in range(2)
    )

    assert first == second
    assert first.startswith(BEGINNINGS[picture_format])


def test_the_curve_reaches_as_far_as_the_plan() -> None:
    goal = DifferenceTest(StudyAssumptions(n_conditions=2), 0.02)
    plan = make_plan(goal, [1000], [], TARGETS[:1])
    people = plan.rows[0].n_participants

    figure = draw_plan(plan, "people_and_photos")

    assert people is not None
    assert people > 320
    assert figure.axes[0].get_xlim()[1] == people
