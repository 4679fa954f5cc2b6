"""How long news takes at 200 events a second: from the commit to the confirm, and to another service's card."""

import threading
import time
from itertools import count
from uuid import UUID

from sqlalchemy import select

from benchmarks.flow import Flow, flow, wait_for
from benchmarks.ground import percentile, servers, show
from chassis.auth import calling
from chassis.db import transaction
from chassis.outbox import outbox
from services.customers.notes import actions as notes
from services.customers.profile import actions as profile
from tests.suite import Client

RATE, SECONDS, SAMPLES = 200, 20, 100
CONFIRMED, VISIBLE = 0.25, 1.0  # seconds, 99 of a hundred


def register(between: Flow, name: str) -> UUID:
    """Register a customer and return its id."""
    with between.customers.app.app_context(), calling(between.who), transaction() as session:
        return profile.register(session, name, departments=list(between.who.departments)).id


def write_steadily(between: Flow, customer: UUID, stop: threading.Event) -> None:
    """Write at the rate, whatever the writes take."""
    began = time.monotonic()
    for number in count():
        if stop.wait(max(0.0, began + number / RATE - time.monotonic())):
            return
        with between.customers.app.app_context(), calling(between.who), transaction() as session:
            notes.write(session, customer, "Ring før kl. 14.")


def visible(between: Flow, number: int) -> float:
    """Return after how many seconds a new customer's card is known to dialog."""
    asking = Client(between.dialog, between.who)
    customer = register(between, f"Fjordvik {number} AS")
    began = time.monotonic()
    wait_for(lambda: asking.get(f"/card/{customer}").status_code == 200, pause=0.005)
    return time.monotonic() - began


def confirmed(between: Flow) -> list[float]:
    """Return, for each event, the seconds from its record to the mark that the broker has it."""
    with between.customers.engine.begin() as connection:
        rows = connection.execute(select(outbox.c.recorded_at, outbox.c.sent_at).where(outbox.c.sent_at.is_not(None)))
        return [(row.sent_at - row.recorded_at).total_seconds() for row in rows]


def main() -> None:
    """Measure and print."""
    with servers() as ground, flow(ground) as between, between.worker("customers"), between.worker("dialog"):
        visible(between, 0)  # both workers are up
        customer = register(between, "Fjordvik Industri AS")
        stop = threading.Event()
        writer = threading.Thread(target=write_steadily, args=(between, customer, stop))
        writer.start()
        seen = [visible(between, number) for number in range(1, SAMPLES + 1)]
        stop.set()
        writer.join()
        time.sleep(1)
        late = confirmed(between)
    how = f"{len(late):,} notes at {RATE}/s, both workers as processes on the same two cores"
    p50, p99 = percentile(late, 0.5), percentile(late, 0.99)
    figure = f"p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms"
    show("record → confirmed and marked", figure, "p99 ≤ 250 ms", how, met=p99 <= CONFIRMED)
    p50, p99 = percentile(seen, 0.5), percentile(seen, 0.99)
    figure = f"p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms"
    show("commit → on dialog's card", figure, "p99 ≤ 1 s", f"{len(seen)} new customers meanwhile", met=p99 <= VISIBLE)


if __name__ == "__main__":
    main()
