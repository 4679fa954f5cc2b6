"""Have parked events tried again: what exactly, in which order, and who did so why."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import Column, Connection, Integer, Select, Table, Text, Uuid, func, insert, select
from uuid_utils.compat import uuid7

from chassis.tables import Utc, chassis_tables, now
from chassis.waiting import unpark, waiting

log = structlog.get_logger()

MOST = 1_000  # events in one act: as many as somebody can be shown
MOST_BY_COMMAND = 15_000  # as many as SQLite takes in one question
IN_ORDER = (waiting.c.aggregate.nulls_last(), waiting.c.version, waiting.c.id)

redrives = Table(
    "redrives",
    chassis_tables,
    Column("id", Uuid, primary_key=True),
    Column("act", Uuid, nullable=False),  # the same for all that were redriven at once
    Column("at", Utc, nullable=False, index=True),
    Column("operator", Text, nullable=False),
    Column("tenant_id", Uuid),  # of the operator; none: the command line
    Column("employee_id", Uuid),
    Column("event_id", Uuid),  # none: the bytes could not be read
    Column("type", Text),
    Column("aggregate", Text),
    Column("version", Integer),
    Column("failure", Text, nullable=False),  # why it was parked
    Column("reason", Text, nullable=False),  # why it was tried again
)


class Operator(NamedTuple):
    """Who has something tried again, and why."""

    name: str
    reason: str
    tenant: UUID | None = None
    employee: UUID | None = None


@dataclass(frozen=True)
class Choice:
    """Which parked events are meant: these, those of a type, or all."""

    ids: Sequence[int] | None = None
    type: str | None = None
    event_id: UUID | None = None

    def narrow(self, query: Select[Any]) -> Select[Any]:
        """Leave out what is not meant."""
        if self.ids is not None:
            query = query.where(waiting.c.id.in_(self.ids))
        if self.type is not None:
            query = query.where(waiting.c.type == self.type)
        if self.event_id is not None:
            query = query.where(waiting.c.event_id == self.event_id)
        return query.where(waiting.c.parked_at.is_not(None))


@dataclass(frozen=True)
class Plan:
    """What would be tried: ``events`` in their order, those of one aggregate together."""

    events: Sequence[Any]
    blocked: dict[int, int] = field(default_factory=dict)  # event → the version before it that stays parked
    followed_by: int = 0  # events that wait behind these, and follow by themselves
    left: int = 0  # events that are meant, and too many for one act


def plan(connection: Connection, choice: Choice, most: int) -> Plan:
    """Say what would be tried; nobody else can have the same events tried until the transaction ends."""
    columns = [column for column in waiting.c if column.key not in ("raw", "properties")]
    query = choice.narrow(select(*columns)).order_by(*IN_ORDER)
    rows = connection.execute(query.limit(most).with_for_update()).all()
    meant = connection.scalar(choice.narrow(select(func.count()).select_from(waiting))) or 0
    stay = _first_to_stay(connection, rows)
    after = [row for row in rows if row.aggregate in stay and stay[row.aggregate] < row.version]
    blocked = {row.id: stay[row.aggregate] for row in after}
    return Plan(rows, blocked, _behind(connection, rows), meant - len(rows))


def _first_to_stay(connection: Connection, rows: Sequence[Any]) -> dict[str, int]:
    """Find the earliest event of each aggregate that is parked and not among these."""
    ids, aggregates = [row.id for row in rows], {row.aggregate for row in rows}
    others = waiting.c.parked_at.is_not(None) & waiting.c.id.not_in(ids) & waiting.c.aggregate.in_(aggregates)
    query = select(waiting.c.aggregate, func.min(waiting.c.version)).where(others).group_by(waiting.c.aggregate)
    return dict(connection.execute(query).all())


def _behind(connection: Connection, rows: Sequence[Any]) -> int:
    aggregates = {row.aggregate for row in rows if row.aggregate}
    waits = waiting.c.parked_at.is_(None) & waiting.c.aggregate.in_(aggregates)
    return connection.scalar(select(func.count()).where(waits)) or 0


def redrive(connection: Connection, planned: Plan, by: Operator) -> None:
    """Let the events be tried from the start, and write down who wanted it; the worker does the rest."""
    unpark(connection, [row.id for row in planned.events])
    act, moment = uuid7(), now()
    entries = [
        {
            "id": uuid7(), "act": act, "at": moment,
            "operator": by.name, "tenant_id": by.tenant, "employee_id": by.employee,
            "event_id": row.event_id, "type": row.type, "aggregate": row.aggregate, "version": row.version,
            "failure": row.reason, "reason": by.reason,
        }
        for row in planned.events
    ]  # fmt: skip
    if entries:
        connection.execute(insert(redrives), entries)
    log.warning("redrive", name=by.name if by.employee is None else str(by.employee), count=len(entries))
