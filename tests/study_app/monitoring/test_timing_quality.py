import pytest

from study_app.catalog import find_study
from study_app.extensions import db
from study_app.monitoring.timing_quality import count_interrupted, measure_timing, usual_rate
from tests.study_app.factories import Browser


def exposures(shown_ms, n_dropped=0):
    exposure = {
        "planned_ms": 1000.0,
        "onset_ms": 900.0,
        "offset_ms": 900.0 + shown_ms,
        "shown_ms": shown_ms,
        "n_dropped_frames": n_dropped,
    }
    return {"left": dict(exposure), "right": dict(exposure) | {"shown_ms": 1000.0}}


def measure(app, **simulated):
    with app.app_context():
        study = find_study(db.session(), "colours")
        return measure_timing(db.session(), study, **(simulated or {"simulated": False}))


@pytest.mark.parametrize(
    ("measured", "rate"), [(59.9, 60), (60.6, 60), (143, 144), (119.8, 120), (66, 66), (33, 33)]
)
def test_a_measured_rate_is_called_by_the_usual_one_near_it(measured, rate):
    assert usual_rate(measured) == rate


def test_exposures_are_added_up_by_refresh_rate(open_app):
    first, second = Browser(open_app), Browser(open_app)
    first.consent()
    first.answer_next(exposures=exposures(1000.0))
    first.answer_next(exposures=exposures(1100.0, 6), frame_interval_ms=16.7)
    second.consent()
    second.answer_next(exposures=exposures(1010.0), frame_interval_ms=6.94)

    slow, fast = measure(open_app)

    assert (slow.rate_hz, slow.n_people, slow.n_trials, slow.n_invalid) == (60, 1, 2, 1)
    assert (slow.mean_error_ms, slow.largest_error_ms) == (25.0, pytest.approx(100.0))
    assert slow.n_dropped_frames == 12
    assert slow.invalid_share == 0.5
    assert (fast.rate_hz, fast.n_people, fast.n_invalid) == (144, 1, 0)


def test_people_and_simulated_observers_are_kept_apart(open_app):
    browser = Browser(open_app)
    browser.consent()
    browser.answer_next()

    assert measure(open_app, simulated=True) == []


def test_showings_that_were_cut_off_are_counted(open_app):
    browser = Browser(open_app)
    browser.consent()
    first, second = ("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222")
    shown = browser.client.get(f"/api/trials/next?page={first}").json
    browser.post_json(f"/api/trials/{shown['trial_key']}/start", {"page_key": first})
    browser.client.get(f"/api/trials/next?page={second}")

    with open_app.app_context():
        study = find_study(db.session(), "colours")
        assert count_interrupted(db.session(), study, simulated=False) == 1
        assert count_interrupted(db.session(), study, simulated=True) == 0
