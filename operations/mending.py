"""What an owner does for its followers: send facts again that they missed, and restate how things stand.

It also takes in again what it has lost itself, and followers still know.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import structlog
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis import events
from chassis.auth import Caller, calling
from chassis.copies import Likeness
from chassis.db import transaction
from chassis.errors import Refused
from chassis.outbox import outbox, restate
from chassis.program import Program
from operations.digests import kind_of
from operations.sites import Site

log = structlog.get_logger()

T = TypeVar("T")

AT_ONCE = 200


@dataclass(frozen=True)
class Wish:
    """What is to be done about one aggregate; written as a line of JSON."""

    aggregate: str
    after: int | None = None  # send its facts after this version again
    authoritative: bool = False  # restate it, also to those who know something newer
    version: int = 0  # take it in again at this version, because a copy has got so far
    known: dict[str, Any] | None = None  # by whoever keeps a copy

    @property
    def tenant(self) -> UUID:
        """Tell whose it is."""
        return UUID(self.aggregate.split("/")[1])

    @property
    def row_id(self) -> UUID:
        """Tell which row it is."""
        return UUID(self.aggregate.split("/")[3])


def mend(site: Site, lines: Iterable[str]) -> Iterator[str]:
    """Do what the lines wish."""
    wishes = [Wish(**json.loads(line)) for line in lines]
    program = site.program
    readmitted = _readmit(program, [wish for wish in wishes if wish.known is not None])
    with program.engine.begin() as connection:
        resent = _resend(connection, [wish for wish in wishes if wish.after is not None])
    restated = sum(_restate(program, likeness, wishes) for likeness in program.originals)
    done = {"program": program.name, "resent": resent, "restated": restated, "readmitted": readmitted}
    log.warning("copies mended", service=program.name, **done)
    yield json.dumps(done)


def _resend(connection: Connection, wishes: Sequence[Wish]) -> int:
    """Have the relay send these facts once more; who has them knows them by their ids."""
    count = 0
    for some in _handfuls(wishes):
        after = {(wish.tenant, "/".join(wish.aggregate.split("/")[2:])): wish.after or 0 for wish in some}
        columns = outbox.c.position, outbox.c.tenant_id, outbox.c.aggregate, outbox.c.version
        query = select(*columns).where(outbox.c.aggregate.in_({aggregate for _, aggregate in after}))
        missed = [
            row.position
            for row in connection.execute(query.where(outbox.c.sent_at.is_not(None)))
            if row.version > after.get((row.tenant_id, row.aggregate), row.version)
        ]
        connection.execute(update(outbox).where(outbox.c.position.in_(missed)).values(sent_at=None, next_at=None))
        count += len(missed)
    return count


def _handfuls(things: Sequence[T]) -> Iterator[Sequence[T]]:
    for first in range(0, len(things), AT_ONCE):
        yield things[first : first + AT_ONCE]


def _restate(program: Program, likeness: Likeness, wishes: Iterable[Wish]) -> int:
    groups: dict[tuple[UUID, bool], list[UUID]] = defaultdict(list)
    for wish in wishes:
        if kind_of(wish.aggregate) == likeness.kind:
            groups[wish.tenant, wish.authoritative].append(wish.row_id)
    return sum(
        _restate_some(program, likeness, tenant, some, authoritative=authoritative)
        for (tenant, authoritative), ids in groups.items()
        for some in _handfuls(ids)
    )


def _restate_some(
    program: Program, likeness: Likeness, tenant: UUID, ids: Sequence[UUID], *, authoritative: bool
) -> int:
    table = likeness.table
    locked = select(table).where(table.id.in_(ids), table.version > 0).order_by(table.id).with_for_update()
    with program.app.app_context(), calling(Caller(tenant, everywhere=True)), transaction() as session:
        rows = session.scalars(locked).all()  # locked: nobody records a fact of them meanwhile
        for row in rows:
            restate(session, likeness.state(row, authoritative=authoritative), row)
        return len(rows)


def _readmit(program: Program, wishes: Sequence[Wish]) -> int:
    """Take in again what only followers know, one by one: a refusal costs that one only."""
    count = 0
    for likeness in program.originals:
        for wish in (wish for wish in wishes if kind_of(wish.aggregate) == likeness.kind):
            try:
                with program.app.app_context(), calling(Caller(wish.tenant, everywhere=True)), transaction() as session:
                    _readmit_one(session, likeness, wish)
                count += 1
            except (Refused, IntegrityError) as refusal:
                log.error("not readmitted", aggregate=wish.aggregate, reason=repr(refusal))
    return count


def _readmit_one(session: Session, likeness: Likeness, wish: Wish) -> None:
    assert likeness.readmit is not None
    row = likeness.readmit(session, wish.row_id, events.load_some(likeness.event, wish.known or {}))
    row.version = max(row.version, wish.version)  # its copies count on from there
