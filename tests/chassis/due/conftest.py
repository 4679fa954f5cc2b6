"""Two workers on one database, and what is due there."""

import threading
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from chassis import timers
from chassis.auth import calling
from chassis.db import transaction
from chassis.run import create, settings_for
from chassis.tables import now
from tests.suite import FORMS, database_for, environment, start

ROOT = Path(__file__).parents[3]
HOUR = timedelta(hours=1)
RING = "ring"  # the timer of these tests

# A worker of its own that takes the first timer which is due, and says what it takes for granted.
ONE_ROUND = """
import os, sys
from chassis import timers
from chassis.run import create
program = create("customers").extensions["program"]
program.chores = {"count": timers.Chore("count", lambda: print("counted", flush=True), timers.timedelta(hours=1))}
timers.once(program)
"""


@pytest.fixture(scope="module", params=FORMS)
def database(request):
    """A database of its own: what is due in it is of these tests."""
    return database_for(request, request.param, "customers")


@pytest.fixture(scope="module")
def pair(database):
    """Two programs on one database, as two worker processes are."""
    first = start("customers", database)
    second = create("customers", settings_for("customers", environment(database))).extensions["program"]
    yield first, second
    first.close()
    second.close()


@pytest.fixture
def workers(pair, monkeypatch):
    """Both of them, with nothing to do yet, and pauses that a test can wait for."""
    monkeypatch.setattr("chassis.timers.PAUSE", 0.01)
    for program in pair:
        monkeypatch.setattr(program, "chores", {})
        monkeypatch.setattr(program, "due", {})
    with pair[0].engine.begin() as connection:
        connection.execute(delete(timers.timers))
    return pair


@pytest.fixture
def program(workers):
    return workers[0]


@contextmanager
def at_work(*programs):
    """Let their timers run."""
    stop = threading.Event()
    threads = [threading.Thread(target=timers.run, args=(each, stop), daemon=True) for each in programs]
    with ExitStack() as ends:
        ends.callback(stop.set)
        for thread in threads:
            thread.start()
        yield
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def give(workers, *chores):
    """Let all workers know these chores, and write them down."""
    for program in workers:
        program.chores = {chore.name: chore for chore in chores}
        timers.plan(program)


def rows(program):
    """Return the timers as they stand, by name."""
    with program.engine.begin() as connection:
        return {row.name: row for row in connection.execute(select(timers.timers))}


def fast_forward(program):
    """Let all leases and pauses run out, in the order of their moments."""
    with program.engine.begin() as connection:
        connection.execute(update(timers.timers).values(due_at=now() - HOUR))


def rounds(program, most=20):
    """Do all that is due now; return how much it was."""
    return next(count for count in range(most) if not timers.once(program))


def set_ring(program, who, subject, due_at, name=RING):
    with program.app.app_context(), calling(who), transaction() as session:
        timers.set(session, name, str(subject), due_at)
