"""Chores are done: once, in time, and again when one failed, whichever worker comes first or dies over it."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from sqlalchemy import update

from chassis import timers
from chassis.tables import now
from chassis.timers import Chore
from tests.chassis.bus_parties import wait_until
from tests.chassis.due.conftest import HOUR, ONE_ROUND, RING, ROOT, at_work, fast_forward, give, rounds, rows, set_ring
from tests.suite import environment

# chores


def test_a_chore_is_done_once_in_its_period_by_two_workers_together(workers):
    done = []
    give(workers, Chore("count", lambda: done.append(time.monotonic()), timedelta(seconds=0.3)))

    with at_work(*workers):
        wait_until(lambda: len(done) >= 5, within=30)

    assert min(later - earlier for earlier, later in pairwise(done)) >= 0.3
    assert rows(workers[0])["count"].ran_at > now() - HOUR


def test_of_many_who_come_at_once_one_does_a_chore(workers):
    done = []
    give(workers, Chore("count", lambda: done.append(1), HOUR))

    with ThreadPoolExecutor(8) as pool:
        worked = list(pool.map(timers.once, [*workers] * 4))

    assert (len(done), sum(worked)) == (1, 1)


def test_a_chore_that_two_workers_write_down_is_there_once(workers):
    give(workers, Chore("count", lambda: None, HOUR))
    timers.once(workers[0])
    before = rows(workers[0])

    timers.plan(workers[1])

    assert rows(workers[0]) == before
    assert before["count"].due_at > now() + HOUR / 2


def test_a_chore_that_fails_comes_again_later_each_time_until_it_works(workers, monkeypatch):
    monkeypatch.setattr("chassis.waiting.random.random", lambda: 1.0)
    # what a busy machine adds is nothing to pauses as long as these
    monkeypatch.setattr(workers[0], "settings", replace(workers[0].settings, retry_ms=10_000))
    away = ["the store is away"]

    def tidy():
        if away:
            raise ConnectionError(away[0])

    give(workers, Chore("tidy", tidy, HOUR))
    pauses = []
    for _ in range(4):
        timers.once(workers[0])
        row = rows(workers[0])["tidy"]
        pauses.append((row.due_at - row.ran_at).total_seconds())
        assert (row.failure, row.attempts) == ("ConnectionError: the store is away", len(pauses))
        fast_forward(workers[0])
    away.clear()
    timers.once(workers[1])

    row = rows(workers[0])["tidy"]
    assert pauses == sorted(pauses)
    assert pauses[-1] > pauses[0]
    assert (row.failure, row.attempts) == (None, 0)
    assert row.due_at > now() + HOUR / 2


def test_a_chore_that_fails_keeps_no_other_from_its_turn(workers):
    done = []

    def fail():
        done.append("fails")
        raise ConnectionError("the store is away")

    give(workers, Chore("fails", fail, HOUR), Chore("works", lambda: done.append("works"), timedelta(milliseconds=1)))

    with at_work(workers[0]):
        wait_until(lambda: done.count("works") > 3 and done.count("fails") > 3, within=30)


def test_what_has_been_due_for_longest_comes_first(workers, ada):
    program, done = workers[0], []
    program.due = {RING: lambda _session, subject: done.append(subject)}
    for minutes, subject in ((10, "c"), (30, "a"), (-10, "not yet"), (20, "b")):
        set_ring(program, ada, subject, now() - timedelta(minutes=minutes))
    rounds(program)

    assert done == ["a", "b", "c"]


def test_a_chore_of_an_older_release_is_left_alone_and_in_the_end_forgotten(workers):
    give(workers, Chore("count", lambda: None, HOUR))
    workers[0].chores = {"tally": Chore("tally", lambda: None, HOUR)}

    timers.plan(workers[0])
    assert rounds(workers[0]) == 1
    assert set(rows(workers[0])) == {"count", "tally"}
    with workers[0].engine.begin() as connection:
        connection.execute(update(timers.timers).values(due_at=now() - timedelta(days=2)))
    timers.plan(workers[0])

    assert set(rows(workers[0])) == {"tally"}


def test_a_clock_that_is_put_back_delays_no_chore_by_more_than_its_period(workers):
    done = []
    give(workers, Chore("count", lambda: done.append(1), HOUR))
    with workers[0].engine.begin() as connection:  # as a clock a day ahead has left it
        connection.execute(update(timers.timers).values(due_at=now() + timedelta(days=1)))

    assert timers.once(workers[0])
    assert not timers.once(workers[0])
    assert done == [1]


def test_timers_survive_a_database_that_is_away(workers, monkeypatch):
    done, broken = [], [OSError("no route"), OSError("no route")]
    give(workers, Chore("count", lambda: done.append(1), HOUR))
    once = timers.once

    def interrupted(program):
        if broken:
            raise broken.pop()
        return once(program)

    monkeypatch.setattr("chassis.timers.once", interrupted)
    with at_work(workers[0]):
        wait_until(lambda: done, within=10)


# death


def round_of_its_own(database, **more):
    """Run a worker process for one round; return how it ended and what it printed."""
    surroundings = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment(database), **more}
    return subprocess.run(
        [sys.executable, "-c", ONE_ROUND], env=surroundings, capture_output=True, text=True, timeout=60, check=False
    )


def test_what_a_killed_worker_had_in_hand_is_done_when_its_lease_is_over(workers, database):
    done = []
    give(workers, Chore("count", lambda: done.append(1), HOUR))
    dead = round_of_its_own(database, KUNDEKORT_CRASH_POINT="timers.taken:1")
    assert (dead.returncode, dead.stdout) == (-signal.SIGKILL, "")

    at_once = timers.once(workers[0])
    lease = rows(workers[0])["count"]
    fast_forward(workers[0])
    later = timers.once(workers[0])

    assert (at_once, later, done) == (False, True, [1])
    assert lease.attempts == 1
    assert now() < lease.due_at <= now() + HOUR
    assert rows(workers[0])["count"].attempts == 0


def test_a_worker_of_its_own_does_a_chore_and_no_other_after_it(workers, database):
    """Else the death above would prove nothing."""
    give(workers, Chore("count", lambda: None, HOUR))

    alive = round_of_its_own(database)

    assert (alive.returncode, alive.stdout) == (0, "counted\n"), alive.stderr
    assert not timers.once(workers[0])


def test_a_worker_that_wakes_after_its_lease_does_not_undo_what_came_since(workers):
    """Its clock stood still, or it did: another has done the chore meanwhile, and it is planned for later."""
    woken, done = threading.Event(), []

    def slow():
        done.append(1)
        if len(done) == 1:
            woken.wait(20)

    give(workers, Chore("slow", slow, HOUR))
    with ThreadPoolExecutor(1) as pool:
        sleeper = pool.submit(timers.once, workers[0])
        wait_until(lambda: done, within=10)
        fast_forward(workers[1])
        assert timers.once(workers[1])
        planned = rows(workers[1])["slow"]
        woken.set()
        assert sleeper.result(20)

    assert rows(workers[0])["slow"] == planned
    assert len(done) == 2
