"""What is announced goes out: with its change or not at all, in order, until somebody confirmed it."""

import json
import threading
import time

import pytest
from sqlalchemy import select, update

from chassis import relay
from chassis.outbox import outbox, replay
from chassis.relay import HandOver
from chassis.tables import now
from tests.chassis.carriers import Messenger
from tests.suite import Client, errors


def sent(program, carrier):
    """Relay until nothing is left to try; return how many were confirmed and how many were not."""
    with program.engine.connect() as connection:
        return relay.once(connection, carrier)


@pytest.fixture
def empty(program):
    """An outbox in which nothing waits."""
    make_due(program)
    while sent(program, Messenger())[0]:
        pass


def versions(messenger):
    return [json.loads(body)["aggregateversion"] for body in messenger.bodies()]


def note(client, card, text="Ring dem"):
    return client.post(f"{card}/notes", json={"text": text})


def test_what_changed_and_what_is_announced_are_one_transaction(client, card, announced):
    before = announced()

    changed = client.patch(card, json={"name": "Ny AS"}, version=1)
    refused = client.patch(card, json={"name": "Eldre AS"}, version=1)
    invalid = client.patch(card, json={"name": ""}, version=2)

    assert [changed.status_code, refused.status_code, invalid.status_code] == [200, 412, 422]
    assert [kind for kind, _ in announced()[len(before) :]] == ["customers.CustomerRenamed"]


def test_a_request_that_fails_at_its_end_announces_nothing(client, announced):
    """The number series and the event are written before the constraint says no."""
    client.post("/customers", json={"name": "Først", "org_number": "123456785"})
    before = announced()

    assert client.post("/customers", json={"name": "Sist", "org_number": "123456785"}).status_code == 409
    assert announced() == before


def test_the_relay_sends_each_once_and_in_order(program, client, empty, card):
    for version in range(1, 8):
        client.patch(card, json={"name": f"Navn {version}"}, version=version)
    messenger = Messenger()

    assert sent(program, messenger) == (8, 0)
    assert sent(program, messenger) == (0, 0)

    assert versions(messenger) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert {message.routing_key.partition(".")[0] for message in messenger.given} == {"customers"}


def test_what_is_not_confirmed_is_sent_again_and_only_that(program, client, empty, card):
    client.patch(card, json={"name": "To AS"}, version=1)
    client.patch(card, json={"name": "Tre AS"}, version=2)
    refusing = Messenger(lambda message: b'"aggregateversion":2,' not in message.body)
    assert sent(program, refusing) == (2, 1)

    again = Messenger()

    assert sent(program, again) == (1, 0)
    assert versions(again) == [2]
    assert again.given[0] in refusing.given  # byte by byte: followers know it by its id


@pytest.fixture
def unloved(customer):
    """Turns away what is announced about the customer itself, and takes all else."""
    return Messenger(refuses=lambda message: customer["id"].encode() in message.body and b"note/" not in message.body)


def make_due(program):
    """Wait out the pauses of what was turned away."""
    with program.engine.begin() as connection:
        connection.execute(update(outbox).where(outbox.c.next_at.is_not(None)).values(next_at=now()))


def test_what_is_turned_away_does_not_hold_up_other_aggregates(program, client, empty, card, unloved):
    client.patch(card, json={"name": "Ny AS"}, version=1)
    sent(program, unloved)
    client.patch(card, json={"name": "Nyere AS"}, version=2)
    note(client, card)
    later = Messenger()

    assert sent(program, later) == (1, 0)
    assert [message.routing_key for message in later.given] == ["customers.NoteWritten"]


def test_what_was_turned_away_is_tried_again_and_goes_before_what_follows_it(program, client, empty, card, unloved):
    sent(program, unloved)
    client.patch(card, json={"name": "Ny AS"}, version=1)
    assert sent(program, Messenger()) == (0, 0)
    make_due(program)
    later = Messenger()

    assert sent(program, later) == (2, 0)
    assert versions(later) == [1, 2]


def test_whoever_is_turned_away_waits_longer_each_time(program, client, empty, card, unloved):
    pauses = []
    for _ in range(8):
        sent(program, unloved)
        with program.engine.begin() as connection:
            row = connection.execute(select(outbox).order_by(outbox.c.position.desc()).limit(1)).one()
        pauses.append(round((row.next_at - now()).total_seconds()))
        make_due(program)

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert row.attempts == 8


