"""In which order events are taken: the facts about one thing count 1, 2, 3 …, and each has its turn.

A publisher whose database was restored counts on from where the backup stood, in a new epoch. A snapshot repeats how
a thing stands at a version; it may pass over facts that were lost, and never sets a copy back by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum, auto
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Connection, Integer, Table, Text, select

from chassis.events import Envelope
from chassis.tables import among, chassis_tables, insert_rows, made

seen = Table(
    "inbox_versions",
    chassis_tables,
    Column("aggregate", Text, primary_key=True),  # customers/<tenant>/contact/<id>
    Column("version", Integer, nullable=False),
    Column("epoch", Integer, nullable=False, server_default="0"),
)


class Last(NamedTuple):
    """The last fact about a thing that was taken in."""

    epoch: int
    version: int


class Turn(Enum):
    """What is to be done with an event."""

    NOW = auto()
    STALE = auto()  # something as late, or later, was taken in: drop it
    EARLY = auto()  # one before it is missing: hold it
    COPY_IS_NEWER = auto()  # its publisher was restored and has forgotten what is known here: somebody must decide


def judge(envelope: Envelope, last: Last, *, snapshot: bool) -> Turn:
    """Say whether it is this event's turn after *last*."""
    epoch, version = envelope.epoch, envelope.aggregate_version
    if epoch < last.epoch:
        return Turn.STALE
    if snapshot:
        return _judge_snapshot(envelope, last)
    if version == last.version + 1 or (epoch > last.epoch and version <= last.version):
        return Turn.NOW  # the latter: its number was given to a fact that the publisher lost; this one is newer
    return Turn.STALE if version <= last.version else Turn.EARLY


def _judge_snapshot(envelope: Envelope, last: Last) -> Turn:
    if envelope.aggregate_version >= last.version or envelope.data.get("authoritative") is True:
        return Turn.NOW
    return Turn.STALE if envelope.epoch == last.epoch else Turn.COPY_IS_NEWER


def born(aggregate: str) -> datetime | None:
    """Read from a thing's id when it came into being; ids of version 7 tell that."""
    try:
        thing = UUID(aggregate.rpartition("/")[2])
    except ValueError:
        return None
    return made(thing)


def lock(connection: Connection, names: Iterable[str]) -> dict[str, Last]:
    """Keep others from taking events of these aggregates until the transaction ends; return where they stand.

    Always in the same order: two that lock the same aggregates wait for each other one way round only.
    """
    wanted = sorted(set(names))
    found = _lock(connection, wanted)
    if new := [name for name in wanted if name not in found]:
        fresh = [{"aggregate": name, "version": 0} for name in new]
        insert_rows(connection, seen, fresh, lambda statement: statement.on_conflict_do_nothing())
        found |= _lock(connection, new)
    return found


def _lock(connection: Connection, names: Sequence[str]) -> dict[str, Last]:
    query = select(seen).where(among(names, seen.c.aggregate, connection)).order_by(seen.c.aggregate).with_for_update()
    return {row.aggregate: Last(row.epoch, row.version) for row in connection.execute(query)}


def advance(connection: Connection, reached: Mapping[str, Last]) -> None:
    """Remember the last fact of each aggregate."""

    def newer(statement: Any) -> Any:
        facts = {"version": statement.excluded.version, "epoch": statement.excluded.epoch}
        return statement.on_conflict_do_update(index_elements=["aggregate"], set_=facts)

    if reached:
        insert_rows(connection, seen, [{"aggregate": name, **last._asdict()} for name, last in reached.items()], newer)
