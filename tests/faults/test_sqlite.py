"""The embedded form's database: killed while many write, and copied at any moment as a power cut would leave it."""

import random
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from uuid import UUID

import pytest

from tests.faults.alone import Alone
from tests.faults.driver import Load, Writer, employee
from tests.faults.journal import Journal

THREADS = 8
CUTS = 5
KINDS = ("register", "rename", "contact", "note")


class AtHome(Writer):
    """A writer who has the customers service only."""

    def write(self, kind=None):
        drawn = self.rng.choice(KINDS) if self.customers else "register"
        super().write(kind or drawn)


@pytest.fixture
def alone(tmp_path):
    started = Alone("customers", f"sqlite:///{tmp_path}/customers.db", tmp_path / "web")
    with closing(started):
        started.start()
        yield started


@pytest.fixture
def load(alone, journal):
    """Eight people who write, two of each of four agencies."""
    people = [employee() for _ in range(THREADS // 2)]
    return Load([AtHome(alone, journal, people[n % len(people)], random.Random(n)) for n in range(THREADS)])


def promised(journal: Journal):
    return {intent.answer["id"] for intent in journal.read().values() if intent.accepted}


def standing(database):
    """Return the ids of all that is in the file, once it has been found whole."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tables = ("customers", "contacts", "notes")
        rows = [row for table in tables for row in connection.execute(f"SELECT id FROM {table}")]  # noqa: S608
    return {str(UUID(row[0])) for row in rows}


def test_what_was_answered_survives_kills_while_eight_write(alone, journal, load, tmp_path):
    """L31."""
    load.start()
    for _ in range(3):
        time.sleep(0.7)
        alone.web.kill()
        alone.start()
    load.stop()
    assert len(promised(journal)) > 20
    assert promised(journal) <= standing(tmp_path / "customers.db")
    assert not {s for each in journal.read().values() for s in each.statuses} - {200, 201, 412, 503}


def test_what_was_answered_survives_a_power_cut_at_any_moment(alone, journal, load, tmp_path):
    """L31: database and log as they stand at one instant, while eight write."""
    load.start()
    for number in range(CUTS):
        time.sleep(0.5)
        alone.web.signal(signal.SIGSTOP)
        told = promised(journal)
        cut = tmp_path / f"cut-{number}"
        cut.mkdir()
        for name in ("customers.db", "customers.db-wal"):
            shutil.copy(tmp_path / name, cut / name)
        alone.web.signal(signal.SIGCONT)
        assert told <= standing(cut / "customers.db")
    load.stop()
    assert len(promised(journal)) > 20
