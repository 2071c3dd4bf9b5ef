"""What a reader must know about the data before trusting a fool rate; excludes nobody.

Place on the data's path: ``descriptions.py`` takes what this module counts into the report. Who is
left out is decided in ``exclusions.py``; what needs more than a count has a module of its own.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.exclusions import SIMULATED, Screened, counted_trials
from analysis.exposure_validity import counted_with_invalid
from analysis.response_times import FAST_RESPONSE_MS, QUANTILES
from analysis.shares import Share, share_of
from analysis.vigilance import VigilanceCheck, check_vigilance


@dataclass(frozen=True)
class DataQuality:
    """The analysed main trials, and what surrounds them.

    Attributes:
        n_unanswered: main trials of analysed people without an answer.
        n_repeated: answered main trials beyond the first of a participant on a photo.
        vigilance: the vigilance trials.
        called_left_fake: how often the left picture was called fake; 50 % without side bias.
        called_first_fake: how often the one shown first was; 50 % without order bias.
        response_ms: quantiles (``QUANTILES``) of response times in ms; empty without any.
        fast_responses: share of response times under ``FAST_RESPONSE_MS``; None without any.
        exposure_invalid: share of answered main trials whose exposure broke the study's rule, those
            left out for it included; None where it was not recorded.
        n_exposure_unrecorded: answered main trials without a judgement of the exposure.
        shown_ms: quantiles of measured exposures in ms, both sides; empty without any.
        control: control trials in which the real photo was called fake; must be near 50 %.
    """

    n_unanswered: int
    n_repeated: int
    vigilance: VigilanceCheck
    called_left_fake: Share
    called_first_fake: Share
    response_ms: tuple[float, ...]
    fast_responses: float | None
    exposure_invalid: float | None
    n_exposure_unrecorded: int
    shown_ms: tuple[float, ...]
    control: Share


def describe(
    trials: pd.DataFrame, screened: Screened, *, pass_share: float, level: float
) -> DataQuality:
    """Describe the analysed trials.

    Args:
        trials: the whole trial table.
        screened: the same table after the exclusions.
        pass_share: threshold of the vigilance rule, a fraction.
        level: nominal coverage of the intervals, a fraction.
    """
    kept = screened.trials
    counted = counted_trials(kept)
    sequential = counted[counted["first_side"] != "both"]
    control = kept[(kept["trial_type"] == "control") & kept["fooled"].notna()]
    by_rule = [code for code, rule in screened.reasons.items() if rule == SIMULATED]
    exposed = counted_with_invalid(trials, screened)
    invalid = 1.0 - exposed["exposure_valid"].dropna().astype("float64")
    shown = pd.concat([exposed["left_shown_ms"], exposed["right_shown_ms"]])
    responses = counted["response_ms"].dropna()
    return DataQuality(
        n_unanswered=int((kept["trial_type"] == "main").sum()) - len(counted),
        n_repeated=int(counted.duplicated(["participant_id", "photo_id", "condition"]).sum()),
        vigilance=check_vigilance(
            trials[~trials["participant_id"].isin(by_rule)], pass_share=pass_share
        ),
        called_left_fake=share_of(counted, counted["chosen_side"] == "left", level=level),
        called_first_fake=share_of(
            sequential, sequential["chosen_side"] == sequential["first_side"], level=level
        ),
        response_ms=_quantiles(responses),
        fast_responses=_mean(responses < FAST_RESPONSE_MS),
        exposure_invalid=_mean(invalid),
        n_exposure_unrecorded=int(exposed["exposure_valid"].isna().sum()),
        shown_ms=_quantiles(shown.dropna()),
        control=share_of(control, control["fooled"], level=level),
    )


def _quantiles(values: "pd.Series[float]") -> tuple[float, ...]:
    if values.empty:
        return ()
    return tuple(float(value) for value in np.quantile(values.to_numpy(), QUANTILES))


def _mean(values: "pd.Series[float] | pd.Series[bool]") -> float | None:
    return None if values.empty else float(values.mean())
