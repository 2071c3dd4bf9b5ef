from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.exclusion_rules import ExclusionRules
from analysis.exclusions import (
    Exclusion,
    counted_trials,
    main_conditions,
    screen,
    vigilance_shares,
)
from analysis.trial_table import read_trials

Make = Callable[..., Any]


@pytest.fixture
def person(row: Make) -> Make:
    """One participant's rows: two main trials, then vigilance trials from a string of + - and ?."""

    def rows(code: str, vigilance: str, **changes: str) -> list[dict[str, str]]:
        own = {"participant_id": code, "study_session_id": f"{code}-1", **changes}
        practice = row(**own, trial_index="90", block="practice", trial_type="practice")
        main = [row(**own, trial_index=str(i)) for i in range(2)]
        looks = [
            row(**own | _vigilance_answer(mark), trial_index=str(i), trial_type="vigilance")
            for i, mark in enumerate(vigilance, start=2)
        ]
        return [practice, *main, *looks]

    return rows


def _vigilance_answer(mark: str) -> dict[str, str]:
    answers = {"+": "right", "-": "left", "?": ""}
    return {
        "real_side": "left",
        "chosen_side": answers[mark],
        "condition": "random",
        "pair_id": "pair-v",
    } | ({"response_ms": "", "answered_at": ""} if mark == "?" else {})


@pytest.fixture
def table(write_table: Make) -> Make:
    def read(*people: list[dict[str, str]]) -> pd.DataFrame:
        path: Path = write_table([row for rows in people for row in rows])
        return read_trials(path).trials

    return read


@pytest.mark.parametrize(
    ("vigilance", "is_kept"),
    [
        ("++++", True),
        ("+++-", True),
        ("++--", False),
        ("++?-", False),
        ("++??", True),
        ("+-??", False),
    ],
)
def test_whoever_has_fewer_than_three_in_four_answered_vigilance_trials_right_is_left_out(
    vigilance: str, is_kept: bool, person: Make, table: Make
) -> None:
    screened = screen(table(person("ann", vigilance), person("bob", "++++")))

    assert ("ann" in set(screened.trials["participant_id"])) == is_kept
    assert screened.reasons == ({} if is_kept else {"ann": "vigilance"})


def test_an_exclusion_counts_people_and_their_trials_of_the_main_block(
    person: Make, table: Make
) -> None:
    screened = screen(table(person("ann", "----"), person("bob", "++++"), person("cem", "+-??")))

    (exclusion,) = screened.exclusions
    assert (exclusion.rule, exclusion.n_participants, exclusion.n_trials) == ("vigilance", 2, 12)
    assert "fewer than 75 %" in exclusion.reason


def test_whoever_answered_no_vigilance_trial_stays(person: Make, table: Make) -> None:
    screened = screen(table(person("ann", "????"), person("bob", "")))

    assert set(screened.trials["participant_id"]) == {"ann", "bob"}


@pytest.mark.parametrize(("threshold", "n_left_out"), [(0, 0), (0.25, 0), (0.26, 1), (1, 1)])
def test_the_threshold_can_be_chosen(
    threshold: float, n_left_out: int, person: Make, table: Make
) -> None:
    trials = table(person("ann", "+---"), person("bob", "++++"))

    screened = screen(trials, vigilance_pass_share=threshold)

    assert screened.exclusions[-1].n_participants == n_left_out


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_a_threshold_outside_0_to_1_is_refused(threshold: float, person: Make, table: Make) -> None:
    with pytest.raises(ValueError, match="allowed: 0 to 1"):
        screen(table(person("ann", "++++")), vigilance_pass_share=threshold)


def test_simulated_participants_are_left_out_beside_real_ones(person: Make, table: Make) -> None:
    trials = table(
        person("ann", "++++"),
        person("bot", "----", simulated="true"),
        person("bit", "++++", simulated="true"),
    )

    screened = screen(trials)

    assert set(screened.trials["participant_id"]) == {"ann"}
    assert not screened.only_simulated
    assert screened.exclusions[0] == Exclusion(
        "simulated", 2, 12, "Simulated participants are left out where real people took part."
    )
    assert screened.exclusions[1].n_participants == 0


def test_only_simulated_participants_are_analysed(person: Make, table: Make) -> None:
    screened = screen(table(person("bot", "++++", simulated="true")))

    assert screened.only_simulated
    assert len(screened.trials) == 7
    assert [exclusion.rule for exclusion in screened.exclusions] == ["vigilance"]


def test_vigilance_shares_are_by_person_among_answered_trials(person: Make, table: Make) -> None:
    trials = table(person("ann", "+-??"), person("bob", "+++-"), person("cem", "????"))

    assert vigilance_shares(trials).to_dict() == {"ann": 0.5, "bob": 0.75}


def test_only_answered_main_trials_count(person: Make, table: Make, row: Make) -> None:
    extra = [
        row(trial_index="50", trial_type="control", condition="real", pair_id="p2"),
        row(trial_index="51", chosen_side="", response_ms="", answered_at=""),
    ]
    trials = table(person("ann", "++++"), extra)

    counted = counted_trials(trials)

    assert counted["trial_index"].to_list() == [0, 1]
    assert counted["fooled"].dtype == bool


