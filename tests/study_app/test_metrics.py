import pytest
from prometheus_client.parser import text_string_to_metric_families

from study_app.events import EVENTS
from study_app.metrics import Metrics


def samples(page):
    """Give all values of a page by name and labels; Prometheus' own parser reads it."""
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
    }


@pytest.fixture
def metrics():
    return Metrics()


def test_requests_are_counted_by_endpoint_method_and_class_of_status(metrics):
    for status in (200, 204, 404):
        metrics.count_request("images.image", "GET", status, 0.004)
    metrics.count_request("images.image", "POST", 405, 0.004)

    found = samples(metrics.page(lambda: 0))
    name, endpoint = "study_app_requests_total", ("endpoint", "images.image")
    assert found[name, endpoint, ("method", "GET"), ("status", "2xx")] == 2
    assert found[name, endpoint, ("method", "GET"), ("status", "4xx")] == 1
    assert found[name, endpoint, ("method", "POST"), ("status", "4xx")] == 1


def test_waits_stand_in_the_buckets_of_their_length(metrics):
    for seconds in (0.002, 0.004, 0.3):
        metrics.count_request("pages.home", "GET", 200, seconds)

    found = samples(metrics.page(lambda: 0))
    name, endpoint = "study_app_request_seconds", ("endpoint", "pages.home")
    assert found[f"{name}_bucket", endpoint, ("le", "0.0025")] == 1
    assert found[f"{name}_bucket", endpoint, ("le", "0.25")] == 2
    assert found[f"{name}_bucket", endpoint, ("le", "0.5")] == 3
    assert found[f"{name}_sum", endpoint] == pytest.approx(0.306)


def test_every_event_is_there_from_the_start(metrics):
    metrics.count_event("answered")

    found = samples(metrics.page(lambda: 0))
    counted = {event: found["study_app_events_total", ("event", event)] for event in EVENTS}
    assert counted == {event: float(event == "answered") for event in EVENTS}


def test_refusals_and_errors_of_the_database_are_counted_by_kind(metrics):
    metrics.count_refusal("wrong-order")
    metrics.count_database_error(OSError("a secret place"))

    page = metrics.page(lambda: 0)
    assert samples(page)["study_app_refusals_total", ("code", "wrong-order")] == 1
    assert samples(page)["study_app_database_errors_total", ("kind", "OSError")] == 1
    assert b"secret" not in page


def test_sessions_that_go_on_are_asked_for_when_somebody_looks(metrics):
    assert samples(metrics.page(lambda: 7))[("study_app_sessions_active",)] == 7
    assert ("study_app_sessions_active",) not in samples(metrics.page(lambda: None))
