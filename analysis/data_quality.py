"""What a reader must know about the data before trusting a fool rate; excludes nobody.

Place on the data's path: ``report.py`` shows what this module counts. Who is left out is decided in
``exclusions.py``.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.stats

from analysis.exclusions import (
    SIMULATED,
    Screened,
    counted_trials,
    vigilance_shares,
)
from analysis.intervals import Interval, fool_rate_interval

# Nobody sees, decides and presses within a fifth of a second.
FAST_RESPONSE_MS = 200.0
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
GUESSER_CORRECT = 0.5
ATTENTIVE_CORRECT = 0.95


@dataclass(frozen=True)
class Share:
    """A share of responses with its two-way interval for people and photos.

    Attributes:
        n: responses.
        share: a fraction; None without responses.
        interval: generalises to other people and photos.
    """

    n: int
    share: float | None
    interval: Interval


@dataclass(frozen=True)
class VigilanceCheck:
    """The vigilance trials of everybody the vigilance rule was applied to.

    Attributes:
        n_participants: who answered at least one.
        n_trials: vigilance trials answered.
        correct: share answered correctly, a fraction; None without any.
        usual_n: the most common number answered per participant; None without any.
        guesser_passes: chance that a pure guesser passes the rule with that number.
        attentive_fails: chance that someone who gets 95 % right fails it.
    """

    n_participants: int
    n_trials: int
    correct: float | None
    usual_n: int | None
    guesser_passes: float | None
    attentive_fails: float | None


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
        exposure_invalid: share of answered main trials whose exposure broke the study's rule; None
            where it was not recorded.
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
    invalid = 1.0 - counted["exposure_valid"].dropna().astype("float64")
    shown = pd.concat([counted["left_shown_ms"], counted["right_shown_ms"]])
    responses = counted["response_ms"].dropna()
    return DataQuality(
        n_unanswered=int((kept["trial_type"] == "main").sum()) - len(counted),
        n_repeated=int(counted.duplicated(["participant_id", "photo_id", "condition"]).sum()),
        vigilance=_check_vigilance(trials[~trials["participant_id"].isin(by_rule)], pass_share),
        called_left_fake=_share(counted, counted["chosen_side"] == "left", level),
        called_first_fake=_share(
            sequential, sequential["chosen_side"] == sequential["first_side"], level
        ),
        response_ms=_quantiles(responses),
        fast_responses=_mean(responses < FAST_RESPONSE_MS),
        exposure_invalid=_mean(invalid),
        n_exposure_unrecorded=int(counted["exposure_valid"].isna().sum()),
        shown_ms=_quantiles(shown.dropna()),
        control=_share(control, control["fooled"], level),
    )


def control_leaks(control: Share) -> bool:
    """Say whether control trials are surely off 50 %: then something besides colour tells."""
    low, high = control.interval.low, control.interval.high
    return low is not None and high is not None and not low <= 0.5 <= high


def vigilance_error_rates(n_trials: int, pass_share: float) -> tuple[float, float]:
    """Give the chances that a guesser passes the rule, and that an attentive participant fails it.

    Binomial: n trials, right with chance 0.5 or 0.95, passed from a share of ``pass_share`` up.
    """
    shares = np.arange(n_trials + 1) / n_trials
    passed = shares >= pass_share
    guesser, attentive = (
        scipy.stats.binom.pmf(np.arange(n_trials + 1), n_trials, correct)
        for correct in (GUESSER_CORRECT, ATTENTIVE_CORRECT)
    )
    return float(guesser[passed].sum()), float(attentive[~passed].sum())


def _check_vigilance(trials: pd.DataFrame, pass_share: float) -> VigilanceCheck:
    answered = trials[(trials["trial_type"] == "vigilance") & trials["fooled"].notna()]
    if answered.empty:
        return VigilanceCheck(0, 0, None, None, None, None)
    usual_n = int(answered.groupby("participant_id", sort=True).size().mode().iloc[0])
    guesser_passes, attentive_fails = vigilance_error_rates(usual_n, pass_share)
    return VigilanceCheck(
        n_participants=len(vigilance_shares(trials)),
        n_trials=len(answered),
        correct=1.0 - float(answered["fooled"].mean()),
        usual_n=usual_n,
        guesser_passes=guesser_passes,
        attentive_fails=attentive_fails,
    )


def _share(trials: pd.DataFrame, yes: "pd.Series[bool]", level: float) -> Share:
    """A share over crossed responses: clustered as fool rates are, so estimated as they are."""
    if trials.empty:
        return Share(0, None, Interval(None, None, "no trials"))
    answers = yes.astype("bool").to_numpy()
    people, photos = (trials[name].to_numpy() for name in ("participant_id", "photo_id"))
    interval = fool_rate_interval(people, photos, answers, level=level)
    return Share(len(trials), float(answers.mean()), interval)


def _quantiles(values: "pd.Series[float]") -> tuple[float, ...]:
    if values.empty:
        return ()
    return tuple(float(value) for value in np.quantile(values.to_numpy(), QUANTILES))


def _mean(values: "pd.Series[float] | pd.Series[bool]") -> float | None:
    return None if values.empty else float(values.mean())
