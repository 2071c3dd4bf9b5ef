"""Everything the report's document tells beside the fool rates: photos, people, time, quality.

Place on the data's path: ``report.py`` hands in the trial table and the estimates; each part comes
from the module named after it. Here they become plain values, and lists that would grow with the
number of people are cut short or counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.agreement import estimate_agreement
from analysis.categories import CategoryRate, estimate_category_rates
from analysis.control_trials import check_control_trials
from analysis.data_quality import DataQuality, describe
from analysis.estimates import EstimateSettings, fool_rate_entry
from analysis.exclusions import SIMULATED, Screened, counted_trials
from analysis.exposure_validity import ExposureCheck, check_exposures, counted_with_invalid
from analysis.gallery import choose_gallery
from analysis.per_person import PersonRate, estimate_person_rates
from analysis.per_photo import PhotoRates, estimate_photo_rates
from analysis.response_times import FAST_RESPONSE_MS, QUANTILES, describe_response_times
from analysis.signal_detection import estimate_detection
from analysis.stimulus_images import StimulusImages, check_covers
from analysis.time_course import estimate_time_courses
from analysis.vigilance import vigilance_pass_rates

# Bins of the distribution of people's rates: every 2.5 points from 0 to 100 %, ends included.
N_PEOPLE_BINS = 41
# With more participants, the twin holds their distribution only.
MOST_PEOPLE_LISTED = 2000


def describe_study(
    trials: pd.DataFrame,
    screened: Screened,
    conditions: Sequence[str],
    settings: EstimateSettings,
    images: StimulusImages | None = None,
) -> dict[str, Any]:
    """Describe photos, people, time and data quality as parts of the document.

    Args:
        trials: the whole trial table.
        screened: the same table after the exclusions.
        conditions: the names, in the order wanted.
        settings: chosen beforehand.
        images: the stimulus set; gives the gallery and the categories.

    Raises:
        StimulusSetError: the set does not know the trials' pairs.
    """
    counted = counted_trials(screened.trials)
    return {
        **_photos(counted, conditions, settings, images),
        **_people(screened.trials, conditions),
        **_time(screened.trials, counted, conditions, settings),
        **_quality(trials, screened, counted, conditions, settings),
    }


def _photos(
    counted: pd.DataFrame,
    conditions: Sequence[str],
    settings: EstimateSettings,
    images: StimulusImages | None,
) -> dict[str, Any]:
    rates = estimate_photo_rates(counted, conditions, level=settings.level)
    rng = np.random.default_rng(settings.seed)
    found: dict[str, Any] = {
        "photos": [_photos_entry(entry) for entry in rates],
        "agreement": [asdict(entry) for entry in estimate_agreement(counted, conditions, rng)],
        "categories": [],
    }
    if images is not None:
        check_covers(images, counted)
        found["gallery"] = choose_gallery(rates)
        by_category = estimate_category_rates(
            counted, images.categories, conditions, level=settings.level
        )
        found["categories"] = [_category_entry(entry) for entry in by_category]
    return found


def _people(kept: pd.DataFrame, conditions: Sequence[str]) -> dict[str, Any]:
    people = estimate_person_rates(kept, conditions)
    listed = len(people) <= MOST_PEOPLE_LISTED
    return {
        "people": [_distribution(name, people) for name in conditions],
        "people_listed": [dict(vars(person)) for person in people] if listed else None,
    }


def _time(
    kept: pd.DataFrame,
    counted: pd.DataFrame,
    conditions: Sequence[str],
    settings: EstimateSettings,
) -> dict[str, Any]:
    courses = estimate_time_courses(kept, conditions, level=settings.level)
    return {
        "response_times": [asdict(entry) for entry in describe_response_times(counted, conditions)],
        "time_course": [asdict(course) for course in courses],
    }


def _quality(
    trials: pd.DataFrame,
    screened: Screened,
    counted: pd.DataFrame,
    conditions: Sequence[str],
    settings: EstimateSettings,
) -> dict[str, Any]:
    pass_share, level = settings.vigilance_pass_share, settings.level
    simulated = [code for code, rule in screened.reasons.items() if rule == SIMULATED]
    people = trials[~trials["participant_id"].isin(simulated)] if simulated else trials
    watched = vigilance_pass_rates(people, conditions, pass_share=pass_share, level=level)
    detected = estimate_detection(counted, conditions, level=level)
    exposed = counted_with_invalid(trials, screened)
    exposures = check_exposures(exposed, conditions, level=level)
    quality = describe(trials, screened, pass_share=pass_share, level=level)
    return {
        "control": asdict(check_control_trials(screened.trials, level=level)),
        "vigilance": [asdict(row) for row in watched],
        "signal_detection": [asdict(entry) for entry in detected],
        "exposure_validity": [_exposure_entry(entry) for entry in exposures],
        "data_quality": _quality_entry(quality),
    }


def _photos_entry(rates: PhotoRates) -> dict[str, Any]:
    """Give a condition's photos; by hand, for ``asdict`` is slow on thousands of them."""
    photos = [dict(vars(photo)) for photo in rates.photos]
    return {**asdict(replace(rates, photos=())), "photos": photos}


def _distribution(condition: str, people: Sequence[PersonRate]) -> dict[str, Any]:
    """Count the participants of a condition in each bin; the ends count in full."""
    rates = np.array([person.fool_rate for person in people if person.condition == condition])
    bins = np.round(rates * (N_PEOPLE_BINS - 1)).astype(int)
    return {
        "condition": condition,
        "n_participants": len(rates),
        "counts": np.bincount(bins, minlength=N_PEOPLE_BINS).tolist(),
        "quantiles": _by_share(np.quantile(rates, QUANTILES).tolist() if rates.size else ()),
        "at_least_half": int((rates >= 0.5).sum()),
    }


def _category_entry(entry: CategoryRate) -> dict[str, Any]:
    found = {"category": entry.category, **fool_rate_entry(entry.estimate)}
    return found if entry.warning is None else {**found, "warning": entry.warning}


def _exposure_entry(entry: ExposureCheck) -> dict[str, Any]:
    return {
        "condition": entry.condition,
        "n_invalid": entry.n_invalid,
        "n_unrecorded": entry.n_unrecorded,
        "with_invalid": fool_rate_entry(entry.with_invalid),
        "without_invalid": fool_rate_entry(entry.without_invalid),
    }


def _quality_entry(quality: DataQuality) -> dict[str, Any]:
    return {
        **asdict(quality),
        "response_ms": _by_share(quality.response_ms),
        "shown_ms": _by_share(quality.shown_ms),
        "fast_response_ms": FAST_RESPONSE_MS,
    }


def _by_share(values: Sequence[float]) -> Mapping[str, float]:
    """Name quantiles by their share; empty without values."""
    return {f"{share:g}": value for share, value in zip(QUANTILES, values, strict=False)}
