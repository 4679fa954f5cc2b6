"""What a program says of its rows so that they can be compared: versions and seals, a line for each aggregate.

A seal tells one value from another and is short; it does not hide a value that can be guessed. The lines are as
confidential as the rows.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Connection, func, select

from chassis import epochs, events
from chassis.copies import Likeness, digest
from chassis.inbox import inbox
from chassis.outbox import outbox
from chassis.turns import seen
from chassis.waiting import waiting
from operations.sites import Site

LATEST = 20  # of the events announced last: one of them in a follower's inbox tells that what was before has passed
AT_ONCE = 1_000


@dataclass(frozen=True)
class Head:
    """What is to be known of a program before its lines."""

    program: str
    epoch: int
    follows: list[str]  # publishers
    originals: dict[str, list[str]]  # the aggregates it can restate, such as customers/customer, with their fields
    copies: dict[str, list[str]]  # the aggregates it keeps copies of, with the fields it keeps
    latest: list[str]  # ids of the events it announced last
    arrived: list[str]  # those of the ids asked for that it has taken in, or keeps for later
    waits: list[str] = field(default_factory=list)  # aggregates of which an event is kept for later


@dataclass(frozen=True, slots=True)
class Line:
    """One aggregate: ``original`` or ``copy`` with seals, ``told`` or ``heard`` with its last fact only."""

    what: str
    aggregate: str  # customers/<tenant>/customer/<id>
    epoch: int
    version: int
    fields: list[Any] | str = ""  # seals one after the other in the order of the head's fields; or plain values

    @property
    def kind(self) -> str:
        """Name the kind of aggregate across all publishers: ``customers/customer``."""
        return kind_of(self.aggregate)

    @classmethod
    def read(cls, line: str) -> Self:
        """Read what ``written`` wrote."""
        return cls(*json.loads(line))

    def written(self) -> str:
        """Write it short: there are many."""
        return json.dumps([self.what, self.aggregate, self.epoch, self.version, self.fields], ensure_ascii=False)


def kind_of(aggregate: str) -> str:
    """Leave tenant and id out of an aggregate's name."""
    publisher, _, kind, _ = aggregate.split("/")
    return f"{publisher}/{kind}"


def digests(
    site: Site, *, plain: bool = False, only_head: bool = False, arrived: Collection[str] = ()
) -> Iterator[str]:
    """Say how everything stands that this program owns, copied or heard of, all at one moment."""
    with site.reading() as connection:
        yield json.dumps(asdict(_head(connection, site, arrived)))
        if not only_head:
            for line in _lines(connection, site, plain=plain):
                yield line.written()


def _head(connection: Connection, site: Site, arrived: Collection[str]) -> Head:
    program = site.program
    newest = select(outbox.c.event_id).order_by(outbox.c.position.desc()).limit(LATEST)
    ids = [UUID(each) for each in arrived]
    here = {
        *connection.scalars(select(inbox.c.event_id).where(inbox.c.event_id.in_(ids))),
        *connection.scalars(select(waiting.c.event_id).where(waiting.c.event_id.in_(ids))),
    }
    # what is parked, or waits behind it, comes no further by itself
    kept = select(waiting.c.aggregate).where(waiting.c.aggregate.is_not(None)).group_by(waiting.c.aggregate)
    return Head(
        program.name,
        epochs.current(connection),
        list(program.reactions.publishers),
        _fields(program.originals),
        _fields(program.reactions.copies),
        [str(each) for each in connection.scalars(newest)],
        sorted(map(str, here)),
        sorted(connection.scalars(kept.having(func.count(waiting.c.parked_at) == 0))),
    )


def _fields(likenesses: Iterable[Likeness]) -> dict[str, list[str]]:
    return {each.kind: list(each.fields) for each in likenesses}


def _lines(connection: Connection, site: Site, *, plain: bool) -> Iterator[Line]:
    program, epoch = site.program, epochs.current(connection)
    for likeness in program.originals:
        yield from _originals(connection, likeness, epoch, plain=plain)
    yield from _told(connection, program.name, epoch, [events.name_of(each.event) for each in program.originals])
    counted: dict[str, tuple[int, int]] = {}
    kinds = {likeness.kind for likeness in program.reactions.copies}
    for name, number, version in _stream(connection, select(seen.c.aggregate, seen.c.epoch, seen.c.version)):
        if kind_of(name) in kinds:
            counted[name] = (number, version)
        else:
            yield Line("heard", name, number, version)
    for likeness in program.reactions.copies:
        yield from _copies(connection, likeness, counted, plain=plain)


def _originals(connection: Connection, likeness: Likeness, epoch: int, *, plain: bool) -> Iterator[Line]:
    for row in _stream(connection, likeness.select("version")):
        if row.version:  # else nothing was announced of it yet
            name = likeness.name(row.tenant_id, row.id)
            yield Line("original", name, epoch, row.version, _of(name, likeness, row, plain=plain))


def _told(connection: Connection, program: str, epoch: int, snapshots: list[str]) -> Iterator[Line]:
    """Name the last fact of each aggregate that is still in the outbox, and can be sent again."""
    columns = outbox.c.tenant_id, outbox.c.aggregate
    query = select(*columns, func.max(outbox.c.version)).where(outbox.c.type.not_in(snapshots)).group_by(*columns)
    for tenant, aggregate, version in _stream(connection, query):
        yield Line("told", f"{program}/{tenant}/{aggregate}", epoch, version)


def _copies(
    connection: Connection, likeness: Likeness, counted: dict[str, tuple[int, int]], *, plain: bool
) -> Iterator[Line]:
    for row in _stream(connection, likeness.select()):
        name = likeness.name(row.tenant_id, row.id)
        yield Line("copy", name, *counted.get(name, (0, 0)), _of(name, likeness, row, plain=plain))


def _of(name: str, likeness: Likeness, row: Any, *, plain: bool) -> list[Any] | str:
    if plain:
        return [events.plain(getattr(row, field)) for field in likeness.fields]
    return "".join(digest(name, field, getattr(row, field)) for field in likeness.fields)


def _stream(connection: Connection, query: Any) -> Iterator[Any]:
    yield from connection.execute(query, execution_options={"yield_per": AT_ONCE})
