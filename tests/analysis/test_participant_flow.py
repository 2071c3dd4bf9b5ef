import json
from dataclasses import asdict

import pandas as pd
import pytest

from analysis.exclusions import Exclusion, Screened, screen
from analysis.participant_flow import FlowRow, participant_flow
from analysis.recorded_flow import RecordedFlow

NO_TRIALS = pd.Series(dtype="str")


def trial_table(answers: dict[str, str], *, conditions: dict[str, str]) -> pd.DataFrame:
    """Trials of people by code: + answered, - unanswered main trials, x failed vigilance."""
    rows = [
        {
            "participant_id": code,
            "study_session_id": code,
            "trial_index": j,
            "real_side": "left",
            "first_side": "both",
            "simulated": code.startswith("bot"),
            "condition": conditions.get(code, "full") if mark != "x" else "random",
            "block": "main",
            "trial_type": "vigilance" if mark == "x" else "main",
            "photo_id": f"photo-{j}",
            "fooled": pd.NA if mark == "-" else True,
        }
        for code, marks in answers.items()
        for j, mark in enumerate(marks)
    ]
    return pd.DataFrame(rows).astype({"fooled": "boolean"})


def flow_of(trials: pd.DataFrame, participants: pd.DataFrame | None = None) -> list[FlowRow]:
    return participant_flow(trials, screen(trials), participants)


def test_the_flow_counts_people_by_condition_and_all_together() -> None:
    trials = trial_table(
        {"ann": "+++", "bob": "+--", "cem": "---", "dan": "+++x"}, conditions={"dan": "half"}
    )

    full, half, everybody = flow_of(trials)

    assert (full.condition, full.in_table, full.started, full.finished) == ("full", 3, 2, 1)
    assert (full.left_out, full.without_answers, full.analysed) == ({"vigilance": 0}, 1, 2)
    assert (half.in_table, half.finished, half.left_out, half.analysed) == (
        1, 1, {"vigilance": 1}, 0,
    )  # fmt: skip
    assert (everybody.condition, everybody.in_table, everybody.analysed) == (None, 4, 2)


def test_who_had_a_trial_replaced_and_answered_the_rest_has_finished() -> None:
    everybody = flow_of(trial_table({"ann": "+-+", "bob": "++-"}, conditions={}))[-1]

    assert (everybody.in_table, everybody.started, everybody.finished) == (2, 2, 1)


def test_simulated_people_are_in_the_flow_as_left_out() -> None:
    everybody = flow_of(trial_table({"ann": "+", "bob": "+", "bot": "+"}, conditions={}))[-1]

    assert (everybody.in_table, everybody.analysed) == (3, 2)
    assert everybody.left_out == {"simulated": 1, "vigilance": 0}


def test_the_flow_holds_whatever_rules_were_applied() -> None:
    trials = trial_table({"ann": "+", "bob": "+", "cem": "+", "dan": "-"}, conditions={})
    rules = ("too fast", "unfinished", "told a friend")
    kept = trials[trials["participant_id"].isin(["ann", "dan"])]
    reasons = {"bob": "too fast", "cem": "unfinished"}
    exclusions = tuple(Exclusion(rule, 0, 0, "") for rule in rules)

    everybody = participant_flow(trials, Screened(kept, exclusions, False, reasons, NO_TRIALS))[-1]

    assert everybody.left_out == {"too fast": 1, "unfinished": 1, "told a friend": 0}
    assert (everybody.without_answers, everybody.analysed) == (1, 1)


def test_people_whose_every_answer_a_rule_leaves_out_are_not_analysed() -> None:
    trials = trial_table({"ann": "++", "bob": "++"}, conditions={})
    kept = trials[trials["participant_id"] == "ann"]

    everybody = participant_flow(trials, Screened(kept, (), False, {}, NO_TRIALS))[-1]

    assert (everybody.started, everybody.without_answers, everybody.analysed) == (2, 1, 1)


def test_each_row_adds_up() -> None:
    trials = trial_table(
        {"ann": "+++", "bob": "+--", "cem": "---", "dan": "+++x", "eve": "--x", "bot": "+"},
        conditions={"dan": "half", "eve": "half"},
    )

    for row in flow_of(trials):
        assert row.in_table == sum(row.left_out.values()) + row.without_answers + row.analysed


