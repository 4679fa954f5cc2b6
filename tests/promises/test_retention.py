"""What was done is remembered for as long as somebody may say it again, and what nobody needs is forgotten."""

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, insert, select, update

from chassis import events, idempotency, inbox
from chassis.idempotency import answers
from chassis.outbox import outbox
from chassis.tables import now
from tests.promises.patience import until

DAY = timedelta(days=1)
LONGEST_PAUSE = 0.004  # seconds
LONG_AGO = 400 * DAY
KEY = {"Idempotency-Key": "k-1"}


def aged(form, column, condition, age):
    """Make rows that old."""
    with form.web["customers"].engine.begin() as connection:
        done = connection.execute(update(column.table).where(condition).values({column.name: now() - age}))
    return done.rowcount


def count(form, column, condition):
    with form.web["customers"].engine.begin() as connection:
        return connection.scalar(select(func.count(column)).where(condition))


@pytest.fixture
def tidy(form):
    """Have the worker tidy now, and not in an hour; wait until that is done."""

    def tidy():
        old = uuid4()
        with form.web["customers"].engine.begin() as connection:
            seen = {"event_id": old, "digest": "", "type": "", "received_at": now() - LONG_AGO}
            connection.execute(insert(inbox.inbox).values(seen))
            place = {"tenant_id": old, "employee_id": old, "key": "k", "fingerprint": ""}
            connection.execute(insert(answers).values(**place, kept_at=now() - LONG_AGO))
        form.chores("customers")
        until(lambda: not count(form, inbox.inbox.c.event_id, inbox.inbox.c.event_id == old), "old ids are forgotten")
        until(lambda: not count(form, answers.c.key, answers.c.tenant_id == old), "old answers are forgotten")

    return tidy


@contextmanager
def all_the_time(form, clean) -> Iterator[None]:
    """Clean again and again for as long as the block lasts."""
    stop, failures = threading.Event(), []

    def work():
        while not stop.is_set():
            try:
                with form.web["customers"].engine.begin() as connection:
                    clean(connection)
            except Exception as error:
                failures.append(error)
                raise
            time.sleep(random.uniform(0, LONGEST_PAUSE))  # now and then between two steps of somebody else

    cleaner = threading.Thread(target=work)
    cleaner.start()
    try:
        yield
    finally:
        stop.set()
        cleaner.join()
    assert failures == []


def test_ids_outlive_whatever_a_publisher_may_send_again(form, client, card, tidy):
    """At an age at which the publisher has forgotten the event, the follower still knows its id."""
    form.relayed("customers", client.who)
    mine = outbox.c.tenant_id == client.who.tenant
    with form.web["customers"].engine.begin() as connection:
        ids = connection.scalars(select(outbox.c.event_id).where(mine)).all()
    known = inbox.inbox.c.event_id.in_(ids)
    assert aged(form, outbox.c.sent_at, mine, 31 * DAY) == len(ids) == 1
    assert aged(form, inbox.inbox.c.received_at, known, 31 * DAY) == 1

    tidy()

    assert count(form, outbox.c.position, mine) == 0
    assert count(form, inbox.inbox.c.event_id, known) == 1


def test_ids_are_forgotten_in_the_end(form, conversation, tidy):
    first = conversation.event(1)
    conversation.deliver(first)
    conversation.comes_to(1)
    mine = inbox.inbox.c.event_id == first.id
    aged(form, inbox.inbox.c.received_at, mine, 36 * DAY)

    tidy()

    assert count(form, inbox.inbox.c.event_id, mine) == 0


def test_what_comes_again_after_its_id_was_forgotten_is_stopped_by_its_version(form, conversation, tidy):
    stream = [conversation.event(version) for version in range(1, 6)]
    conversation.deliver(*stream)
    conversation.comes_to(1, 2, 3, 4, 5)
    aged(form, inbox.inbox.c.received_at, inbox.inbox.c.event_id.in_([each.id for each in stream]), LONG_AGO)
    tidy()

    conversation.deliver(*stream)
    conversation.deliver(stream[2])

    conversation.comes_to(1, 2, 3, 4, 5)


def test_what_was_not_sent_is_kept_however_old(form, client, card, tidy):
    form.relayed("customers", client.who)
    mine = outbox.c.tenant_id == client.who.tenant
    form.stop("customers")
    client.patch(card, json={"name": "Ny AS"}, version=1)
    aged(form, outbox.c.recorded_at, mine, LONG_AGO)
    with form.web["customers"].engine.begin() as connection:
        events_sent = select(func.count()).where(mine, outbox.c.sent_at.is_not(None))
        assert connection.scalar(events_sent) == 1
    form.start("customers")

    form.relayed("customers", client.who)

    log = client.get(f"{card}/log").json["items"]
    assert [entry["type"] for entry in log] == ["customers.CustomerRenamed", "customers.CustomerRegistered"]


