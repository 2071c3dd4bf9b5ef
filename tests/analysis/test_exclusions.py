from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

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
