"""Decide what of the fool rates may be seen now. Pure.

Place on the data's path: before a report is made, and before numbers are shown. Whoever looks at
fool rates while people still come may stop when they please, without noticing it: so they stay
hidden until the study is closed, unless its file allowed a look before the first person came.
"""

from typing import Literal

ReportKind = Literal["report", "sequence"]


def may_make(state: str, *, allowed: bool, has_people: bool) -> ReportKind | None:
    """Give what may be made of a study's data.

    Args:
        state: of the study.
        allowed: what the study file says in ``[desk] show_fool_rates``.
        has_people: whether anybody but simulated observers has enrolled.

    Returns:
        The whole report once the study is closed, or while there is nothing of people in it; if the
        file allows it, intervals that hold however often one looks; else None.
    """
    if state == "closed" or not has_people:
        return "report"
    return "sequence" if allowed else None
