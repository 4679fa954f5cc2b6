"""What is parked, and an operator who looks at it."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, update

from chassis import events, inbox
from chassis.auth import Caller
from chassis.operations.redriving import redrives
from chassis.run import PROGRAMS
from chassis.waiting import waiting
from tests.suite import envelope
from tests.system.people import appoint

POLLED = 15_000  # milliseconds until the table has asked for itself, on a busy machine


@dataclass(frozen=True)
class FerryBooked:
    """An event that the next release knows."""

    category: ClassVar[str] = "dialog"
    customer_id: UUID


@pytest.fixture(scope="module")
def operator(suite):
    """Somebody who runs the suite, and administers an agency besides."""
    return appoint(suite, suite.found("Driftsbyrået").ada)


@pytest.fixture(autouse=True)
def nothing_parked(suite):
    """Leave nothing behind for the next test."""
    yield
    for name in PROGRAMS:
        with suite.program(name).engine.begin() as connection:
            connection.execute(delete(waiting))
            connection.execute(delete(redrives))


@pytest.fixture
def park(suite):
    """Park a message in a program: bytes of nobody, or an event for a reason that no worker gets over by itself."""

    def park(name="customers", raw=None):
        unknown = envelope(FerryBooked(uuid4()), Caller(uuid4()), type="dialog.FerryBooked")
        program = suite.program(name)
        inbox.receive(program, raw or events.write(unknown).encode(), {"routing_key": "dialog.FerryBooked"})
        with program.engine.begin() as connection:
            mine = update(waiting).where(waiting.c.event_id == unknown.id)
            connection.execute(mine.values(reason="OSError: the disk is full"))

    return park


@pytest.fixture
def page(visit, operator):
    return visit(operator)


def row(page, name):
    return page.locator(f"#program-{name}")


def messages(page):
    return page.locator(".parked tbody tr")
