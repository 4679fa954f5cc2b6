"""The chassis under test, through the routes and the events of the customers service."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from uuid_utils.compat import uuid7

from chassis import events, inbox
from chassis.tables import now
from chassis.waiting import waiting
from contracts.dialog import CommunicationRegistered
from tests.suite import envelope, program_of

program = program_of("customers")


@pytest.fixture
def customer(client):
    """A customer with a card."""
    return client.post("/customers", json={"name": "Fjordvik Industri AS", "type": "customer"}).json


@pytest.fixture
def card(customer):
    """The path of the customer's card."""
    return f"/customers/{customer['id']}"


@dataclass
class Conversation:
    """An aggregate of dialog's whose events the customers service writes in its log."""

    client: Any
    customer_id: UUID
    name: str

    def event(self, version: int, **changes: Any) -> events.Envelope:
        """Make the event with this version; its subject says which."""
        said = CommunicationRegistered(self.customer_id, uuid7(), "phone", "out", now(), f"Call {version}")
        return envelope(said, self.client.who, aggregate=self.name, aggregate_version=version, **changes)

    def broken(self, version: int, **changes: Any) -> events.Envelope:
        """Make an event that no reaction can read."""
        return self.event(version, data={"customer_id": str(self.customer_id)}, **changes)

    def deliver(self, *sent: events.Envelope) -> None:
        """Bring events as the bus does."""
        for each in sent:
            inbox.receive(self.client.program, events.write(each).encode())

    def logged(self) -> list[str]:
        """Read the customer's log: what was done, in the order in which it was done."""
        entries = self.client.get(f"/customers/{self.customer_id}/log?limit=200").json["items"]
        said = [each for each in entries if each["type"].startswith("dialog.")]
        return [each["data"]["subject"] for each in sorted(said, key=lambda each: each["id"])]

    def kept(self) -> list[Any]:
        """List what waits or is parked."""
        mine = select(waiting).where(waiting.c.tenant_id == self.client.who.tenant)
        with self.client.program.engine.begin() as connection:
            return list(connection.execute(mine.order_by(waiting.c.version, waiting.c.id)))

    def parked(self) -> list[int]:
        return [row.version for row in self.kept() if row.parked_at]

    def waits(self) -> list[int]:
        return [row.version for row in self.kept() if not row.parked_at]

    def retry(self, times: int) -> None:
        """Wait out the pauses, and do what the worker does then, so many times."""
        for _ in range(times):
            with self.client.program.engine.begin() as connection:
                mine = waiting.c.tenant_id == self.client.who.tenant
                connection.execute(waiting.update().where(mine).values(next_at=now()))
            inbox.retry(self.client.program)


@pytest.fixture
def conversation(client, customer):
    return Conversation(client, UUID(customer["id"]), f"communication/{uuid4()}")


@pytest.fixture
def another(client, customer):
    """Another aggregate of the same customer."""
    return Conversation(client, UUID(customer["id"]), f"communication/{uuid4()}")


@pytest.fixture
def outage(program, monkeypatch):
    """Reactions to registered communications fail until ``outage.clear()``."""
    failing = [True]

    def react(_session, _event):
        if failing:
            raise OSError("the disk is full")

    monkeypatch.setitem(program.reactions.followed, "dialog.CommunicationRegistered", react)
    return failing