def test_conditions_are_those_of_main_trials_by_name(person: Make, table: Make) -> None:
    trials = table(person("ann", "++++", condition="zebra"), person("bob", "", condition="ape"))

    assert main_conditions(trials) == ["ape", "zebra"]


def answers(marks: str, code: str, row: Make, **changes: str) -> list[dict[str, str]]:
    """Main trials of one participant: l and r are the side chosen, ? is unanswered."""
    sides = {"l": "left", "r": "right", "?": ""}
    nothing = {"response_ms": "", "answered_at": ""}
    return [
        row(
            participant_id=code,
            study_session_id=f"{code}-1",
            trial_index=str(index),
            chosen_side=sides[mark],
            **(nothing if mark == "?" else {}) | changes,
        )
        for index, mark in enumerate(marks)
    ]


@pytest.mark.parametrize(
    ("rules", "marks", "rule"),
    [
        (ExclusionRules(minimum_answered_share=0.75), "lr??", "unfinished"),
        (ExclusionRules(minimum_answered_share=0.75), "lrl?", None),
        (ExclusionRules(maximum_one_side_share=0.75), "lllr", None),
        (ExclusionRules(maximum_one_side_share=0.74), "lllr", "one_sided"),
        (ExclusionRules(maximum_one_side_share=0.74), "rrrl", "one_sided"),
        (ExclusionRules(maximum_one_side_share=0.5), "????", None),
        (ExclusionRules(minimum_median_response_ms=900), "lrlr", "fast_participant"),
        (ExclusionRules(minimum_median_response_ms=800), "lrlr", None),
        (ExclusionRules(minimum_median_response_ms=900), "????", None),
    ],
)
def test_a_rule_about_participants_leaves_out_whom_it_hits(
    rules: ExclusionRules, marks: str, rule: str | None, row: Make, table: Make
) -> None:
    others = answers("lrlr", "bob", row, response_ms="2000.0")
    trials = table(others, answers(marks, "ann", row))

    screened = screen(trials, rules=rules)

    assert screened.reasons == ({} if rule is None else {"ann": rule})
    assert screened.exclusions[0].rule == "vigilance"
    assert screened.exclusions[-1].n_participants == len(screened.reasons)
    assert screened.exclusions[-1].n_trials == 4 * len(screened.reasons)


@pytest.mark.parametrize(
    ("rules", "rule", "kept"),
    [
        (ExclusionRules(exclude_invalid_exposure=True), "invalid_exposure", [0, 2, 3, 4, 5, 6]),
        (ExclusionRules(minimum_response_ms=200), "fast_response", [0, 1, 3, 4, 5, 6]),
        (ExclusionRules(maximum_response_ms=9000), "slow_response", [0, 1, 2, 4, 5, 6]),
    ],
)
def test_a_rule_about_trials_leaves_out_answered_main_trials_only(
    rules: ExclusionRules, rule: str, kept: list[int], row: Make, table: Make
) -> None:
    bad = {"exposure_valid": "false", "response_ms": "100.0"}
    trials = table(
        [
            row(),
            row(trial_index="1", exposure_valid="false"),
            row(trial_index="2", response_ms="199.9"),
            row(trial_index="3", response_ms="9000.1"),
            row(trial_index="4", response_ms="", exposure_valid=""),
            row(trial_index="5", trial_type="control", condition="real", pair_id="p2", **bad),
            row(trial_index="6", chosen_side="", response_ms="", answered_at=""),
        ]
    )

    screened = screen(trials, rules=rules)

    assert screened.trials["trial_index"].to_list() == kept
    found = screened.exclusions[-1]
    assert (found.rule, found.of, found.n_participants, found.n_trials) == (rule, "trials", 0, 1)
    assert screened.trial_reasons.to_list() == [rule]
    assert screened.reasons == {}


def test_what_falls_under_several_rules_counts_once(row: Make, table: Make) -> None:
    rules = ExclusionRules(
        minimum_answered_share=0.9,
        maximum_one_side_share=0.9,
        exclude_invalid_exposure=True,
        minimum_response_ms=900,
        maximum_response_ms=9000,
    )
    trials = table(
        answers("lll?", "ann", row),
        answers("lrlr", "bob", row, exposure_valid="false"),
    )

    screened = screen(trials, rules=rules)

    counts = {e.rule: (e.n_participants, e.n_trials) for e in screened.exclusions}
    assert counts == {
        "vigilance": (0, 0),
        "unfinished": (1, 4),
        "one_sided": (0, 0),
        "invalid_exposure": (0, 4),
        "fast_response": (0, 0),
        "slow_response": (0, 0),
    }
    assert screened.trials.empty


def test_the_researchers_reason_stands_behind_the_rule(row: Make, table: Make) -> None:
    rules = ExclusionRules(
        minimum_response_ms=200, reasons=(("minimum_response_ms", "Nobody sees faster."),)
    )

    screened = screen(table([row()]), rules=rules)

    assert screened.exclusions[-1].reason == (
        "Main trials answered in under 200 ms are left out. Reason: Nobody sees faster."
    )
