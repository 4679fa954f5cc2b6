"""What a program keeps of another's rows, and how a copy is compared with its original.

A snapshot event (``contracts``) names the aggregate and its fields. The owner says which of its rows it can restate as
such an event, a follower in which table it keeps which of the fields; the columns have the fields' names on both sides.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from chassis import events
from chassis.tables import Scoped, Versioned

Readmit = Callable[[Session, UUID, Mapping[str, Any]], Versioned]

NO_FIELD = "authoritative"  # says how a snapshot is meant, not how the thing stands


@dataclass(frozen=True)
class Likeness:
    """Rows of a table that stand for the aggregates of one snapshot event: the originals, or copies of them."""

    table: Any  # the class of the rows
    event: Any  # the class of the event
    fields: tuple[str, ...]
    readmit: Readmit | None = None  # makes an original again of what its copies know

    @property
    def kind(self) -> str:
        """Name the aggregates across all publishers: ``customers/customer``."""
        return f"{events.name_of(self.event).partition('.')[0]}/{self.event.aggregate}"

    @property
    def key(self) -> str:
        """Name the event's field that holds the row's id."""
        return f"{self.event.aggregate}_id"

    def select(self, *more: str) -> Select[Any]:
        """Select tenant, id, fields and *more* columns of all rows, whoever they belong to."""
        columns = self.table.__table__.c
        return select(*(columns[name] for name in ("tenant_id", "id", *self.fields, *more)))

    def name(self, tenant: UUID, row_id: UUID) -> str:
        """Name a row's aggregate as ``Envelope.about`` does."""
        publisher, _, kind = self.kind.partition("/")
        return f"{publisher}/{tenant}/{kind}/{row_id}"

    def state(self, row: Any, *, authoritative: bool) -> Any:
        """Say how an original stands, as a snapshot event."""
        told = {field: getattr(row, field) for field in self.fields}
        return self.event(**{**told, self.key: row.id, NO_FIELD: authoritative})

    def mend(self, session: Session, snapshot: Any) -> None:
        """Make the copy what the snapshot says, whether there was one or not."""
        told = {field: getattr(snapshot, field) for field in self.fields}
        owner = session.info["caller"].tenant
        session.merge(self.table(tenant_id=owner, id=getattr(snapshot, self.key), **told))
        session.flush()  # what belongs to it is written after it


def original(table: type[Scoped], event: Any, readmit: Readmit) -> Likeness:
    """Say that rows of *table* can be restated, with every field of *event*.

    *readmit* takes one in again that the owner's database has lost and others still know.
    """
    found = Likeness(table, event, ())
    assert table.__name__.lower() == event.aggregate, "an aggregate is named by its table's class: see chassis.outbox"
    told = tuple(field.name for field in fields(event) if field.name not in (found.key, NO_FIELD))
    return Likeness(table, event, told, readmit)


def digest(aggregate: str, field: str, value: Any) -> str:
    """Seal one field of an aggregate: alike for owner and follower, whatever their databases."""
    told = events.to_json([aggregate, field, value])
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()