def test_what_waits_or_is_parked_is_kept_however_old(form, conversation, another, tidy):
    from chassis.waiting import waiting

    conversation.deliver(conversation.broken(1), conversation.event(2))
    conversation.becomes_parked(1)
    before = [row.id for row in conversation.kept()]
    mine = waiting.c.tenant_id == conversation.who.tenant
    assert aged(form, waiting.c.received_at, mine, LONG_AGO) == 2

    tidy()

    assert [row.id for row in conversation.kept()] == before


def test_duplicates_that_come_while_ids_are_forgotten_take_effect_once(form, conversation, monkeypatch):
    """Ids are forgotten here as soon as they are known; versions stop what comes again, and nothing looks forged."""
    monkeypatch.setattr(inbox, "RETENTION", timedelta(0))
    stream = [events.write(conversation.event(version)).encode() for version in range(1, 11)]

    with all_the_time(form, inbox.clean):
        for raw in stream:
            for _ in range(20):
                form.deliver(raw, "dialog.CommunicationRegistered")
        form.settle()

    conversation.comes_to(*range(1, 11))


def test_a_duplicate_at_the_very_moment_its_id_is_forgotten_is_stopped_by_its_version(conversation, monkeypatch):
    """Its id is known when it is to be inserted, and gone when somebody looks which body it had."""
    first, insert_new = conversation.event(1), inbox.insert_new
    conversation.deliver(first)
    conversation.comes_to(1)

    def known_and_gone(connection, table, row):
        new = insert_new(connection, table, row)
        if not new and row.get("event_id") == first.id:
            connection.execute(delete(inbox.inbox).where(inbox.inbox.c.event_id == first.id))
        return new

    monkeypatch.setattr(inbox, "insert_new", known_and_gone)
    conversation.deliver(first)
    conversation.form.settle()

    assert conversation.kept() == []  # nobody has to look at a mere duplicate
    assert conversation.logged() == conversation.subjects(1)


def test_an_event_that_waits_outlives_the_forgetting_of_ids(form, conversation, monkeypatch):
    monkeypatch.setattr(inbox, "RETENTION", timedelta(0))

    with all_the_time(form, inbox.clean):
        conversation.deliver(conversation.event(1), conversation.event(3), conversation.event(4))
        until(lambda: conversation.held() == [3, 4], "the gap")
        conversation.deliver(conversation.event(2))
        until(lambda: conversation.kept() == [], "the gap is filled")

    conversation.comes_to(1, 2, 3, 4)


def test_an_answer_is_kept_for_two_days(form, client, tidy):
    first = client.post("/customers", json={"name": "Fjordvik AS"}, headers=KEY)
    mine = answers.c.tenant_id == client.who.tenant
    assert aged(form, answers.c.kept_at, mine, timedelta(hours=47)) == 1

    tidy()

    again = client.post("/customers", json={"name": "Fjordvik AS"}, headers=KEY)
    assert (again.data, again.headers["Idempotency-Replayed"]) == (first.data, "true")


def test_a_key_is_free_again_after_two_days(form, client, tidy):
    first = client.post("/customers", json={"name": "Fjordvik AS"}, headers=KEY)
    aged(form, answers.c.kept_at, answers.c.tenant_id == client.who.tenant, timedelta(hours=49))

    tidy()

    again = client.post("/customers", json={"name": "Annen AS"}, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert UUID(first.json["id"]) != UUID(again.json["id"])


def test_replays_that_come_while_answers_are_forgotten_are_answered_from_what_is_kept(form, client):
    first = client.post("/customers", json={"name": "Fjordvik AS"}, headers=KEY)
    aged(form, answers.c.kept_at, answers.c.tenant_id == client.who.tenant, timedelta(hours=47))

    def send(_):
        return form.client(client.who).post("/customers", json={"name": "Fjordvik AS"}, headers=KEY)

    with all_the_time(form, idempotency.clean), ThreadPoolExecutor(8) as pool:
        replays = list(pool.map(send, range(40)))

    assert {answer.data for answer in replays} == {first.data}
    assert len(client.get("/customers").json["items"]) == 1


def test_a_replay_at_the_very_moment_its_answer_is_forgotten_is_answered_anyhow(form, client, monkeypatch):
    """Answers are forgotten here as soon as they are kept: a replay is a replay, or a request of its own."""
    monkeypatch.setattr(idempotency, "KEPT", timedelta(0))

    def send(_):
        return form.client(client.who).post("/customers", json={"name": "Fjordvik AS"}, headers=KEY)

    with all_the_time(form, idempotency.clean), ThreadPoolExecutor(8) as pool:
        replays = list(pool.map(send, range(80)))

    made = {answer.json["id"] for answer in replays if answer.status_code == 201}
    assert {answer.status_code for answer in replays} == {201}
    assert {each["id"] for each in client.get("/customers?limit=200").json["items"]} == made
