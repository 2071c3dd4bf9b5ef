import json
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest

from analysis.control_trials import check_control_trials, judge
from analysis.intervals import Interval
from analysis.shares import Share


def controls(fooled: np.ndarray, kind: str = "control") -> pd.DataFrame:
    """Answers of people (rows) on photos (columns)."""
    people, photos = np.indices(fooled.shape)
    table = pd.DataFrame(
        {
            "participant_id": [f"p{i}" for i in people.ravel()],
            "photo_id": [f"photo-{j}" for j in photos.ravel()],
            "trial_type": kind,
        }
    )
    table["fooled"] = pd.array(fooled.ravel(), dtype="boolean")
    return table


def draw(rate: float, seed: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).random((30, 12)) < rate


def test_control_trials_at_50_percent_hold_it() -> None:
    check = check_control_trials(controls(draw(0.5)))

    assert check.verdict == "holds 50 %"
    assert (check.n_trials, check.n_participants, check.n_photos) == (360, 30, 12)
    assert check.meaning.startswith("As they must")


@pytest.mark.parametrize("rate", [0.3, 0.7])
def test_control_trials_off_50_percent_say_loudly_that_the_pipeline_leaks(rate: float) -> None:
    check = check_control_trials(controls(draw(rate)))

    assert check.verdict == "leaks"
    assert check.meaning.startswith("The pipeline leaks")


@pytest.mark.parametrize(
    "fooled",
    [
        np.array([[True, False, True]]),
        np.array([[True], [False], [True]]),
        np.array([[True, False], [False, True]]),
        np.zeros((2, 2), dtype=bool),
        np.array([[True]]),
    ],
)
def test_too_few_control_trials_cannot_be_judged(fooled: np.ndarray) -> None:
    check = check_control_trials(controls(fooled))

    assert check.verdict == "cannot be judged"
    assert "too few control trials" in check.meaning


def test_a_study_without_control_trials_is_told_so() -> None:
    check = check_control_trials(controls(draw(0.2), kind="main"))

    assert (check.verdict, check.n_trials, check.fool_rate) == ("none", 0, None)
    assert "No answered control trial is there" in check.meaning


def test_unanswered_control_trials_do_not_count() -> None:
    table = controls(draw(0.5))
    table.loc[table["photo_id"] == "photo-0", "fooled"] = pd.NA

    check = check_control_trials(table)

    assert (check.n_trials, check.n_photos) == (330, 11)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.4, 0.6, "holds 50 %"),
        (0.5, 0.62, "holds 50 %"),
        (0.2, 0.49, "leaks"),
        (0.51, 0.7, "leaks"),
        (0.25, 0.6, "cannot be judged"),
        (0.4, 0.75, "cannot be judged"),
        (None, None, "cannot be judged"),
    ],
)
def test_the_interval_decides(low: float | None, high: float | None, verdict: str) -> None:
    assert judge(Share(10, 0.5, Interval(low, high))) == verdict


def test_control_trials_at_50_percent_are_rarely_called_a_leak() -> None:
    """Truth known: people prefer photos in their own way, no file tells; nominal 5 %."""
    rng = np.random.default_rng(2)
    verdicts = []
    for _ in range(300):
        tastes = 0.5 + 0.15 * rng.choice([-1, 1], (30, 1)) * rng.choice([-1, 1], (1, 12))
        verdicts.append(check_control_trials(controls(rng.random((30, 12)) < tastes)).verdict)

    assert set(verdicts) <= {"holds 50 %", "leaks"}
    assert verdicts.count("leaks") / 300 < 0.09


@pytest.mark.parametrize("rate", [0.3, 0.5])
def test_a_check_is_plain_json(rate: float) -> None:
    document = asdict(check_control_trials(controls(draw(rate))))

    assert json.loads(json.dumps(document)) == document
