from dataclasses import replace

import pytest

from study_app.errors import PlanError
from study_app.protocol import (
    PlannedTrial,
    PlanSettings,
    ProtocolSettings,
    Roles,
    check_plan_settings,
    plan_digest,
    plan_settings,
)

TRIAL = PlannedTrial(0, "main", "main", "full", "pair", "photo", "left", "right")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tested": ()}, "no tested condition"),
        ({"vigilance": None}, "4 vigilance trials need a vigilance condition"),
        ({"n_main": 4}, "leaves no trial of a tested condition"),
        ({"n_main": 8, "n_vigilance": 4}, "cannot be kept apart .* at most 3 can"),
    ],
)
def test_numbers_that_contradict_each_other_are_refused(changes, message):
    fields = {"tested": ("full",), "vigilance": "random"} | changes

    with pytest.raises(PlanError, match=message):
        check_plan_settings(PlanSettings(**fields))


def test_side_by_side_trials_have_no_first_side():
    protocol = ProtocolSettings(layout="side-by-side")

    assert plan_settings(protocol, Roles(("full",), "random"), ["full"]).first_side == "both"


def test_control_trials_are_planned_only_where_there_is_a_control_condition():
    protocol = ProtocolSettings(n_control=4)

    without = plan_settings(protocol, Roles(("full",), "random"), ["full"])
    with_control = plan_settings(protocol, Roles(("full",), "random", "real"), ["full"])

    assert (without.n_control, with_control.n_control) == (0, 4)


@pytest.mark.parametrize(
    "changes",
    [
        {"pair_id": "other"},
        {"real_side": "right"},
        {"first_side": "left"},
        {"trial_type": "control"},
        {"trial_index": 1},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_plan_with_anything_changed_has_another_digest(changes):
    other = replace(TRIAL, **changes)

    assert plan_digest([TRIAL]) == plan_digest([replace(TRIAL)])
    assert plan_digest([other]) != plan_digest([TRIAL])


def test_the_digest_tells_the_order_of_trials():
    second = replace(TRIAL, trial_index=1, pair_id="second")

    assert plan_digest([TRIAL, second]) != plan_digest([second, TRIAL])
    assert plan_digest([]) != plan_digest([TRIAL])
