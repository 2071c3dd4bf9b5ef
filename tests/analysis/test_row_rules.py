from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from analysis.columns import COLUMN_NAMES
from analysis.row_rules import row_problems
from analysis.text_table import TextTable, text_columns

Make = Callable[..., Any]


def messages(rows: list[dict[str, str]], bad: tuple[str, ...] = ()) -> list[str]:
    """The problems of rows whose cells are good, but those of row 0 in the columns ``bad``."""
    columns = text_columns([[row[name] for name in COLUMN_NAMES] for row in rows])
    good = {name: np.ones(len(rows), dtype=np.bool) for name in COLUMN_NAMES}
    for name in bad:
        good[name][0] = False
    table = TextTable("x", columns, np.arange(len(rows)) + 7, "")
    return [f"row {problem.row}: {problem.message}" for problem in row_problems(table, good)]


def test_good_rows_have_no_problems(row: Make) -> None:
    assert messages([row(), row(trial_index="1"), row(study_session_id="ann-2")]) == []


def test_every_repeat_is_named_with_the_first(row: Make) -> None:
    found = messages([row(), row(trial_index="00"), row(trial_index="1"), row()])

    assert found == [
        f"row {number}: column trial_index: found 0 of study session ann-1, which stands in row 7"
        " already; allowed: each trial once"
        for number in (8, 10)
    ]


def test_several_rules_may_be_broken_at_once(row: Make) -> None:
    found = messages(
        [row(), row(block="practice", chosen_side="", participant_id="bob", photo_id="other")]
    )

    assert [message.split(": ")[1] for message in found] == [
        "column trial_type",
        "column chosen_side",
        "column trial_index",
        "column participant_id",
        "column photo_id",
    ]


@pytest.mark.parametrize(
    ("change", "bad"),
    [
        ({"trial_index": "x"}, ("trial_index",)),
        ({"participant_id": "", "trial_index": "9"}, ("participant_id",)),
        ({"block": "test", "trial_index": "9"}, ("block",)),
        ({"photo_id": " ", "trial_index": "9"}, ("photo_id",)),
    ],
)
def test_a_bad_cell_is_compared_with_nothing(
    change: dict[str, str], bad: tuple[str, ...], row: Make
) -> None:
    assert messages([row(**change), row()], bad) == []


def test_no_rows_have_no_problems() -> None:
    assert messages([]) == []
