"""The pairs of a preview are those of a real plan."""

from dataclasses import replace

import pytest

from study_app.catalog import find_study
from study_app.errors import UnknownImage
from study_app.extensions import db
from study_app.presets import PRESETS
from study_app.preview_plan import (
    N_PLAYED,
    PARTS,
    half_of,
    has_part,
    part_of,
    preview_plan,
    read_preview_image,
)
from tests.study_app import factories

PROTOCOL = factories.SMALL_PROTOCOL


@pytest.fixture
def plan(open_app):
    with open_app.app_context():
        return preview_plan(db.session(), find_study(db.session(), "colours"))


def test_everybody_sees_the_plan_of_the_study(open_app, plan):
    with open_app.app_context():
        again = preview_plan(db.session(), find_study(db.session(), "colours"))

    assert again == plan
    assert [trial.block for trial in plan] == ["practice"] * 2 + ["main"] * 8
    assert {trial.trial_type for trial in plan} == {"practice", "main", "vigilance", "control"}
    assert len({trial.photo_id for trial in plan}) == 10


@pytest.mark.parametrize(
    ("part", "places"), [("practice", [0, 1]), ("test", [2, 3, 4]), ("break", [6, 7, 8])]
)
def test_a_part_is_a_few_pairs_of_the_plan(plan, part, places):
    played = part_of(plan, PROTOCOL, part)

    assert [trial.planned.trial_index for trial in played] == places
    assert len(played) <= N_PLAYED
    assert [trial.break_before for trial in played] == [
        part == "break" and place == 6 for place in places
    ]


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({}, {"practice", "test", "break"}),
        ({"n_practice": 0}, {"test", "break"}),
        ({"break_after": False}, {"practice", "test"}),
        ({"n_main": 1}, {"practice", "test"}),
    ],
)
def test_a_study_may_have_no_practice_and_no_break(plan, changes, parts):
    protocol = replace(PRESETS["zhang2016"].protocol, **changes)

    assert {part for part in PARTS if has_part(protocol, part)} == parts
    for part in set(PARTS) - parts:
        assert part_of(plan, protocol, part) == []


def test_each_side_shows_its_half(plan):
    for trial in plan:
        assert {half_of(trial, "left"), half_of(trial, "right")} == {"real", "fake"}
        assert half_of(trial, trial.real_side) == "real"


def test_both_halves_of_a_pair_are_equally_long_and_different(open_app, plan):
    with open_app.app_context():
        study = find_study(db.session(), "colours")
        real, fake = (
            read_preview_image(db.session(), study, plan[0].pair_id, half)
            for half in ("real", "fake")
        )

    assert len(real) == len(fake)
    assert real != fake


def test_a_pair_that_the_study_has_not_is_no_picture(open_app):
    with open_app.app_context():
        study = find_study(db.session(), "colours")
        with pytest.raises(UnknownImage):
            read_preview_image(db.session(), study, "nonsense", "real")
