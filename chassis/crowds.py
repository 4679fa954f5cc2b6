"""Take in many events in one transaction: what costs is asking and committing, and a crowd can share both.

Only what is plainly in its turn is taken together; what came in disorder within the crowd is put in order first.
Whatever is odd about an event (early, waited for, another body under its id, of an unknown type) makes it go through
``inbox.attempt`` afterwards, with all later ones of its aggregate. A reaction that fails undoes the others' reactions,
and nothing else: they are done again apart from it, and it waits.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from chassis import crash, inbox, logs, turns, waiting
from chassis.auth import Caller, calling
from chassis.db import recall, speak_for, transaction
from chassis.inbox import Message, digest, entry, on_behalf_of
from chassis.tables import among, insert_rows
from chassis.turns import Last, Turn
from chassis.waiting import Arrival

if TYPE_CHECKING:
    from chassis.program import Program

PART = 50  # events that are undone where the reaction to one of them fails

log = structlog.get_logger()


class Clash(Exception):
    """Another worker takes one of these events at this very moment."""


class Crowd:
    """Events sorted by what is to be done with them."""

    def __init__(self, program: "Program", last: dict[str, Last], known: dict[UUID, str], odd: set[str]) -> None:
        self.program, self.last, self.known, self.odd = program, last, known, odd
        self.now: list[Arrival] = []
        self.stale: list[Arrival] = []
        self.rest: list[Arrival] = []
        self.taken: list[Arrival] = []
        self.failed: set[str] = set()
        self.at_hand: set[Any] = set()

    def add(self, arrival: Arrival) -> None:
        """Sort one more event in, in the order of arrival."""
        event_id, name = arrival.envelope.id, arrival.envelope.about
        if self.known.get(event_id) == digest(arrival.raw):
            return
        reactions = self.program.reactions
        if reactions.passes_by(arrival.envelope.type):
            self.rest.append(arrival)
        elif event_id in self.known or name in self.odd or arrival.envelope.type not in reactions.known:
            self._leave(name, arrival)
        else:
            self._judge(name, arrival)

    def _judge(self, name: str, arrival: Arrival) -> None:
        envelope = arrival.envelope
        snapshot = self.program.reactions.is_snapshot(envelope.type)
        turn = turns.judge(envelope, self.last[name], snapshot=snapshot)
        if turn is Turn.NOW and not snapshot:
            self.last[name] = Last(envelope.epoch, envelope.aggregate_version)
            self.now.append(arrival)
        elif turn is Turn.STALE:
            self.stale.append(arrival)
        else:
            self._leave(name, arrival)
            return
        self.known[envelope.id] = digest(arrival.raw)

    def fail(self, connection: Connection, arrival: Arrival, reason: Exception, tries: int) -> None:
        """Keep an event that failed so often."""
        self.failed.add(arrival.envelope.about)
        inbox.keep(connection, self.program, arrival, inbox.failure(reason, tries))

    def without_failed(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Leave for afterwards what is of the same aggregate as one that failed; return the others."""
        self.rest += [arrival for arrival in arrivals if arrival.envelope.about in self.failed]
        return [arrival for arrival in arrivals if arrival.envelope.about not in self.failed]

    def _leave(self, name: str, arrival: Arrival) -> None:
        self.odd.add(name)
        self.rest.append(arrival)


def receive(program: "Program", messages: Sequence[Message]) -> None:
    """Take in messages in the order in which they came."""
    read = [inbox.read(program, *message) for message in messages]
    _take(program, _in_order([arrival for arrival in read if arrival is not None]))


