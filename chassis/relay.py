"""Carry outbox rows to the followers, in the order of their positions, until somebody confirmed them.

One relay per program: on PostgreSQL the advisory lock lives on the very connection that marks the rows, so a relay
that lost its lock cannot mark; on SQLite a file beside the database is locked. A row that is not confirmed is sent
again; followers know it by its id.
"""

import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Protocol

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from chassis import crash, crowds, lead, outbox
from chassis.bus import Message
from chassis.program import Program
from chassis.wake import Sleeper

log = structlog.get_logger()

BATCH = 500
BUSY_PAUSE = 0.02  # seconds; polling this often while there is work wakes nobody and slows no writer
IDLE_PAUSE = 0.25
AWAY_PAUSE = 0.2  # nothing was confirmed: the broker is away or busy
HANDFUL = 50  # events that the embedded form hands over in one transaction: its writers wait meanwhile
LEADER_PAUSE = 2.0  # before asking again whether the other relay is gone


class Carrier(Protocol):
    """Whoever brings messages to the followers: RabbitMQ, or the hand-over inside one process."""

    @property
    def turned_away(self) -> set[str]:
        """Return the ids of the last batch that nobody takes: trying again at once is no use."""

    def publish(self, messages: Sequence[Message]) -> set[str]:
        """Return the ids that are safely with every follower."""

    def close(self) -> None:
        """Let go of what is held."""


class HandOver:
    """The embedded form's bus: straight into the followers' inboxes, which are tables as the outbox is."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self.programs = programs
        self.turned_away: set[str] = set()

    def publish(self, messages: Sequence[Message]) -> set[str]:
        """Give the messages to all who follow their publisher, some at a time; stop when one cannot take them."""
        given: set[str] = set()
        for first in range(0, len(messages), HANDFUL):
            handful = messages[first : first + HANDFUL]
            try:
                for program in self.programs:
                    self._give(program, handful)
            except SQLAlchemyError as error:
                log.warning("hand-over failed", error=repr(error), count=len(handful))
                break
            given |= {message.id for message in handful}
        return given

    def _give(self, program: Program, messages: Sequence[Message]) -> None:
        wanted = program.reactions.publishers
        mine = [each for each in messages if each.routing_key.partition(".")[0] in wanted]
        crowds.receive(program, [(each.body, _about(each)) for each in mine])

    def close(self) -> None:
        """Nothing is held."""


def _about(message: Message) -> dict[str, str]:
    """Say of a message what the broker would say."""
    return {"message_id": message.id, "routing_key": message.routing_key}


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
    with program.engine.connect() as connection, ExitStack() as held:
        if connection.dialect.name == "postgresql":
            with connection.begin():
                leads = lead.take(connection, f"relay:{program.name}")
        else:
            leads = held.enter_context(lead.first_at(f"{program.engine.url.database}.relay"))
        try:
            yield connection if leads else None
        finally:
            connection.invalidate()  # a pooled connection would take the lock along


def _relay(program: Program, carrier: Carrier, connection: Connection, stop: threading.Event) -> None:
    sleeper = Sleeper(connection, program.crier)
    while not stop.is_set():
        sent, left = once(connection, carrier)
        if left:
            stop.wait(AWAY_PAUSE)
        elif sent == 0:
            sleeper.sleep(IDLE_PAUSE)
        elif sent < BATCH:
            stop.wait(BUSY_PAUSE)


def once(connection: Connection, carrier: Carrier) -> tuple[int, int]:
    """Send one batch; return how many were confirmed and how many were not."""
    with connection.begin():
        rows = outbox.unsent(connection, BATCH)
    if not rows:
        carrier.publish(())  # a resting connection to the broker stays alive by being looked at
        return 0, 0
    messages = [Message(str(row.event_id), row.type, row.body.encode()) for row in rows]
    sent = carrier.publish(messages)
    crash.point("relay.published")
    refused = carrier.turned_away
    with connection.begin():
        outbox.mark(connection, [row.position for row in rows if str(row.event_id) in sent])
        outbox.postpone(connection, [row for row in rows if str(row.event_id) in refused])
    return len(sent), len(rows) - len(sent | refused)
