"""Two workers of one program on PostgreSQL: one relay sends, the other stands by."""

import json
import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from chassis import relay
from chassis.run import create, settings_for
from tests.chassis.bus_parties import wait_until
from tests.chassis.carriers import Messenger
from tests.suite import Client, environment, start

LEADER = """
SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE locktype = 'advisory' AND granted AND datname = current_database()
"""


@pytest.fixture
def workers(postgres_server, monkeypatch):
    """Two programs on one database, as two worker processes are."""
    monkeypatch.setattr("chassis.relay.LEADER_PAUSE", 0.1)
    url = postgres_server.create_service("customers")
    first = start("customers", url)
    second = create("customers", settings_for("customers", environment(url))).extensions["program"]
    yield first, second
    first.close()
    second.close()


@contextmanager
def relaying(program):
    """Run a program's relay; yield what it sends."""
    stop, messenger = threading.Event(), Messenger()
    thread = threading.Thread(target=relay.run, args=(program, messenger, stop), daemon=True)
    thread.start()
    try:
        yield messenger
    finally:
        stop.set()
        thread.join(5)
        assert not thread.is_alive()


def register(program, who, count):
    client = Client(program, who)
    card = f"/customers/{client.post('/customers', json={'name': 'Fjordvik'}).json['id']}"
    for version in range(1, count):
        client.patch(card, json={"name": f"Navn {version}"}, version=version)


def versions(messenger):
    return [json.loads(body)["aggregateversion"] for body in messenger.bodies()]


def leaders(program):
    with program.engine.begin() as connection:
        return list(connection.scalars(text(LEADER)))


def test_only_one_of_two_relays_sends_and_it_sends_in_order(workers, ada):
    with relaying(workers[0]) as one, relaying(workers[1]) as two:
        register(workers[0], ada, 30)
        wait_until(lambda: len(one.given) + len(two.given) >= 30, within=10)

    assert sorted(len(each.given) for each in (one, two)) == [0, 30]
    assert versions(one) + versions(two) == list(range(1, 31))


def test_when_the_leading_relay_stops_the_other_takes_over(workers, ada):
    with relaying(workers[1]) as standby:
        with relaying(workers[0]) as leading:
            register(workers[0], ada, 3)
            wait_until(lambda: len(leading.given) + len(standby.given) == 3, within=10)
        register(workers[0], ada, 3)
        wait_until(lambda: len(leading.given) + len(standby.given) == 6, within=10)

    assert len(standby.given) >= 3


def test_a_relay_that_loses_its_connection_loses_the_lead_and_no_event(workers, ada):
    with relaying(workers[0]) as one, relaying(workers[1]) as two:
        wait_until(lambda: leaders(workers[0]), within=10)
        for _ in range(3):
            [leader] = leaders(workers[0])
            with workers[1].engine.begin() as connection:
                connection.execute(text("SELECT pg_terminate_backend(:leader)"), {"leader": leader})
            register(workers[0], ada, 5)
            wait_until(lambda gone=leader: leaders(workers[0]) not in ([], [gone]), within=10)
        wait_until(lambda: len({*one.bodies(), *two.bodies()}) == 15, within=10)
        assert len(leaders(workers[0])) == 1