def _in_order(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Let those of one aggregate change places among themselves until they stand in the order of their facts."""
    mine = defaultdict(list)
    for arrival in arrivals:
        mine[arrival.envelope.about].append(arrival)
    facts = {name: iter(sorted(some, key=_fact)) for name, some in mine.items()}
    return [next(facts[arrival.envelope.about]) for arrival in arrivals]


def _fact(arrival: Arrival) -> tuple[int, int]:
    return arrival.envelope.epoch, arrival.envelope.aggregate_version


def _take(program: "Program", arrivals: Sequence[Arrival]) -> None:
    rest = arrivals
    if len(arrivals) > 1:
        try:
            rest = _together(program, arrivals)
        except Exception as error:  # noqa: BLE001  # one by one they say what is wrong, or that the database is away
            log.warning("crowd taken one by one", error=repr(error), count=len(arrivals))
    for arrival in rest:
        inbox.attempt(program, arrival)


def _together(program: "Program", arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Take in one transaction what is plainly in its turn; return the rest."""
    with program.app.app_context(), calling(on_behalf_of(arrivals[0].envelope)), transaction() as session:
        crowd = _sort(session.connection(), program, arrivals)
        crowd.at_hand |= set(_recall(session, program, crowd.now))
        for part in _parts(crowd.now):
            _react_to(session, crowd, part)
        _write_down(session.connection(), crowd)
        crash.point("inbox.taken")
    return crowd.rest


def _sort(connection: Connection, program: "Program", arrivals: Sequence[Arrival]) -> Crowd:
    ids = [arrival.envelope.id for arrival in arrivals]
    names = {arrival.envelope.about for arrival in arrivals}
    last = turns.lock(connection, names)
    table = inbox.inbox
    mine = among(ids, table.c.event_id, connection)
    known = connection.execute(select(table.c.event_id, table.c.digest).where(mine))
    kept, odd = waiting.here(connection, ids, names)
    odd |= {each.envelope.about for each in arrivals if each.envelope.id in kept}
    crowd = Crowd(program, last, {row.event_id: row.digest for row in known}, odd)
    for arrival in arrivals:
        crowd.add(arrival)
    return crowd


def _parts(arrivals: Sequence[Arrival]) -> Iterator[list[Arrival]]:
    """Divide them, an agency's together: to change over costs a flush and a question, and order matters within one."""
    together = sorted(arrivals, key=lambda arrival: arrival.envelope.tenant)
    for first in range(0, len(together), PART):
        yield together[first : first + PART]


def _react_to(session: Session, crowd: Crowd, arrivals: Sequence[Arrival], tries: int = 1) -> None:
    """React to all of them; where one fails, to those before it, to it alone, and to those behind it."""
    arrivals = crowd.without_failed(arrivals)
    failed = _first_failure(session, crowd, arrivals)
    if failed is None:
        crowd.taken += arrivals
    elif len(arrivals) == 1:
        crowd.fail(session.connection(), arrivals[0], failed[1], tries)
    else:
        place, _ = failed
        for part, runs in ((arrivals[:place], 1), (arrivals[place : place + 1], 2), (arrivals[place + 1 :], 1)):
            _react_to(session, crowd, part, runs)


def _first_failure(session: Session, crowd: Crowd, arrivals: Sequence[Arrival]) -> tuple[int, Exception] | None:
    """React to all of them, or to none and say which one failed; what only shows when all is written is the last's."""
    told, place = dict(session.info), 0
    try:
        with session.begin_nested():
            for place, arrival in enumerate(arrivals):  # noqa: B007  # read where it failed
                _react(session, crowd.program, arrival)
    except Exception as error:  # noqa: BLE001  # whatever went wrong, the others must not wait for it
        session.info.clear()
        session.info.update(told)
        for row in set(session) - crowd.at_hand:  # what was read since then nobody keeps others from changing any more
            session.expire(row)
        return place, error
    return None


def _recall(session: Session, program: "Program", arrivals: Sequence[Arrival]) -> list[Any]:
    """Load the copies of the customers that the crowd is about, so that no reaction asks for its own."""
    if program.subject is None:
        return []
    rows: list[Any] = []
    customers: dict[UUID, set[UUID]] = {}
    for envelope, *_ in arrivals:
        if envelope.customer:
            customers.setdefault(envelope.tenant, set()).add(envelope.customer)
    for tenant, ids in customers.items():
        speak_for(session, Caller(tenant, everywhere=True))
        rows += recall(session, program.subject, ids)
    return rows


def _react(session: Session, program: "Program", arrival: Arrival) -> None:
    envelope = arrival.envelope
    logs.bind(envelope.traceparent, service=program.name, type=envelope.type, aggregate=envelope.aggregate)
    with calling(on_behalf_of(envelope)):
        speak_for(session, on_behalf_of(envelope))
        program.reactions.react(session, envelope)


def _write_down(connection: Connection, crowd: Crowd) -> None:
    """Know from now on what was taken, and what was too old to be."""
    known = [*crowd.taken, *crowd.without_failed(crowd.stale)]
    rows = [entry(each.envelope, each.raw) for each in known]
    if rows and insert_rows(connection, inbox.inbox, rows, lambda new: new.on_conflict_do_nothing()) != len(rows):
        raise Clash
    reached = {each.about: Last(each.epoch, each.aggregate_version) for each, *_ in crowd.taken}
    turns.advance(connection, reached)
