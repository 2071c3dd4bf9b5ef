"""Decide what of the fool rates may be seen now. Pure.

Place on the data's path: before a report is made, and before numbers are shown. Whoever looks at
fool rates while people still come may stop when they please, without noticing it: so they stay
hidden until the study is closed, unless its file allowed a look before the first person came. The
same holds for a pilot until it is ended; it is in no result of the study.
"""

from typing import Literal

from study_app.study_states import Phase, StudyState

ReportKind = Literal["report", "sequence"]


def may_make(
    state: StudyState, phase: Phase, *, allowed: bool, has_people: bool
) -> ReportKind | None:
    """Give what may be made of the data of a study, or of its pilot.

    Args:
        state: of the study.
        phase: whose data.
        allowed: what the study file says in ``[desk] show_fool_rates``.
        has_people: whether anybody but simulated observers has enrolled in the phase.

    Returns:
        The whole report once nobody can enrol in the phase any more, or while there is nothing of
        people in it; if the file allows it, intervals that hold however often one looks; else None.
    """
    if is_over(state, phase) or not has_people:
        return "report"
    return "sequence" if allowed else None


def is_over(state: StudyState, phase: Phase) -> bool:
    """Say whether nobody can enrol in a phase: the study is closed, or the pilot ended."""
    return state != "pilot" if phase == "pilot" else state == "closed"
