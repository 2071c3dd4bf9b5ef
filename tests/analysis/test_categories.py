import json
from dataclasses import asdict

import numpy as np
import pandas as pd

from analysis.categories import estimate_category_rates
from analysis.fool_rates import estimate_fool_rates

PHOTOS = [f"photo-{j:02d}" for j in range(24)]
CATEGORIES = {photo: "birds" if j < 12 else "apes" for j, photo in enumerate(PHOTOS[:20])}


def trials(condition: str = "full", n_people: int = 15) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    table = pd.DataFrame(
        [(f"p{i}", photo, condition) for i in range(n_people) for photo in PHOTOS],
        columns=["participant_id", "photo_id", "condition"],
    )
    return table.assign(fooled=rng.random(len(table)) < 0.3)


def test_each_category_is_estimated_as_a_fool_rate() -> None:
    table = trials()

    rates = estimate_category_rates(table, CATEGORIES, ["full"], level=0.9)

    birds = table[table["photo_id"].map(CATEGORIES) == "birds"]
    assert [rate.category for rate in rates] == ["apes", "birds", None]
    assert [rates[1].estimate] == estimate_fool_rates(birds, ["full"], level=0.9)
    assert sum(rate.estimate.n_trials for rate in rates) == len(table)


def test_few_photos_are_warned_of() -> None:
    apes, birds, _ = estimate_category_rates(trials(), CATEGORIES, ["full"])

    assert (apes.estimate.n_photos, birds.estimate.n_photos) == (8, 12)
    assert apes.warning == (
        "8 photos for this category, fewer than 10: other photos of it may differ"
    )
    assert birds.warning is None


def test_one_photo_gives_a_rate_without_an_interval() -> None:
    only, _ = estimate_category_rates(trials(), {PHOTOS[0]: "apes"}, ["full"])

    assert only.estimate.fool_rate is not None
    assert only.estimate.people_and_photos.low is None
    assert only.warning is not None
    assert only.warning.startswith("1 photo for")


def test_conditions_stand_in_order_within_a_category() -> None:
    table = pd.concat([trials("full"), trials("half")])

    rates = estimate_category_rates(table, CATEGORIES, ["half", "full", "none"])

    assert [(rate.category, rate.estimate.condition) for rate in rates[:3]] == [
        ("apes", "half"),
        ("apes", "full"),
        ("birds", "half"),
    ]


def test_a_set_without_categories_has_no_such_rates() -> None:
    assert estimate_category_rates(trials(), {}, ["full"]) == []


def test_photos_in_categorical_columns_are_alike() -> None:
    table = trials()

    rates = estimate_category_rates(table.astype({"photo_id": "category"}), CATEGORIES, ["full"])

    assert rates == estimate_category_rates(table, CATEGORIES, ["full"])


def test_category_rates_are_plain_json() -> None:
    documents = [asdict(rate) for rate in estimate_category_rates(trials(), CATEGORIES, ["full"])]

    assert json.loads(json.dumps(documents)) == documents
