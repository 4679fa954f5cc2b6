"""Publish and apply, end to end, against nameko's event dispatcher and handler, which keep nothing in a database.

nameko pins libraries of its own, so it gets a virtual environment of its own in var/.
"""

import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from benchmarks.flow import Flow, flow, wait_for
from benchmarks.ground import Ground, median, servers, show
from chassis import relay, turns
from chassis.bus import Publisher

ROOT = Path(__file__).parent.parent
PLACE = ROOT / "var/nameko"
EVENTS, CUSTOMERS, ROUNDS = 10_000, 1_000, 3

SERVICE = """
import time
from nameko.events import event_handler
from nameko.containers import ServiceContainer
from nameko.standalone.events import event_dispatcher

class Follower:
    name = "follower"
    seen = 0

    @event_handler("customers", "renamed")
    def renamed(self, payload):
        Follower.seen += 1

def main(url, count):
    import eventlet
    config = {"AMQP_URI": url, "serializer": "json", "max_workers": 10}
    container = ServiceContainer(Follower, config=config)
    container.start()
    print("ready", flush=True)
    until = time.monotonic() + 300
    while Follower.seen < count and time.monotonic() < until:
        eventlet.sleep(0.005)
    print(time.time(), Follower.seen, flush=True)
    container.stop()

def dispatch(url, count):
    send = event_dispatcher({"AMQP_URI": url, "serializer": "json"})
    print(time.time(), flush=True)
    for number in range(count):
        renamed = {"customer_id": str(number), "before": "Fjordvik Industri AS", "name": "Fjordvik 2 AS"}
        send("customers", "renamed", renamed)
"""


def prepare() -> Path:
    """Set up nameko's own environment; return its Python."""
    python = PLACE / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PLACE)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "nameko==2.14.1", "setuptools<81"], check=True)
    (PLACE / "bench_service.py").write_text(SERVICE)
    return python


def theirs(ground: Ground, python: Path) -> float:
    """Return nameko's events per second, from the first dispatch to the last one handled."""
    url = ground.broker.vhost()

    def child(work: str) -> subprocess.Popen[str]:
        code = (
            f"import eventlet; eventlet.monkey_patch(); import bench_service; bench_service.{work}({url!r}, {EVENTS})"
        )
        return subprocess.Popen([str(python), "-c", code], cwd=PLACE, stdout=subprocess.PIPE, text=True)

    with child("main") as follower:
        assert follower.stdout is not None
        assert follower.stdout.readline().strip() == "ready"
        with child("dispatch") as dispatcher:
            assert dispatcher.stdout is not None
            began = float(dispatcher.stdout.readline())
        ended, seen = follower.stdout.readline().split()
    assert int(seen) == EVENTS, f"nameko handled {seen} of {EVENTS}"
    return EVENTS / (float(ended) - began)


def ours(between: Flow, customers: list[UUID], version: int) -> float:
    """Return our events per second, from the first look at the outbox to the last one applied and committed."""
    each = EVENTS // CUSTOMERS
    known = between.taken()
    between.announce(customers, range(version, version + each))
    carrier = Publisher(between.url)
    with between.worker("dialog"), between.customers.engine.connect() as connection:
        time.sleep(3)  # the follower listens
        began = time.time()
        while relay.once(connection, carrier)[0]:
            pass
        wait_for(lambda: _reached(between, customers[-1], version + each - 1), pause=0.02)
        ended = time.time()
    carrier.close()
    assert between.taken() == known + EVENTS
    return EVENTS / (ended - began)


def _reached(between: Flow, customer: UUID, version: int) -> bool:
    """Look at the last customer's counter, which moves last: to count all would cost as much as what is measured."""
    about = turns.seen.c.aggregate == f"customers/{between.who.tenant}/customer/{customer}"
    with between.dialog.engine.begin() as database:
        return database.scalar(select(turns.seen.c.version).where(about)) == version


def main() -> None:
    """Measure and print."""
    python = prepare()
    mine, others = [], []
    with servers() as ground, flow(ground) as between:
        customers = between.know(CUSTOMERS)
        for number in range(ROUNDS):
            mine.append(ours(between, customers, 2 + number * EVENTS // CUSTOMERS))
            others.append(theirs(ground, python))
    ratio = median(mine) / median(others)
    how = (
        f"{EVENTS:,} events, ours from outbox to inbox and changed copy, theirs without a database, median of {ROUNDS}"
    )
    figure = f"{median(mine):,.0f}/s against {median(others):,.0f}/s, {ratio:.1f}×"
    show("publish and apply end to end against nameko", figure, "≥ 3×", how, met=ratio >= 3)


if __name__ == "__main__":
    main()
