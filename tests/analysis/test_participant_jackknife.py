import numpy as np
import pytest
import scipy.stats

from analysis.participant_jackknife import jackknife_estimate


def ratio(counts: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return counts[..., 0] / counts[..., 1]


def test_the_jackknife_of_a_mean_is_students_interval() -> None:
    """With equal totals the ratio is a mean, and the jackknife gives its standard error exactly."""
    values = np.random.default_rng(1).random(15)

    estimate = jackknife_estimate(np.stack([values, np.ones(15)], axis=1), ratio, level=0.9)

    low, high = scipy.stats.t.interval(0.9, 14, values.mean(), scipy.stats.sem(values))
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx(
        (values.mean(), low, high)
    )
    assert estimate.warning is None


def test_few_participants_are_warned_of() -> None:
    estimate = jackknife_estimate([[1, 2], [2, 2], [0, 2]], ratio)

    assert estimate.low is not None
    assert estimate.warning == "few participants (3, fewer than 10)"


def test_one_participant_gives_a_value_without_an_interval() -> None:
    estimate = jackknife_estimate([[1, 2]], ratio)

    assert (estimate.value, estimate.low, estimate.high) == (0.5, None, None)
    assert estimate.warning is not None


@pytest.mark.parametrize("counts", [np.empty((0, 2)), [[0, 0], [0, 0]]])
def test_without_responses_there_is_no_value(counts: np.ndarray) -> None:
    estimate = jackknife_estimate(counts, ratio)

    assert (estimate.value, estimate.low) == (None, None)
    assert estimate.warning is not None


def test_without_the_one_participant_who_has_responses_there_is_no_interval() -> None:
    estimate = jackknife_estimate([[1, 2], [0, 0]], ratio)

    assert (estimate.value, estimate.low) == (0.5, None)
    assert estimate.warning is not None


def test_a_level_outside_0_to_1_is_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        jackknife_estimate([[1, 2], [1, 2]], ratio, level=95)
