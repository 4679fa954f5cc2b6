"""Two programs with real worker processes between them: customers announces, dialog follows."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select
from uuid_utils.compat import uuid7

from benchmarks.following import in_crowds, registered
from benchmarks.ground import Ground
from chassis import events
from chassis.auth import Caller
from chassis.bus.broker import connect, declare_inbox, hang_up
from chassis.inbox import inbox
from chassis.outbox import outbox
from chassis.program import Program
from chassis.tables import now
from contracts.customers import CustomerRenamed
from tests.launching import Process
from tests.suite import envelope, environment, start

ROOT = Path(__file__).parent.parent
PATIENCE = 600.0
ALL = frozenset({"*:*:*"})  # rights


@dataclass
class Flow:
    """The two programs' databases, their broker, and the workers that were started."""

    url: str
    customers: Program
    dialog: Program
    addresses: dict[str, str]
    folder: Path
    who: Caller = field(default_factory=lambda: Caller(uuid4(), uuid4(), ALL, departments=(uuid4(),), everywhere=True))

    def know(self, count: int) -> list[UUID]:
        """Let dialog know so many customers."""
        ids = [uuid7() for _ in range(count)]
        in_crowds(self.dialog, registered(self.who, ids))
        return ids

    def announce(self, customers: Sequence[UUID], versions: range) -> int:
        """Let renames wait in the outbox, all customers' first ones first; return how many."""
        with self.customers.engine.begin() as connection:
            for version in versions:
                connection.execute(insert(outbox), [self._row(each, version) for each in customers])
        return len(customers) * len(versions)

    def _row(self, customer: UUID, version: int) -> dict[str, object]:
        event = CustomerRenamed(customer, "Fjordvik Industri AS", f"Fjordvik {version} AS")
        told = envelope(event, self.who, aggregate=f"customer/{customer}", aggregate_version=version)
        body = events.write(told)
        return {"event_id": told.id, "tenant_id": told.tenant, "type": told.type, "aggregate": told.aggregate,
                "version": version, "body": body, "recorded_at": now()}  # fmt: skip

    def taken(self) -> int:
        """Count what dialog has taken in."""
        with self.dialog.engine.begin() as connection:
            return connection.scalar(select(func.count()).select_from(inbox)) or 0

    @contextmanager
    def worker(self, name: str) -> Iterator[Process]:
        """Run a program's worker as a process of its own."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        more = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "KUNDEKORT_LOG_LEVEL": "WARNING"}
        surroundings = environment(self.addresses[name], KUNDEKORT_BROKER_URL=self.url) | more
        del surroundings["KUNDEKORT_RETRY_MS"]  # as production has it; tests are in a hurry
        child = Process([sys.executable, "-m", "chassis", "worker", name], folder, surroundings)
        child.start()
        try:
            yield child
        finally:
            child.stop()


@contextmanager
def flow(ground: Ground) -> Iterator[Flow]:
    """Make both programs, and dialog's queue before anybody listens."""
    url = ground.broker.vhost()
    addresses = {name: ground.postgres.create_service(name) for name in ("customers", "dialog")}
    link = connect(url, "bench", timeout=5)
    declare_inbox(link.channel(), "dialog", ["customers"], 20_000)
    hang_up(link)
    customers, dialog = (start(name, addresses[name]) for name in addresses)
    with TemporaryDirectory() as folder:
        yield Flow(url, customers, dialog, addresses, Path(folder))
    customers.close()
    dialog.close()


def wait_for(happened: Callable[[], bool], pause: float = 0.05) -> None:
    """Wait until something is so; give up after ten minutes."""
    until = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > until:
            raise TimeoutError("it did not happen within ten minutes")
        time.sleep(pause)
