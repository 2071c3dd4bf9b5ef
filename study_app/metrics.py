"""What the server counts about itself for Prometheus: requests, waits, refusals, events.

Labels are endpoints, methods, classes of status, codes of errors and names of events: closed sets.
Nothing is counted by participant, pair, photo, condition or side.

With a folder (``metrics_folder.py``; ``server.py`` sets it) each worker counts in files there, and
any of them gives the sum of all.
"""

import os
from collections.abc import Callable, Iterator

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from study_app.events import EVENTS, Event
from study_app.metrics_folder import METRICS_FOLDER_VARIABLE

# Seconds; the aim of an answer's p99 is a quarter.
BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The counts of one web study.

    Attributes:
        content_type: of ``page``.
    """

    content_type = prometheus_client.CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self._requests = Counter(
            "study_app_requests_total",
            "Requests answered.",
            ("endpoint", "method", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "study_app_request_seconds",
            "From the beginning of a request to its answer.",
            ("endpoint",),
            buckets=BUCKETS,
            registry=registry,
        )
        self._events = Counter(
            "study_app_events_total",
            "What was stored and told: enrolments, answers, ends.",
            ("event",),
            registry=registry,
        )
        self._refusals = Counter(
            "study_app_refusals_total", "Requests refused.", ("code",), registry=registry
        )
        self._database_errors = Counter(
            "study_app_database_errors_total",
            "Errors of the database, also those that were tried again.",
            ("kind",),
            registry=registry,
        )
        self._of_request: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        for event in EVENTS:
            self._events.labels(event)  # 0 from the start, not unknown

    def count_request(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        """Count an answered request.

        Args:
            endpoint: of Flask, or a word for those that have none.
            method: of HTTP, or a word for those that are not known.
            status: of HTTP.
            seconds: until the answer.
        """
        key = (endpoint, method, status // 100)
        found = self._of_request.get(key) or self._children(key)
        found[0].inc()
        found[1].observe(seconds)

    def count_event(self, event: Event) -> None:
        """Count something that happened in a study."""
        self._events.labels(event).inc()

    def count_refusal(self, code: str) -> None:
        """Count a refusal by the code of its error."""
        self._refusals.labels(code).inc()

    def count_database_error(self, error: BaseException) -> None:
        """Count an error of the database by its kind."""
        self._database_errors.labels(type(error).__name__).inc()

    def page(self, n_active: Callable[[], int | None]) -> bytes:
        """Give all counts, of all workers, in Prometheus' text format.

        Args:
            n_active: gives the number of study sessions that go on; None if it cannot be known.
        """
        registry = self._registry
        if os.environ.get(METRICS_FOLDER_VARIABLE):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        active = CollectorRegistry()
        active.register(_ActiveSessions(n_active))
        return prometheus_client.generate_latest(registry) + prometheus_client.generate_latest(
            active
        )

    def _children(self, key: tuple[str, str, int]) -> tuple[Counter, Histogram]:
        """Give the counters of one kind of request, and keep them: finding them costs more."""
        endpoint, method, status_class = key
        self._of_request[key] = (
            self._requests.labels(endpoint, method, f"{status_class}xx"),
            self._seconds.labels(endpoint),
        )
        return self._of_request[key]


class _ActiveSessions(Collector):
    def __init__(self, n_active: Callable[[], int | None]) -> None:
        self._n_active = n_active

    def collect(self) -> Iterator[GaugeMetricFamily]:
        n = self._n_active()
        if n is not None:
            yield GaugeMetricFamily(
                "study_app_sessions_active",
                "Study sessions that go on and have not been away for too long.",
                value=n,
            )
