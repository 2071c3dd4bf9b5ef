"""The participant flow: how many people reached each step from the invitation to the analysis.

Place on the data's path: ``report.py`` shows these rows as a table and as a diagram. Who is left
out is decided in ``exclusions.py``; this module counts, whatever the rules are called.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.exclusions import Screened, counted_trials, main_conditions
from analysis.recorded_flow import INVITED, RecordedFlow
from analysis.replaced_trials import without_replaced

# A person reached a step if the cell of its column in participants.csv is filled. A file without
# the column did not record the step.
STEP_COLUMNS = {
    "invited": "invited_at",
    "consented": "consented_at",
    "screened": "screened_at",
    "withdrawn": "withdrawn_at",
}


@dataclass(frozen=True)
class FlowRow:
    """People of one condition, or of all, at each step from the invitation to the analysis.

    ``in_table`` = the sum of ``left_out`` + ``without_answers`` + ``analysed``.

    Attributes:
        condition: name, or None for all together.
        invited: asked to take part, or openings of the invitation where the study counted those;
            None where it was not recorded, never 0 for that.
        consented: gave consent, with those erased since; None where it was not recorded.
        screened: passed the checks before the first trial; None where it was not recorded.
        in_table: with a main trial in the trial table.
        started: answered at least one main trial.
        finished: answered every trial of the main block; one that was cut off and replaced is none.
        withdrawn: took back their participation; None where it was not recorded.
        erased: had all their data deleted, so that they are in no table; None where it was not
            recorded.
        turned_away: who came to the consent page and did not get in, by reason.
        left_out: people left out by each rule, in the order of the rules.
        without_answers: left out by no rule, but without an answered main trial that counts.
        analysed: kept, with at least one answered main trial that counts.
    """

    condition: str | None
    invited: int | None
    consented: int | None
    screened: int | None
    in_table: int
    started: int
    finished: int
    withdrawn: int | None
    erased: int | None
    turned_away: dict[str, int]
    left_out: dict[str, int]
    without_answers: int
    analysed: int


def participant_flow(
    trials: pd.DataFrame,
    screened: Screened,
    participants: pd.DataFrame | None = None,
    recorded: RecordedFlow | None = None,
) -> list[FlowRow]:
    """Count participants by condition, then all together.

    Args:
        trials: the whole trial table.
        screened: the same table after the exclusions.
        participants: what ``read_participants`` gave; None where there is no such file.
        recorded: what was counted before consent; None where it was not.
    """
    main = trials[trials["block"] == "main"]
    tested = _members(main[main["trial_type"] == "main"])
    started = _members(counted_trials(trials))
    counted = _members(counted_trials(screened.trials))
    planned = without_replaced(main)
    unfinished = set(planned.loc[planned["fooled"].isna(), "participant_id"].unique())
    rows = []
    for name in [*main_conditions(trials), None]:
        people = _people(tested, name)
        reasons = Counter(screened.reasons[code] for code in people if code in screened.reasons)
        analysed = len(_people(counted, name) - set(screened.reasons))
        rows.append(
            FlowRow(
                condition=name,
                in_table=len(people),
                started=len(_people(started, name)),
                finished=len(people - unfinished),
                left_out={e.rule: reasons[e.rule] for e in screened.exclusions},
                without_answers=len(people) - reasons.total() - analysed,
                analysed=analysed,
                **_with_counts(_recorded_steps(participants, name), recorded, name),
            )
        )
    return rows


def _members(trials: pd.DataFrame) -> pd.DataFrame:
    """Give each participant and condition of these trials once."""
    return trials[["participant_id", "condition"]].drop_duplicates()


def _people(members: pd.DataFrame, condition: str | None) -> set[str]:
    rows = members if condition is None else members[members["condition"] == condition]
    return set(rows["participant_id"])


def _recorded_steps(
    participants: pd.DataFrame | None, condition: str | None
) -> dict[str, int | None]:
    """Count the people at each step of ``STEP_COLUMNS``; None where it was not recorded."""
    if participants is None:
        return dict.fromkeys(STEP_COLUMNS)
    return {
        step: _recorded(participants, column, condition) for step, column in STEP_COLUMNS.items()
    }


def _with_counts(
    steps: dict[str, int | None], recorded: RecordedFlow | None, condition: str | None
) -> dict[str, Any]:
    """Add what was counted without knowing anybody, and who was erased."""
    if recorded is None:
        return {**steps, "erased": None, "turned_away": {}}
    erased = _count_erased(recorded, condition)
    everybody = condition is None
    consented = steps["consented"]
    return {
        "invited": recorded.steps.get(INVITED, 0) if everybody else None,
        "consented": None if None in (consented, erased) else (consented or 0) + (erased or 0),
        "screened": steps["screened"] if recorded.has_checks else None,
        "withdrawn": steps["withdrawn"],
        "erased": erased,
        "turned_away": recorded.turned_away if everybody else {},
    }


def _count_erased(recorded: RecordedFlow, condition: str | None) -> int | None:
    """Count the erased; of one condition only where every one of them had one."""
    if condition is None:
        return len(recorded.erased)
    return None if "" in recorded.erased else recorded.erased.count(condition)


def _recorded(participants: pd.DataFrame, column: str, condition: str | None) -> int | None:
    if column not in participants:
        return None
    reached = participants[participants[column] != ""]
    if condition is not None:
        # Before the draw, and in a within-participants study, a person belongs to no condition.
        if "condition" not in reached or (reached["condition"] == "").any():
            return None
        reached = reached[reached["condition"] == condition]
    return int(reached["participant_id"].nunique())
