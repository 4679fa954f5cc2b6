"""Processes die between two steps, by SIGKILL and at a named point, and start again: nothing lost, nothing doubled."""

import psycopg
import pytest
import requests
from uuid_utils.compat import uuid7

from chassis import events
from chassis.bus import Message, Publisher
from contracts.customers import ContactEnded
from tests.faults.driver import Writer, writing
from tests.faults.patience import until
from tests.faults.plant import Plant
from tests.suite import envelope

AGAIN = {"Idempotency-Key": "the-one-key"}


def register(writer: Writer, name: str = "Fjordvik", **headers: str) -> requests.Response:
    return writer.ask("POST", "customers", "/customers", json={"name": name}, headers=headers)


def rows(plant: Plant, writer: Writer, table: str = "customers", program: str = "customers") -> int:
    with plant.look(program) as look:
        query = f"SELECT count(*) FROM {table} WHERE tenant_id = %s"  # noqa: S608
        return look.execute(query, (writer.who.tenant,)).fetchone()[0]


def test_killed_before_the_commit_nothing_happened_and_the_same_key_does_it_once(plant, writer, oracle):
    """L01."""
    plant.doom("customers", "web", "transaction.committing")
    with pytest.raises(requests.ConnectionError):
        register(writer, **AGAIN)
    plant.restart("customers", "web")
    assert (rows(plant, writer), rows(plant, writer, "outbox")) == (0, 0)

    again = register(writer, **AGAIN)

    assert again.status_code == 201
    assert "Idempotency-Replayed" not in again.headers
    assert (rows(plant, writer), rows(plant, writer, "outbox")) == (1, 1)


def test_killed_after_the_commit_the_same_key_gets_the_stored_answer(plant, writer, oracle):
    """L02."""
    plant.doom("customers", "web", "transaction.committed")
    with pytest.raises(requests.ConnectionError):
        register(writer, **AGAIN)
    assert (rows(plant, writer), rows(plant, writer, "outbox")) == (1, 1)
    plant.restart("customers", "web")

    again = register(writer, **AGAIN)

    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert (rows(plant, writer), rows(plant, writer, "outbox")) == (1, 1)
    until(lambda: rows(plant, writer, "debtors", "invoicing") == 1, 15)


@pytest.mark.parametrize(
    ("row", "place", "point"),
    [
        ("L03", ("customers", "worker"), "publisher.sent:2"),
        ("L04", ("customers", "worker"), "relay.published:2"),
        ("L05", ("invoicing", "worker"), "consumer.stored:2"),
        ("L05", ("customers", "worker"), "consumer.stored:2"),
        ("L06", ("invoicing", "worker"), "inbox.taken:2"),
        ("L06", ("customers", "worker"), "inbox.taken:2"),
    ],
)
def test_a_worker_killed_between_two_steps_loses_nothing_and_does_nothing_twice(
    plant, writers, oracle, row, place, point
):
    """L03 sent and not answered; L04 answered and not marked; L05 stored and not acknowledged; L06 in the middle."""
    plant.doom(*place, point)
    with writing(writers, pause=0.02):
        plant.await_death(*place)
        plant.start(*place)

    assert oracle.verdict() == []


def poison(writer: Writer) -> tuple[events.Envelope, bytes]:
    """Make an event to which no reaction succeeds: of a contact whom nobody knows."""
    customer = writer.customers[0].id
    unknown = uuid7()
    ended = ContactEnded(customer, unknown, "Kari", "2026-11-24")
    wrapped = envelope(ended, writer.who, aggregate=f"contact/{unknown}")
    return wrapped, events.write(wrapped).encode()


@pytest.mark.parametrize("point", ["inbox.keeping", "inbox.kept"])
def test_a_worker_killed_while_it_counts_the_tries_parks_in_the_end_what_it_was_sent(plant, writer, oracle, point):
    """L07: while the try is being written down, and after it was and before the broker heard of it."""
    register(writer)
    writer.write("register")
    until(lambda: rows(plant, writer, "debtors", "invoicing") == 2, 15)
    plant.doom("invoicing", "worker", point)
    event, raw = poison(writer)
    publisher = Publisher(plant.broker.url)
    assert publisher.publish([Message(str(event.id), "customers.ContactEnded", raw)])
    publisher.close()
    plant.await_death("invoicing")
    plant.start("invoicing", "worker")

    def parked(connection: psycopg.Connection):
        query = "SELECT attempts, raw FROM inbox_waiting WHERE event_id = %s AND parked_at IS NOT NULL"
        return connection.execute(query, (event.id,)).fetchone()

    with plant.look("invoicing") as look:
        until(lambda: parked(look), 30)
        attempts, kept = parked(look)
    assert attempts == 5
    assert bytes(kept) == raw


def test_a_number_that_was_taken_and_not_committed_goes_to_the_next(plant, writer, oracle):
    """L37."""
    writer.write("register")
    plant.doom("customers", "web", "series.taken")
    with pytest.raises(requests.ConnectionError):
        register(writer)
    plant.restart("customers", "web")
    writer.write("register")

    assert oracle.verdict() == []
    assert {each.answer["number"] for each in oracle.journal.read().values()} == {10001, 10002}
