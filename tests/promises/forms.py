"""The suite in its two forms. Both start the loops that a worker really runs (``chassis.worker.start``).

Embedded, they hand over inside the process, on SQLite. In production they speak to a RabbitMQ and a PostgreSQL, and
the program that answers HTTP is another one than the program that works, as those are two processes: nothing but the
database is between them.
"""

import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import amqp
from sqlalchemy import text

from chassis import events, inbox, worker
from chassis.bus import EXCHANGE, Message, Publisher
from chassis.bus.broker import connect, hang_up
from chassis.program import Program
from chassis.relay import Carrier, HandOver
from tests.postgres_server import end_of_the_lead
from tests.promises.form import WAY, Form, nothing
from tests.promises.patience import until
from tests.suite import environment

DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


class Embedded(Form):
    """As ``make run`` has it: SQLite, and a bus that is a function call."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__()

    def environment(self, name: str) -> dict[str, str]:
        return environment(f"sqlite:///{self.folder}/{name}.db", **self.more)

    def program_at_work(self, name: str) -> Program:
        return self.web[name]

    def web_anew(self, name: str) -> Program:
        """Start the process again: in this form it is the worker as well."""
        self.stop(name)
        program = super().web_anew(name)
        self.start(name)
        return program

    def carrier(self, program: Program) -> Carrier:
        """Hand over to whoever works at that moment."""
        del program
        return HandOver(list(self.working.values()))

    def deliver(self, raw: bytes, key: str, **properties: Any) -> None:
        """Do what ``embedded.Suite.announce`` does, also with bytes that it could not read."""
        for program in self.working.values():
            if key.partition(".")[0] in program.reactions.publishers:
                inbox.receive(program, raw, {**properties, "routing_key": key})

    def deliver_many(self, messages: Sequence[Message]) -> None:
        """Hand over, and again what could not be taken."""
        while messages:
            taken = HandOver(list(self.working.values())).publish(messages)
            messages = [message for message in messages if message.id not in taken]

    def locked_out(self, name: str) -> int:
        """Only one writes at a time here."""
        del name
        return 0

    def depose(self, name: str) -> bool:
        """Do nothing: here the lead ends with the process."""
        del name
        return False


class Production(Form):
    """As companies run it: PostgreSQL, RabbitMQ, and for each program one that answers and one that works."""

    def __init__(self, databases: Mapping[str, str], broker_url: str) -> None:
        self.databases, self.broker_url = databases, broker_url
        self._own = threading.local()
        self._links: list[amqp.Connection] = []
        super().__init__()

    def environment(self, name: str) -> dict[str, str]:
        return environment(self.databases[name], KUNDEKORT_BROKER_URL=self.broker_url, **self.more)

    def program_at_work(self, name: str) -> Program:
        return self.build(name)

    def carrier(self, program: Program) -> Carrier:
        return worker.carrier_for(program)

    def start(self, name: str, way: WAY = lambda carrier: carrier) -> None:
        """Start a program's worker, and wait until it listens: before that nobody may announce anything."""
        super().start(name, way)
        until(lambda: self._listens(name), f"{name} listens")

    def stop(self, name: str) -> None:
        """Stop a program's worker; something for its queue wakes the consumer, which else looks up once a second."""
        self.workers[name].tell()
        self._channel().basic_publish_confirm(amqp.Message(events.write(nothing()).encode()), "", f"{name}.inbox")
        super().stop(name)
        self.working[name].close()

    def deliver(self, raw: bytes, key: str, **properties: Any) -> None:
        """Publish as an integrator does, on a connection of the thread's own, and wait for the confirmation."""
        message = amqp.Message(raw, **properties)
        self._channel().basic_publish_confirm(message, EXCHANGE, key, mandatory=True)

    def deliver_many(self, messages: Sequence[Message]) -> None:
        """Publish as a relay does, and again what was not confirmed."""
        with closing(Publisher(self.broker_url)) as publisher:
            while messages:
                safe = publisher.publish(messages)
                messages = [message for message in messages if message.id not in safe]

    def locked_out(self, name: str) -> int:
        with self.web[name].engine.begin() as connection:
            return int(connection.scalar(text(DEADLOCKS)) or 0)

    def depose(self, name: str) -> bool:
        """Cut the connection on which the lead lives."""

        def ended() -> bool:
            with self.web[name].engine.begin() as connection:
                return bool(connection.scalars(text(end_of_the_lead(name))).all())

        until(ended, f"the lead of {name} ends")
        return True

    def _channel(self) -> amqp.Channel:
        if not hasattr(self._own, "channel"):
            link = connect(self.broker_url, "integrator", timeout=5, heartbeat=0)
            self._links.append(link)
            self._own.channel = link.channel()
            self._own.channel.confirm_select()
        return self._own.channel

    def _listens(self, name: str) -> bool:
        link = connect(self.broker_url, "test", timeout=5)
        try:
            return bool(link.channel().queue_declare(f"{name}.inbox", passive=True).consumer_count)
        except amqp.NotFound:
            return False
        finally:
            hang_up(link)

    def close(self) -> None:
        super().close()
        for link in self._links:
            hang_up(link)
