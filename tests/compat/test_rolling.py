"""A suite is upgraded and rolled back under load, process by process, and nobody notices."""

import json
import threading
import time
from uuid import uuid4

import pytest

from chassis import migrations
from chassis.db import connect
from tests.compat.fleet import Fleet
from tests.launching import PATIENCE
from tools.compat import walk
from tools.compat.releases import ROOT

NAMES = ("customers", "dialog", "gateway")
PASSWORD = "correct horse battery"
CALL = {"kind": "call", "direction": "out", "subject": "Oppfølging", "happened_at": "2026-03-02T09:00:00+01:00"}
COPIES = {  # in dialog, of what stands in customers; and the log's, the other way round
    "SELECT id, name FROM correspondents ORDER BY id": "SELECT id, name FROM customers ORDER BY id",
    "SELECT id, name FROM people ORDER BY id": "SELECT id, name FROM contacts ORDER BY id",
    "SELECT count(*) FROM communications": "SELECT count(*) FROM log_entries WHERE type LIKE 'dialog.%'",
}
AT_LEAST = 300  # events that flow meanwhile


class Traffic:
    """Somebody who registers, renames and writes down calls until told to stop; every refusal is kept."""

    def __init__(self, address, email):
        self.walker = walk.Walker(address)
        self.walker.sign_in(email, PASSWORD)
        self.failures, self.asked = [], 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.known = self._ask("POST", "/api/customers/customers", {"name": "Fjordvik Industri AS"})
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._stop.set()
        self._thread.join()

    def _run(self):
        while not self._stop.is_set():
            customer = self._ask("POST", "/api/customers/customers", {"name": f"Kunde {self.asked}"})
            place = f"/api/customers/customers/{customer['id']}"
            renamed = self._ask("PATCH", place, {"name": f"Kunde {self.asked} AS"}, customer["version"])
            self._ask("POST", f"{place}/contacts", {"name": "Kari Nordahl"})
            self._ask("PATCH", place, {"name": f"Ny {self.asked} AS"}, renamed["version"])
            self._ask("POST", f"/api/dialog/customers/{self.known['id']}/communications", CALL)
            self._ask("GET", f"/api/card/{self.known['id']}")
            self._stop.wait(0.02)

    def _ask(self, method, path, body=None, version=None):
        self.asked += 1
        match = {"If-Match": f'"{version}"'} if version else {}
        try:
            response, content = self.walker.send(method, path, body, {"Idempotency-Key": uuid4().hex, **match})
        except OSError as error:
            self.failures.append(f"{method} {path}: {error!r}")
            return {"id": uuid4(), "version": 1}
        if response.status not in walk.SUCCESS:
            self.failures.append(f"{method} {path}: {response.status} {content[:300]!r}")
            return {"id": uuid4(), "version": 1}
        return json.loads(content)


@pytest.fixture
def fleet(tmp_path, postgres_server, broker):
    databases = {name: postgres_server.create_service(name) for name in NAMES}
    for name, url in databases.items():
        engine = connect(url)
        migrations.upgrade(name, engine)
        engine.dispose()
    found = Fleet(tmp_path, databases, broker, postgres_server)
    yield found
    found.close()


def come_to_rest(fleet):
    until = time.monotonic() + PATIENCE
    while not fleet.at_rest():
        assert time.monotonic() < until, fleet.logs()
        time.sleep(0.2)


@pytest.mark.slow
def test_a_suite_is_upgraded_and_rolled_back_under_load_and_nothing_is_missing(fleet, previous):
    """Migrate, workers, services, gateway; then two services go back. Old and new hear each other both ways."""
    fleet.run(previous, "worker", *NAMES)
    fleet.run(previous, "web", *NAMES)
    with Traffic(fleet.ways["gateway"].url, fleet.found(previous, PASSWORD)) as traffic:
        fleet.run(ROOT, "worker", *NAMES)
        fleet.run(ROOT, "web", "customers", "dialog")
        fleet.run(ROOT, "web", "gateway")
        fleet.run(previous, "web", "dialog", "customers")
        fleet.run(previous, "worker", "dialog")
        fleet.run(previous, "worker", "customers")
    come_to_rest(fleet)

    told = {event for name in NAMES for event in fleet.ask(name, "SELECT event_id FROM outbox")}
    print(f"{traffic.asked} requests, {len(told)} events")  # noqa: T201  # `pytest -rP` shows how much flowed

    assert traffic.failures == []
    assert [fleet.ask(name, "SELECT type, reason FROM inbox_waiting") for name in NAMES] == [[]] * len(NAMES)
    assert len(told) >= AT_LEAST
    assert told <= set(fleet.ask("customers", "SELECT event_id FROM inbox"))
    for copy, original in COPIES.items():
        assert fleet.ask("dialog", copy) == fleet.ask("customers", original)