def test_steps_that_were_not_recorded_are_none_and_never_0() -> None:
    trials = trial_table({"ann": "+"}, conditions={})
    participants = pd.DataFrame({"participant_id": ["ann"], "consented_at": [""]})

    without_file, with_file = flow_of(trials)[-1], flow_of(trials, participants)[-1]

    for row in (without_file, with_file):
        assert (row.invited, row.screened, row.withdrawn) == (None, None, None)
    assert (without_file.consented, with_file.consented) == (None, 0)


def test_recorded_steps_are_counted_by_person_and_by_condition() -> None:
    trials = trial_table({"ann": "+", "bob": "+"}, conditions={"bob": "half"})
    participants = pd.DataFrame(
        [
            ("ann", "full", "day 1", "day 2", "day 2", ""),
            ("ann", "full", "day 1", "day 3", "day 3", ""),
            ("bob", "half", "day 1", "day 2", "day 2", "day 4"),
            ("cem", "", "day 1", "", "", ""),
        ],
        columns=[
            "participant_id", "condition", "invited_at", "consented_at", "screened_at",
            "withdrawn_at",
        ],
    )  # fmt: skip

    full, half, everybody = flow_of(trials, participants)

    assert (everybody.invited, everybody.consented, everybody.screened) == (3, 2, 2)
    assert everybody.withdrawn == 1
    assert (full.consented, full.withdrawn, half.consented, half.withdrawn) == (1, 0, 1, 1)
    # Cem was invited before the draw, so nobody can say to which condition.
    assert (full.invited, half.invited) == (None, None)


def test_in_a_within_study_upstream_steps_are_known_only_all_together() -> None:
    trials = trial_table({"ann": "+"}, conditions={})
    participants = pd.DataFrame(
        {"participant_id": ["ann"], "condition": [""], "consented_at": ["day 1"]}
    )

    full, everybody = flow_of(trials, participants)

    assert (full.consented, everybody.consented) == (None, 1)


@pytest.mark.parametrize("participants", [None, pd.DataFrame({"participant_id": ["ann"]})])
def test_a_flow_is_plain_json(participants: pd.DataFrame | None) -> None:
    rows = [asdict(row) for row in flow_of(trial_table({"ann": "+"}, conditions={}), participants)]

    assert json.loads(json.dumps(rows)) == rows


def test_what_was_counted_before_consent_stands_before_it() -> None:
    trials = trial_table({"ann": "+", "bob": "+"}, conditions={"bob": "half"})
    participants = pd.DataFrame(
        [("ann", "full", "day 1", ""), ("bob", "half", "day 1", "day 1")],
        columns=["participant_id", "condition", "consented_at", "screened_at"],
    )
    recorded = RecordedFlow({"invitation": 9, "declined": 2, "screened": 1}, ("full", "full"))

    full, half, everybody = participant_flow(trials, screen(trials), participants, recorded)

    assert (everybody.invited, everybody.consented, everybody.erased) == (9, 4, 2)
    assert (everybody.screened, everybody.turned_away) == (1, {"declined": 2})
    assert (full.invited, full.consented, full.erased, full.turned_away) == (None, 3, 2, {})
    assert (half.consented, half.erased, half.screened) == (1, 0, 1)


def test_a_study_without_checks_recorded_no_such_step() -> None:
    trials = trial_table({"ann": "+"}, conditions={})
    participants = pd.DataFrame(
        [("ann", "", "day 1", "")],
        columns=["participant_id", "condition", "consented_at", "screened_at"],
    )

    full, everybody = participant_flow(
        trials, screen(trials), participants, RecordedFlow({"invitation": 1}, ("",))
    )

    assert (everybody.screened, everybody.consented, everybody.erased) == (None, 2, 1)
    # Who was erased had no condition, so nobody can say in which they were.
    assert (full.consented, full.erased) == (None, None)


def test_counts_without_a_table_of_people_leave_consent_unknown() -> None:
    trials = trial_table({"ann": "+"}, conditions={})

    everybody = participant_flow(trials, screen(trials), None, RecordedFlow({"invitation": 3}))[-1]

    assert (everybody.invited, everybody.consented, everybody.erased) == (3, None, 0)
