import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from study_app.errors import SimulationError
from study_app.observers import (
    Observer,
    ObserverSettings,
    TrialTruth,
    logistic,
    logit,
    middle_logit,
)

N_DRAWS = 20_000


def observers(n, middle=0.0, seed=3, photo_effect=lambda _photo: 0.0, **settings):
    given_settings = ObserverSettings(**settings)
    rng = random.Random(seed)
    for _ in range(n):
        yield Observer(given_settings, lambda _condition: middle, photo_effect, rng)


def share_fooled(trial_type="main", real_side="left", n=N_DRAWS, first_side="both", **settings):
    truth = TrialTruth(trial_type, "full", "photo", real_side, first_side)
    return statistics.fmean(o.choose(truth) == real_side for o in observers(n, **settings))


def is_near(share, expected, n=N_DRAWS):
    """Five standard errors of a binomial share."""
    return abs(share - expected) < 5 * math.sqrt(expected * (1 - expected) / n) + 1e-12


@pytest.mark.parametrize("rate", [0.05, 0.32, 0.5, 0.8])
@pytest.mark.parametrize("spread", [0.0, 0.4, 1.5])
def test_the_mean_over_people_is_the_fool_rate(rate, spread):
    middle = middle_logit(rate, spread)

    assert is_near(share_fooled(middle=middle, spread=spread), rate)


@pytest.mark.parametrize(("sd", "rate"), [(0.0, 0.32), (0.4, 0.32), (0.64, 0.1), (2.0, 0.7)])
def test_the_middle_solves_its_equation_by_independent_integration(sd, rate):
    """The mean of the logistic over a normal, by Gauss-Hermite instead of the sum used here."""
    numpy = pytest.importorskip("numpy")
    points, weights = numpy.polynomial.hermite_e.hermegauss(80)
    middle = middle_logit(rate, sd)

    mean = sum(weights / (1 + numpy.exp(-(middle + sd * points)))) / math.sqrt(2 * math.pi)

    assert mean == pytest.approx(rate, abs=1e-6)


def test_without_spread_the_middle_is_the_logit():
    assert middle_logit(0.32, 0.0) == pytest.approx(math.log(0.32 / 0.68), abs=1e-9)


def test_people_differ_by_their_spread():
    middle = middle_logit(0.5, 1.0)
    truth = TrialTruth("main", "full", "photo", "left")
    rates = [
        statistics.fmean(person.choose(truth) == "left" for _ in range(400))
        for person in observers(300, middle, spread=1.0)
    ]

    # Delta method at 0.5: the SD of rates is about 0.25 x 1.0, a little less by the curve: 0.208
    # is the SD of logistic(z); sampling adds 0.25/400. Five per cent either way.
    assert statistics.stdev(rates) == pytest.approx(math.sqrt(0.208**2 + 0.2 / 400), rel=0.12)


def test_a_photo_that_fools_more_fools_more():
    hard = share_fooled(photo_effect=lambda _photo: 1.0, spread=0.0)
    easy = share_fooled(photo_effect=lambda _photo: -1.0, spread=0.0)

    assert is_near(hard, logistic(1.0))
    assert is_near(easy, logistic(-1.0))


@pytest.mark.parametrize("real_side", ["left", "right"])
def test_vigilance_trials_are_missed_at_their_rate(real_side):
    assert is_near(share_fooled("vigilance", real_side, vigilance_accuracy=0.9), 0.1)


def test_control_trials_are_a_guess():
    assert is_near(share_fooled("control", middle=-3.0), 0.5)


def test_a_side_bias_goes_to_the_left_whatever_is_shown():
    settings = {"side_bias": 1.0, "spread": 0.0}

    assert is_near(share_fooled(real_side="left", **settings), logistic(1.0))
    assert is_near(share_fooled(real_side="right", **settings), logistic(-1.0))


@pytest.mark.parametrize(("first_side", "towards_left"), [("left", 1.0), ("right", -1.0)])
def test_an_order_bias_goes_to_what_is_shown_first(first_side, towards_left):
    settings = {"order_bias": 1.0, "spread": 0.0, "first_side": first_side}

    assert is_near(share_fooled(real_side="left", **settings), logistic(towards_left))


def test_without_an_order_there_is_no_order_bias():
    assert is_near(share_fooled(real_side="left", order_bias=1.0, spread=0.0), 0.5)


def test_a_lapse_is_a_coin_toss():
    share = share_fooled("vigilance", vigilance_accuracy=1.0, lapse_rate=0.2)

    assert is_near(share, 0.1)


def test_perfect_vigilance_never_misses():
    assert share_fooled("vigilance", vigilance_accuracy=1.0, n=5000) == 0


def test_response_times_are_plausible():
    times = [o.response_ms() for o in observers(5000)]

    assert min(times) > 150
    assert 700 < statistics.median(times) < 1500
    assert statistics.quantiles(times, n=100)[98] < 10_000


@given(st.floats(-700, 700))
def test_the_logistic_is_a_probability_and_symmetric(x):
    assert 0 <= logistic(x) <= 1
    assert logistic(x) + logistic(-x) == pytest.approx(1)


@given(st.floats(0.001, 0.999))
def test_the_logit_undoes_the_logistic(p):
    assert logistic(logit(p)) == pytest.approx(p)


@pytest.mark.parametrize(
    "settings",
    [
        {"fool_rate": 0.0},
        {"fool_rate": 1.0},
        {"fool_rate": math.nan},
        {"fool_rates": {"full": 1.2}},
        {"spread": -0.1},
        {"photo_spread": math.inf},
        {"vigilance_accuracy": 1.1},
        {"lapse_rate": -0.1},
        {"side_bias": math.nan},
        {"order_bias": math.inf},
    ],
)
def test_what_is_no_rate_is_refused(settings):
    with pytest.raises(SimulationError):
        ObserverSettings(**settings)
