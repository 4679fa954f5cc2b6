"""Something about a customer that another service tells of: an aggregate of dialog's, in the customer's log."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

from chassis import events
from chassis.auth import Caller
from chassis.bus import Message
from chassis.tables import now
from contracts.dialog import CommunicationRegistered
from tests.promises.form import Form
from tests.promises.patience import until
from tests.suite import envelope


@dataclass
class Conversation:
    """An aggregate whose events the customers service writes in its log, each under a subject that says which it is."""

    form: Form
    who: Caller
    customer_id: UUID
    name: str

    @property
    def mark(self) -> str:
        """Tell this conversation's entries from others in the log of the same customer."""
        return self.name[-12:]

    def event(self, version: int, subject: str = "", **changes: Any) -> events.Envelope:
        """Make the event with this version."""
        said = CommunicationRegistered(
            self.customer_id, uuid7(), "phone", "out", now(), subject or f"{self.mark} {version}"
        )
        return envelope(said, self.who, aggregate=self.name, aggregate_version=version, **changes)

    def broken(self, version: int, **changes: Any) -> events.Envelope:
        """Make an event that no reaction can read."""
        return self.event(version, data={"customer_id": str(self.customer_id)}, **changes)

    def deliver(self, *sent: events.Envelope) -> None:
        """Put events on the bus, one right behind the other."""
        messages = [Message(str(uuid4()), each.type, events.write(each).encode()) for each in sent]
        self.form.deliver_many(messages)

    def subjects(self, *versions: int) -> list[str]:
        """Say what stands in the log when these versions took effect, in this order."""
        return [f"{self.mark} {version}" for version in versions]

    def log(self) -> list[Any]:
        """Read the whole log of the customer, in the order in which it was written."""
        found, cursor = [], ""
        client = self.form.client(self.who)
        while cursor is not None:
            page = client.get(f"/customers/{self.customer_id}/log?limit=200{cursor and '&cursor=' + cursor}").json
            found += page["items"]
            cursor = page["next"]
        return sorted(found, key=lambda entry: entry["id"])

    def logged(self) -> list[str]:
        """Read what took effect of this conversation, in that order."""
        said = [entry["data"].get("subject", "") for entry in self.log() if entry["type"].startswith("dialog.")]
        return [subject for subject in said if subject.startswith(self.mark)]

    def comes_to(self, *versions: int) -> None:
        """Wait until as much took effect, and see that it is this, in this order, and nothing waits."""
        self.form.settle()
        until(lambda: not self.kept() and len(self.logged()) >= len(versions), f"{len(versions)} entries in the log")
        assert self.logged() == self.subjects(*versions)

    def kept(self) -> list[Any]:
        """List what waits or is parked of the tenant."""
        return self.form.kept("customers", self.who)

    def parked(self) -> list[int]:
        return [row.version for row in self.own() if row.parked_at]

    def waits(self) -> list[int]:
        return [row.version for row in self.own() if not row.parked_at]

    def held(self) -> list[int]:
        """List what has not taken effect, whether somebody tries again or not."""
        return [row.version for row in self.own()]

    def becomes_parked(self, *versions: int) -> list[Any]:
        """Wait until these versions are parked; return their rows."""
        until(lambda: self.parked() == list(versions), f"{versions} parked")
        return [row for row in self.own() if row.parked_at]

    def own(self) -> list[Any]:
        """List what is kept of this conversation: its name is in the raw bytes, also where it is not in the row."""
        return [row for row in self.kept() if self.name.encode() in bytes(row.raw)]
