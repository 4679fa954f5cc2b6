"""One poison event among every thousand others: how often it is tried, and what it costs them.

Several thousands in a row: most of the later tries then fall into the time that is measured.
"""

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select, update
from uuid_utils.compat import uuid7

from benchmarks.flow import Flow, flow, wait_for
from benchmarks.following import registered
from benchmarks.ground import median, servers, show
from chassis import events
from chassis.auth import Caller
from chassis.bus import Message, Publisher
from chassis.inbox import inbox
from chassis.waiting import MOST_TRIES, waiting
from contracts.customers import CustomerRenamed
from tests.suite import envelope

OTHERS, THOUSANDS, ROUNDS = 1_000, 20, 5


def send(between: Flow, raws: list[bytes]) -> None:
    """Publish, and make sure of it."""
    carrier = Publisher(between.url)
    messages = [Message(str(uuid7()), "customers.CustomerRegistered", raw) for raw in raws]
    assert len(carrier.publish(messages)) == len(messages)
    carrier.close()


def poison(who: Caller) -> bytes:
    """Rename a customer that nobody knows: the reaction fails each time."""
    nobody = uuid7()
    told = envelope(CustomerRenamed(nobody, "A", "B"), who, aggregate=f"customer/{nobody}")
    return events.write(told).encode()


def rate(between: Flow, *, poisoned: bool) -> float:
    """Return events per second that dialog takes in of a new agency, from the first to the last of the others."""
    who = Caller(uuid4(), uuid4(), everywhere=True)
    raws = registered(who, [uuid7() for _ in range(OTHERS * THOUSANDS)])
    if poisoned:
        for place in reversed(range(OTHERS // 2, len(raws), OTHERS)):
            raws.insert(place, poison(who))
    before = between.taken()
    with between.dialog.engine.begin() as connection:
        began = connection.scalar(select(func.now()))
    send(between, raws)
    with between.worker("dialog"):
        wait_for(lambda: between.taken() == before + OTHERS * THOUSANDS)
    return OTHERS * THOUSANDS / (_last(between) - _first(between, began)).total_seconds()


def _first(between: Flow, since: Any) -> datetime:
    with between.dialog.engine.begin() as connection:
        return connection.scalar(select(func.min(inbox.c.received_at)).where(inbox.c.received_at >= since))  # type: ignore[return-value]


def _last(between: Flow) -> datetime:
    with between.dialog.engine.begin() as connection:
        return connection.scalar(select(func.max(inbox.c.received_at)))  # type: ignore[return-value]


def tries(between: Flow) -> list[int]:
    """Let the worker try until all are parked; return how often each was tried."""

    def parked() -> bool:
        with between.dialog.engine.begin() as connection:
            connection.execute(update(waiting).where(waiting.c.parked_at.is_(None)).values(next_at=func.now()))
            return not connection.scalar(select(func.count()).where(waiting.c.parked_at.is_(None)))

    with between.worker("dialog"):
        wait_for(parked)
    with between.dialog.engine.begin() as connection:
        return list(connection.scalars(select(waiting.c.attempts)))


def main() -> None:
    """Measure and print."""
    clean, spoilt = [], []
    with servers() as ground, flow(ground) as between:
        rate(between, poisoned=False)
        for count in range(ROUNDS):
            for poisoned in (count % 2 == 0, count % 2 == 1):  # neither has always the machine's better moment
                (spoilt if poisoned else clean).append(rate(between, poisoned=poisoned))
        tried = tries(between)
    part = median([theirs / alone for theirs, alone in zip(spoilt, clean, strict=True)])
    how = f"{THOUSANDS} failing renames among {OTHERS * THOUSANDS:,} registrations, median of {ROUNDS} rounds"
    show("others' rate beside poison", f"{part:.0%} of {median(clean):,.0f}/s", "≥ 95 %", how, met=part >= 0.95)
    count = ROUNDS * THOUSANDS
    exactly = tried == [MOST_TRIES] * count
    show("tries before poison is parked", f"{sorted(set(tried))}", "exactly 5", f"{count} poison events", met=exactly)


if __name__ == "__main__":
    main()
