"""What a program tells Prometheus: requests, and how far its events are behind."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from chassis.operations.standing import last_seen, standing


class Watched(Protocol):
    """A consumer that says when it last heard of the broker."""

    last_seen: float
    handled: int


class Metrics:
    """One registry a program: in the embedded form six of them live in one process."""

    def __init__(self, engine: Engine) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "kundekort_requests", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "kundekort_request_seconds", "Time to answer", ["method", "route"], registry=self.registry
        )
        self.serving = 0
        self._lock = threading.Lock()
        self.show("kundekort_in_flight", "Requests being served", lambda: self.serving)
        self.registry.register(_Backlog(engine))

    def show(self, name: str, what: str, figure: Callable[[], float]) -> None:
        """Show a figure as it stands at every scrape."""
        Gauge(name, what, registry=self.registry).set_function(figure)

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count a request as being served until the block ends."""
        with self._lock:
            self.serving += 1
        try:
            yield
        finally:
            with self._lock:
                self.serving -= 1

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self.requests.labels(method, route, status).inc()
        self.seconds.labels(method, route).observe(seconds)

    def watch_consumer(self, consumer: Watched) -> None:
        """Show when the broker was last heard of, and how many messages were taken in."""
        silent = "kundekort_consumer_silent_seconds"
        self.show(silent, "Since the broker was heard of", lambda: time.monotonic() - consumer.last_seen)
        self.show("kundekort_consumer_messages", "Messages taken in", lambda: consumer.handled)

    def text(self) -> bytes:
        """Write all of it in Prometheus' format."""
        return generate_latest(self.registry)


class _Backlog(Collector):
    """Asked at every scrape: how the program stands."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def describe(self) -> Iterator[Metric]:
        """Name nothing in advance, so that registering asks no database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Count; without its database a program still tells the rest."""
        try:
            with self.engine.execution_options(reading=True).connect() as connection:
                found = standing(connection)
        except SQLAlchemyError:
            return
        gauge = GaugeMetricFamily
        yield gauge("kundekort_outbox_events", "Events nobody confirmed yet", value=found.unsent)
        yield gauge("kundekort_outbox_age_seconds", "Age of the oldest of them", value=found.unsent_seconds)
        yield gauge("kundekort_inbox_waiting", "Events tried again later", value=found.waits)
        yield gauge("kundekort_inbox_parked", "Events that somebody must look at", value=found.parked)
        yield gauge("kundekort_inbox_lag_seconds", "How late the last events came in, at most", value=found.lag_seconds)
        yield gauge("kundekort_timers_failed", "Timers that went wrong when last tried", value=found.failing)
        seen = gauge("kundekort_loop_last_seen_seconds", "Since a loop of any worker was seen", labels=["loop"])
        for loop, seconds in last_seen(found.signs).items():
            seen.add_metric([loop], seconds)
        yield seen
