"""How the study ran, as far as its trial table tells: design, display, trials per participant.

Place on the data's path: ``report.py`` hands in the whole trial table; the Methods section is
written from it. What the trial table cannot tell is in the study's own file (``study_record.py``).
"""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

TRIAL_TYPES = ("practice", "main", "vigilance", "control")


@dataclass(frozen=True)
class StudyDesign:
    """What everybody in the trial table went through.

    Attributes:
        design: one tested condition; several, a participant sees one; several, some see more.
        layout: images one after the other, both at once, or both kinds.
        first_left: share of sequential main trials in which the left image came first, a fraction;
            None without any.
        real_left: share of main trials with the real photo at the left, a fraction.
        n_trials: usual number of trials per participant by trial type, the median rounded.
        display_ms: median measured exposure of an image, ms; None where it was not measured.
    """

    design: Literal["single", "between", "within"]
    layout: Literal["sequential", "side-by-side", "mixed"]
    first_left: float | None
    real_left: float | None
    n_trials: dict[str, int]
    display_ms: float | None


def describe_design(trials: pd.DataFrame) -> StudyDesign:
    """Read the design off a whole trial table."""
    main = trials[trials["trial_type"] == "main"]
    at_once = main["first_side"] == "both"
    sequential = main[~at_once]
    shown = pd.concat([main["left_shown_ms"], main["right_shown_ms"]]).dropna()
    return StudyDesign(
        design=_design(main),
        layout="sequential" if not at_once.any() else "side-by-side" if at_once.all() else "mixed",
        first_left=_share(sequential["first_side"] == "left"),
        real_left=_share(main["real_side"] == "left"),
        n_trials={kind: _per_person(trials, kind) for kind in TRIAL_TYPES},
        display_ms=None if shown.empty else float(shown.median()),
    )


def _design(main: pd.DataFrame) -> Literal["single", "between", "within"]:
    if main["condition"].nunique() < 2:
        return "single"
    pairs = main[["participant_id", "condition"]].drop_duplicates()
    return "within" if pairs["participant_id"].duplicated().any() else "between"


def _per_person(trials: pd.DataFrame, kind: str) -> int:
    """Count over everybody who has trials at all; who has none of this type counts as 0."""
    of_kind = trials["trial_type"] == kind
    return round(float(of_kind.groupby(trials["participant_id"]).sum().median()))


def _share(yes: "pd.Series[bool]") -> float | None:
    return None if yes.empty else float(yes.mean())
