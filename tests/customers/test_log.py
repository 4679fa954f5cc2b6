"""The log: what happened, told by events."""

from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import select, update

from chassis import relay
from contracts.customers import CustomerRenamed
from services.customers.log.models import LogEntry, LogHead


def settle(program):
    """Carry what waits in the outbox into the program's own inbox."""
    with program.engine.connect() as connection:
        while relay.once(connection, relay.HandOver([program]))[0]:
            pass


def test_every_change_is_in_the_log_with_before_and_after(client, card, program, ada):
    client.patch(card, json={"email": "post@fjordvik.no"}, version=1)
    settle(program)

    newest, registered = client.get(f"{card}/log").json["items"]

    assert newest["type"] == "customers.CustomerDetailsChanged"
    assert newest["changes"] == [{"field": "email", "before": None, "after": "post@fjordvik.no"}]
    assert newest["actor"] == str(ada.employee)
    assert registered["type"] == "customers.CustomerRegistered"


def test_an_event_delivered_twice_is_in_the_log_once(client, card, customer, hear, program):
    settle(program)
    event = CustomerRenamed(customer["id"], "A", "B")
    same = {"about": "customer/elsewhere", "id": uuid4(), "time": datetime(2026, 1, 1, tzinfo=UTC)}

    hear(event, **same)
    hear(event, **same)

    types = [entry["type"] for entry in client.get(f"{card}/log").json["items"]]
    assert types.count("customers.CustomerRenamed") == 1


def test_a_comment_by_hand_reaches_the_log(client, card, program):
    client.post(f"{card}/log", json={"text": "Møtte dem på messen"})
    settle(program)

    [comment] = client.get(f"{card}/log?category=comment").json["items"]
    assert comment["data"]["text"] == "Møtte dem på messen"
    assert client.get(f"{card}/log?text=messen").json["items"] == [comment]
    assert client.get(f"{card}/log?text=borte").json["items"] == []


def test_the_log_tells_when_somebody_tampered_with_it(client, card, program, ada):
    client.patch(card, json={"name": "Ny"}, version=1)
    settle(program)
    assert client.get("/log/seal").json == {"entries": 2, "broken_at": None}

    with _as(ada, program) as connection:
        forged = update(LogEntry.__table__).where(LogEntry.tenant_id == ada.tenant, LogEntry.position == 1)
        connection.execute(forged.values(data={"name": "Forged"}))

    assert client.get("/log/seal").json["broken_at"] == 1


def test_looking_at_the_seal_waits_for_nobody_who_writes(client, card, program, ada):
    settle(program)

    with _as(ada, program) as connection:
        connection.execute(select(LogHead.__table__).with_for_update())
        assert client.get("/log/seal").json == {"entries": 1, "broken_at": None}


@contextmanager
def _as(who, program):
    with program.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL app.tenant = '{who.tenant}'")
        yield connection


def test_the_card_counts_the_log(client, customer, program):
    settle(program)

    assert client.get(f"/card/{customer['id']}").json["items"]["log"]["count"] == 1
