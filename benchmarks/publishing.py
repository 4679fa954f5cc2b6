"""Events that a relay takes from its outbox, publishes and marks, against the bare publisher with nothing behind it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import insert, update
from uuid_utils.compat import uuid7

from benchmarks.ground import Ground, median, seconds, servers, show
from chassis import relay
from chassis.bus import Message, Publisher
from chassis.bus.broker import connect, declare_inbox, hang_up
from chassis.outbox import outbox
from chassis.program import Program
from tests.suite import start

EVENTS = 10_000
ROUNDS = 3
BODY = json.dumps({"specversion": "1.0", "type": "customers.CustomerRenamed", "data": {"name": "Fjordvik AS" * 40}})


def fill(program: Program) -> None:
    """Let events wait in the outbox."""
    rows = [
        {"event_id": uuid7(), "tenant_id": uuid4(), "type": "customers.CustomerRenamed", "aggregate": f"customer/{n}",
         "version": 1, "body": BODY} for n in range(EVENTS)
    ]  # fmt: skip
    with program.engine.begin() as connection:
        connection.execute(insert(outbox), rows)


def wait_again(program: Program) -> None:
    """Let the same events wait once more."""
    with program.engine.begin() as connection:
        connection.execute(update(outbox).values(sent_at=None))


@contextmanager
def publisher(url: str) -> Iterator[Publisher]:
    """Publish to a queue that takes all."""
    link = connect(url, "bench", timeout=5)
    declare_inbox(link.channel(), "invoicing", ["customers"], 20_000)
    hang_up(link)
    found = Publisher(url)
    try:
        yield found
    finally:
        found.close()


def bare(carrier: Publisher) -> None:
    """Publish as many, in batches of the same size, with every confirm matched by its tag."""
    messages = [Message(str(uuid4()), "customers.CustomerRenamed", BODY.encode()) for _ in range(EVENTS)]
    for first in range(0, EVENTS, relay.BATCH):
        batch = messages[first : first + relay.BATCH]
        assert len(carrier.publish(batch)) == len(batch)


def relayed(program: Program, carrier: Publisher) -> None:
    """Empty the outbox."""
    with program.engine.connect() as connection:
        while relay.once(connection, carrier)[0]:
            pass


def measure(ground: Ground) -> tuple[float, float]:
    """Return events per second (bare, relayed), medians of interleaved rounds."""
    program = start("customers", ground.postgres.create_service("customers"))
    fill(program)
    alone, all_of_it = [], []
    with publisher(ground.broker.vhost()) as carrier:
        bare(carrier)
        for _ in range(ROUNDS):
            alone.append(EVENTS / seconds(lambda: bare(carrier)))
            wait_again(program)
            all_of_it.append(EVENTS / seconds(lambda: relayed(program, carrier)))
    program.close()
    return median(alone), median(all_of_it)


def main() -> None:
    """Measure and print."""
    with servers() as ground:
        alone, all_of_it = measure(ground)
    how = f"{EVENTS:,} events of {len(BODY)} bytes, batches of {relay.BATCH}, median of {ROUNDS} interleaved rounds"
    figure = f"{all_of_it:,.0f}/s against {alone:,.0f}/s, ratio {all_of_it / alone:.2f}"
    show("events relayed against the bare publisher", figure, "≥ 0.6", how, met=all_of_it >= 0.6 * alone)


if __name__ == "__main__":
    main()
