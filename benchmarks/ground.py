"""The ground that every benchmark stands on: private servers that keep what they promise, and figures to print."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.postgres_server import Postgres, postgres
from tests.rabbitmq_server import RabbitMQ, rabbitmq


@dataclass
class Ground:
    """A PostgreSQL with fsync on and a RabbitMQ, nobody else's."""

    postgres: Postgres
    broker: RabbitMQ


@contextmanager
def servers() -> Iterator[Ground]:
    """Start both servers."""
    with postgres(durable=True) as database, rabbitmq() as broker:
        yield Ground(database, broker)


def seconds(work: Callable[[], Any]) -> float:
    """Tell how long a piece of work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def median(figures: list[float]) -> float:
    """Return the figure in the middle."""
    return statistics.median(figures)


def percentile(figures: list[float], part: float) -> float:
    """Return the figure below which *part* of all lie."""
    return sorted(figures)[min(len(figures) - 1, int(len(figures) * part))]


def show(what: str, figure: str, goal: str, how: str, *, met: bool) -> None:
    """Print one line: what was measured, the figure, the goal, and how."""
    load = os.getloadavg()[0]
    print(f"{'met   ' if met else 'MISSED'}  {what}: {figure}  (goal {goal}; {how}; load {load:.1f})", flush=True)
