"""The fool rate of each category of photos under each condition, where the manifest names any.

Place on the data's path: ``stimulus_images.py`` reads the categories, ``report.py`` hands in the
trials that count. These rates describe; the comparisons stated beforehand are between conditions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.fool_rates import FoolRate, estimate_fool_rates

FEW_PHOTOS = 10


@dataclass(frozen=True)
class CategoryRate:
    """One category under one condition.

    Attributes:
        category: name by the manifest; None for photos without one.
        estimate: its fool rate with both intervals and the counts.
        warning: that few photos stand for the category, or None.
    """

    category: str | None
    estimate: FoolRate
    warning: str | None


def estimate_category_rates(
    trials: pd.DataFrame,
    categories: Mapping[str, str],
    conditions: Sequence[str],
    *,
    level: float = 0.95,
) -> list[CategoryRate]:
    """Estimate each category by itself: by name, photos without a category last.

    Args:
        trials: trials that count, with columns participant_id, photo_id, condition, fooled (bool).
        categories: category by ``photo_id``; empty gives an empty list.
        conditions: the names, in the order wanted; those without trials in a category are skipped.
        level: nominal coverage of the intervals, a fraction in (0, 1).
    """
    if not categories:
        return []
    named = trials["photo_id"].astype("object").map(dict(categories))
    groups: list[tuple[str | None, pd.DataFrame]] = [
        (name, trials[named == name]) for name in sorted(set(named.dropna()))
    ]
    return [
        CategoryRate(name, rate, _warning(rate.n_photos))
        for name, rows in [*groups, (None, trials[named.isna()])]
        for rate in estimate_fool_rates(rows, conditions, level=level)
        if rate.n_trials
    ]


def _warning(n_photos: int) -> str | None:
    if n_photos >= FEW_PHOTOS:
        return None
    photos = "1 photo" if n_photos == 1 else f"{n_photos} photos"
    return f"{photos} for this category, fewer than {FEW_PHOTOS}: other photos of it may differ"