def test_a_broker_that_is_away_is_nobodys_fault_and_delays_nothing_afterwards(program, client, empty, card):
    assert sent(program, Messenger(lambda _message: False)) == (0, 1)

    assert sent(program, Messenger()) == (1, 0)


def test_what_was_sent_can_be_sent_again_to_a_broker_that_lost_it(program, client, empty, card):
    began = now()
    client.patch(card, json={"name": "Ny AS"}, version=1)
    first, second = Messenger(), Messenger()
    sent(program, first)

    with program.engine.begin() as connection:
        assert replay(connection, began) == 2
    sent(program, second)

    assert second.given == first.given


def test_a_carrier_that_breaks_marks_nothing(program, client, empty, card):
    def breaks(_message):
        raise ConnectionError

    with pytest.raises(ConnectionError):
        sent(program, Messenger(breaks))

    assert sent(program, Messenger()) == (1, 0)


def test_a_message_is_a_whole_cloudevent(program, client, ada, empty, customer):
    messenger = Messenger()
    sent(program, messenger)

    [body] = messenger.bodies()
    event = json.loads(body)
    assert event["data"]["name"] == "Fjordvik Industri AS"
    assert {name: event[name] for name in ("specversion", "source", "type", "tenant", "customer", "actor")} == {
        "specversion": "1.0",
        "source": "/customers",
        "type": "customers.CustomerRegistered",
        "tenant": str(ada.tenant),
        "customer": customer["id"],
        "actor": str(ada.employee),
    }
    assert (event["aggregate"], event["aggregateversion"]) == (f"customer/{customer['id']}", 1)


def test_handed_over_an_event_is_in_the_followers_tables_before_it_is_marked(program, client, empty, card):
    client.patch(card, json={"name": "Ny AS"}, version=1)

    assert sent(program, HandOver([program])) == (2, 0)

    log = client.get(f"{card}/log").json["items"]
    assert [entry["type"] for entry in log] == ["customers.CustomerRenamed", "customers.CustomerRegistered"]


def test_the_relay_is_woken_by_a_change_and_outlives_its_carrier(program, client, empty, card):
    stop, messenger = threading.Event(), Messenger()
    worker = threading.Thread(target=relay.run, args=(program, messenger, stop), daemon=True)
    worker.start()
    client.patch(card, json={"name": "Ny AS"}, version=1)
    until = time.monotonic() + 5
    while len([each for each in messenger.given if each.id]) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    stop.set()
    worker.join(5)

    assert versions(messenger) == [1, 2]
    assert not worker.is_alive()


def test_the_backlog_is_measured(program, client, empty, card):
    client.patch(card, json={"name": "Ny AS"}, version=1)

    lines = dict(line.split(" ") for line in client.get("/metrics").text.splitlines() if line[0] != "#")

    assert float(lines["kundekort_outbox_events"]) == 2
    assert 0 < float(lines["kundekort_outbox_age_seconds"]) < 30


def test_an_event_that_is_too_large_is_refused_and_its_change_with_it(client, card, announced, monkeypatch):
    """The largest thing that can be written today is a note; so the limit comes down to meet it."""
    before = announced()
    monkeypatch.setattr("chassis.events.LARGEST", 1_000)

    assert note(client, card, "x" * 900).status_code == 413
    assert client.get(f"{card}/notes").json["items"] == []
    assert announced() == before


def test_an_event_counts_in_bytes_and_not_in_characters(client, card, monkeypatch):
    monkeypatch.setattr("chassis.events.LARGEST", 1_800)

    assert note(client, card, "x" * 900).status_code == 201
    refused = note(client, card, "å" * 900)
    assert refused.status_code == 413
    assert errors(refused) == {}


def test_a_change_is_announced_once_however_many_write_at_once(client, card, announced):
    before = len(announced())
    answers = []
    writers = [
        threading.Thread(
            target=lambda i=i: answers.append(
                Client(client.program, client.who).patch(card, json={"name": f"N{i}"}, version=1).status_code
            )
        )
        for i in range(8)
    ]
    for each in writers:
        each.start()
    for each in writers:
        each.join()

    assert sorted(answers) == [200] + [412] * 7
    assert len(announced()) == before + 1
