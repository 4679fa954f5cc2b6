"""Carry outbox rows to the followers, in the order of their positions, until somebody confirmed them.

One relay per program: on PostgreSQL the advisory lock lives on the very connection that marks the rows, so a relay
that lost its lock cannot mark. A row that is not confirmed is sent again; followers know it by its id.
"""

import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from chassis import inbox, outbox
from chassis.bus import Message
from chassis.program import Program

log = structlog.get_logger()

BATCH = 100
BUSY_PAUSE = 0.02  # seconds; polling this often while there is work wakes nobody and slows no writer
IDLE_PAUSE = 0.25
LEADER_PAUSE = 2.0  # before asking again whether the other relay is gone


class Carrier(Protocol):
    """Whoever brings messages to the followers: RabbitMQ, or the hand-over inside one process."""

    def publish(self, messages: Sequence[Message]) -> set[str]:
        """Return the ids that are safely with every follower."""

    def close(self) -> None:
        """Let go of what is held."""


class HandOver:
    """The embedded form's bus: straight into the followers' inboxes, which are tables as the outbox is."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self.programs = programs

    def publish(self, messages: Sequence[Message]) -> set[str]:
        """Give each message to all who follow its publisher; stop at the first that cannot take it."""
        given = set()
        for message in messages:
            publisher = message.routing_key.partition(".")[0]
            try:
                for program in self.programs:
                    if publisher in program.reactions.publishers:
                        inbox.receive(program, message.body)
            except SQLAlchemyError as error:
                log.warning("hand-over failed", error=repr(error), type=message.routing_key)
                break
            given.add(message.id)
        return given

    def close(self) -> None:
        """Nothing is held."""


def run(program: Program, carrier: Carrier, stop: threading.Event) -> None:
    """Relay until *stop*, surviving the database and the broker."""
    while not stop.is_set():
        try:
            with _leadership(program) as connection:
                if connection is not None:
                    _relay(program, carrier, connection, stop)
                    continue
        except SQLAlchemyError as error:
            log.warning("relay lost its database", service=program.name, error=repr(error))
        stop.wait(LEADER_PAUSE * random.random())  # noqa: S311  # spreads reconnections
    carrier.close()


@contextmanager
def _leadership(program: Program) -> Iterator[Connection | None]:
    """Hold the lock for as long as the connection lives; give none to the second relay."""
    with program.engine.connect() as connection:
        with connection.begin():
            leads = connection.dialect.name != "postgresql" or outbox.lead(connection, program.name)
        try:
            yield connection if leads else None
        finally:
            connection.invalidate()  # a pooled connection would take the lock along


def _relay(program: Program, carrier: Carrier, connection: Connection, stop: threading.Event) -> None:
    while not stop.is_set():
        program.woken.clear()
        sent, left = once(connection, carrier)
        if left:
            stop.wait(BUSY_PAUSE * 10)  # not confirmed: the broker is away or busy
        elif sent:
            stop.wait(BUSY_PAUSE)
        else:
            program.woken.wait(IDLE_PAUSE)


def once(connection: Connection, carrier: Carrier) -> tuple[int, int]:
    """Send one batch; return how many were confirmed and how many were not."""
    with connection.begin():
        rows = outbox.unsent(connection, BATCH)
    if not rows:
        carrier.publish(())  # a resting connection to the broker stays alive by being looked at
        return 0, 0
    messages = [Message(str(row.event_id), row.type, row.body.encode()) for row in rows]
    sent = {UUID(each) for each in carrier.publish(messages)}
    failed = {row.event_id for row in rows} - sent
    with connection.begin():
        outbox.mark(connection, sent, failed)
    return len(sent), len(failed)
