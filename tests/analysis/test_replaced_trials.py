"""Rows by marks: letters are answers, ? none; upper case is another kind of trial than lower."""

import pandas as pd
import pytest

from analysis.replaced_trials import without_replaced


def session_of(marks: str, code: str = "s", **columns: str) -> pd.DataFrame:
    """One study session; ``a?`` are of the kind ``a``, one letter answered and one without."""
    kinds = [mark for mark in marks if mark != "?"]
    answered = [
        after != "?" for mark, after in zip(marks, marks[1:] + " ", strict=True) if mark != "?"
    ]
    rows = [
        {
            "study_session_id": code,
            "participant_id": code,
            "trial_index": index,
            "block": "main",
            "trial_type": "main",
            "condition": "full",
            "real_side": kind,
            "first_side": "left",
            "fooled": True if answered[index] else pd.NA,
            **columns,
        }
        for index, kind in enumerate(kinds)
    ]
    return pd.DataFrame(rows).astype({"fooled": "boolean"})


def kept(marks: str) -> list[int]:
    return [int(i) for i in without_replaced(session_of(marks))["trial_index"]]


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ("abc", [0, 1, 2]),
        ("ab?bc", [0, 2, 3]),
        ("ab?b?b?bc", [0, 4, 5]),
        ("a?ab", [1, 2]),
        ("ab?c", [0, 1, 2]),
        ("aa?a?a?", [0, 1, 2, 3]),
        ("ab?b?c?", [0, 1, 2, 3]),
        ("a?b?c?", [0, 1, 2]),
    ],
)
def test_only_what_was_answered_in_its_place_later_is_left_out(
    marks: str, expected: list[int]
) -> None:
    assert kept(marks) == expected


def test_sessions_are_looked_at_one_by_one_and_in_any_order() -> None:
    first, second = session_of("aa?", "s"), session_of("a?ab", "t")
    trials = pd.concat([second.iloc[::-1], first], ignore_index=True)

    found = without_replaced(trials)

    assert list(zip(found["study_session_id"], found["trial_index"], strict=True)) == [
        ("t", 2), ("t", 1), ("s", 0), ("s", 1),
    ]  # fmt: skip


def test_a_table_without_gaps_is_given_back() -> None:
    trials = session_of("abc")

    assert without_replaced(trials) is trials
