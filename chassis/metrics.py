"""What a program tells Prometheus: requests, and how far its events are behind."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from chassis import outbox, waiting

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric


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
        in_flight = Gauge("kundekort_in_flight", "Requests being served", registry=self.registry)
        in_flight.set_function(lambda: self.serving)
        self.registry.register(_Backlog(engine))

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
        silent = Gauge("kundekort_consumer_silent_seconds", "Since the broker was heard of", registry=self.registry)
        silent.set_function(lambda: time.monotonic() - consumer.last_seen)
        handled = Gauge("kundekort_consumer_messages", "Messages taken in", registry=self.registry)
        handled.set_function(lambda: consumer.handled)

    def text(self) -> bytes:
        """Write all of it in Prometheus' format."""
        return generate_latest(self.registry)


class _Backlog(Collector):
    """Asked at every scrape: how much waits in the outbox and the inbox."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def describe(self) -> "Iterator[Metric]":
        """Name nothing in advance, so that registering asks no database."""
        return iter(())

    def collect(self) -> "Iterator[Metric]":
        """Count; without its database a program still tells the rest."""
        try:
            with self.engine.execution_options(reading=True).connect() as connection:
                size, age = outbox.backlog(connection)
                held, parked = waiting.counts(connection)
        except SQLAlchemyError:
            return
        yield GaugeMetricFamily("kundekort_outbox_events", "Events nobody confirmed yet", value=size)
        yield GaugeMetricFamily("kundekort_outbox_age_seconds", "Age of the oldest of them", value=age)
        yield GaugeMetricFamily("kundekort_inbox_waiting", "Events tried again later", value=held)
        yield GaugeMetricFamily("kundekort_inbox_parked", "Events that somebody must look at", value=parked)
