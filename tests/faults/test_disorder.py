"""Events come often, in any order, late, from two relays, under wrong clocks, to slow followers; some are poison."""

import random
import signal
import time
from contextlib import contextmanager, suppress

import pytest
import requests
from uuid_utils.compat import uuid7

from chassis import auth, events
from contracts.customers import ContactEnded
from tests.faults import mishaps
from tests.faults.driver import Load, writing
from tests.faults.patience import until
from tests.faults.plant import token
from tests.faults.pulse import Pulse
from tests.suite import envelope

WINDOW = 50  # events among which the order is any
TIMES = 5  # that each comes
LOST = 10  # one in so many
DAY = 86_400
PUT_OFF_UNTIL_TOMORROW = """
UPDATE outbox SET sent_at = NULL, attempts = 1, next_at = now() + interval '1 day' WHERE tenant_id = %s
"""
NO_PROTOCOL_CARRIES_IT = """
INSERT INTO outbox (event_id, tenant_id, type, aggregate, version, body, recorded_at, attempts)
VALUES (gen_random_uuid(), gen_random_uuid(), 'customers.' || repeat('x', 300), 'thing/1', 1, '{}', now(), 0)
"""
FEW = 40  # events that may lie in a queue
TAKEN_AHEAD = 300  # more than a consumer takes ahead and a small queue holds


def announced(plant, writers):
    """Read what the customers service has to announce for these writers, in its order."""
    tenants = [writer.who.tenant for writer in writers]
    query = "SELECT event_id, type, body FROM outbox WHERE tenant_id = ANY(%s) ORDER BY position"
    with plant.look("customers") as look:
        return [(str(row[0]), row[1], row[2].encode()) for row in look.execute(query, (tenants,))]


def shuffled(messages, rng):
    """Let the order be any within a window, lose some, and let all others come several times."""
    kept = [each for each in messages if rng.randrange(LOST)]
    for first in range(0, len(kept), WINDOW):
        window = TIMES * kept[first : first + WINDOW]
        rng.shuffle(window)
        yield window


def test_events_in_any_order_and_number_have_their_effects_once_and_in_order(plant, writers, oracle):
    """L20: five times, shuffled, every tenth lost and sent again by the relay, which was away all the time."""
    plant.kill("customers", "worker")
    Load(writers, 150).run()
    for window in shuffled(announced(plant, writers), random.Random(20)):
        plant.say(*window)
    plant.start("customers", "worker")
    assert oracle.verdict() == []


def marked(plant, writer):
    query = "SELECT event_id, sent_at FROM outbox WHERE tenant_id = %s AND sent_at IS NOT NULL"
    with plant.look("customers") as look:
        return dict(look.execute(query, (writer.who.tenant,)).fetchall())


@contextmanager
def stopped_with_answers_outstanding(plant, writer):
    """Stop the leading relay when it has sent and waits; for as long as the block lasts, it leads no more."""
    leading = plant.children["customers", "worker"]
    plant.links["customers"].to_client.close()
    for _ in range(20):
        writer.write("rename")
    time.sleep(0.5)
    leading.signal(signal.SIGSTOP)
    try:
        yield
    finally:
        plant.links["customers"].open_gates()
        leading.signal(signal.SIGCONT)


def test_a_relay_that_slept_through_its_end_marks_nothing(plant, writer, oracle):
    """L21: the other took over and sent again; what the first still believes to have sent is not its to mark."""
    writer.write("register")
    oracle.verdict()
    with plant.one_more("customers", KUNDEKORT_BROKER_URL=plant.broker.url):
        with stopped_with_answers_outstanding(plant, writer):
            plant.depose("customers")
            until(lambda: len(marked(plant, writer)) >= 15, 30, "the other relay sends")
            before = marked(plant, writer)
        time.sleep(1.5)
        after = marked(plant, writer)
    assert {event: after[event] for event in before} == before
    assert oracle.verdict() == []


def test_clocks_that_are_a_day_apart_change_no_order(plant, writers, oracle):
    """L22: the owner's worker a day ahead, a follower's a day behind, then an hour back."""
    places = [(name, "worker") for name in plant.programs]
    with writing(writers, pause=0.05):
        with plant.at_another_time(DAY, places[0]), plant.at_another_time(-DAY, places[1]):
            Pulse(plant, writers[0]).felt(20)
        with plant.at_another_time(-3600, places[2]):
            Pulse(plant, writers[0]).felt(20)
    assert oracle.verdict() == []


@pytest.mark.parametrize(("seconds", "status"), [(20, 200), (-20, 200), (100, 401), (-100, 401), (DAY, 401)])
def test_a_token_is_believed_when_clocks_are_a_minute_apart_at_most(plant, writer, seconds, status):
    """L22."""
    time_machine = pytest.importorskip("time_machine")
    with time_machine.travel(time.time() + seconds):
        signed = token(writer.who, "customers")
    answer = requests.get(
        f"{plant.address('customers')}/customers", headers={"Authorization": f"Bearer {signed}"}, timeout=5
    )
    assert answer.status_code == status
    assert auth.LEEWAY <= 60


def test_what_waits_is_tried_again_though_the_clock_was_put_back(plant, writer, oracle):
    """L22: a pause that began under tomorrow's clock is over today."""
    writer.write("register")
    oracle.verdict()
    mine = (writer.who.tenant,)
    with plant.look("customers") as look:
        look.execute(PUT_OFF_UNTIL_TOMORROW, mine)
        query = "SELECT count(*) FROM outbox WHERE tenant_id = %s AND sent_at IS NULL"
        until(lambda: look.execute(query, mine).fetchone()[0] == 0, 10)
    assert oracle.verdict() == []


@contextmanager
def slow(plant, name, table):
    """Let a follower's reactions wait for a lock for as long as the block lasts."""
    with plant.look(name) as look, look.transaction():
        look.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


def held_back(plant):
    with plant.look("customers") as look:
        return look.execute("SELECT count(*) FROM outbox WHERE sent_at IS NULL AND attempts > 0").fetchone()[0]


@contextmanager
def small_queue(plant):
    """Let few events wait for invoicing at the broker; nothing may be on its way before the block or after it."""
    declare_anew(plant, KUNDEKORT_QUEUE_LENGTH=str(FEW))
    try:
        yield
    finally:
        declare_anew(plant)


def declare_anew(plant, **settings):
    plant.broker.manage("DELETE", mishaps.root("queues", "invoicing.inbox"))
    plant.restart("invoicing", "worker", **settings)
    plant.await_listeners()


def test_a_slow_follower_fills_its_queue_so_far_and_no_further(plant, writers, oracle):
    """L25: then its publishers keep the rest, and the other followers have theirs all the time."""
    Load(writers, 30).run()
    assert oracle.verdict() == []
    known = announced(plant, writers)
    longest = 0
    with small_queue(plant):
        with slow(plant, "invoicing", "reference_people"), writing(writers, pause=0.02):
            writers[0].contact(oracle.journal.word())  # at which it comes to a halt; what it knows it would pass over
            time.sleep(1)
            with suppress(ConnectionError):
                plant.say(*(known * (1 + TAKEN_AHEAD // len(known))))
            until(lambda: held_back(plant), 60, "the publisher keeps what has no place")
            for _ in range(10):
                longest = max(longest, plant.queued()["invoicing"])
                time.sleep(0.1)
            assert plant.queued()["dialog"] < TAKEN_AHEAD
        assert oracle.verdict(within=90) == []
    assert FEW <= longest <= FEW + TAKEN_AHEAD  # a quorum queue still takes what was on its way when it was full


@pytest.fixture
def deadly(writer, oracle):
    """An event to which no reaction succeeds: somebody whom nobody knows has left."""
    writer.write("register")
    oracle.verdict()
    unknown = uuid7()
    ended = ContactEnded(writer.customers[0].id, unknown, "Kari", "2026-11-24")
    return envelope(ended, writer.who, aggregate=f"contact/{unknown}")


def test_poison_is_parked_after_five_tries_and_all_else_flows(plant, writers, oracle, deadly):
    """L26: an event no reaction takes, and bytes nobody can read."""
    unreadable = f"{{not json {uuid7()}".encode()
    with writing(writers, pause=0.02):
        plant.say((str(deadly.id), "customers.ContactEnded", events.write(deadly).encode()))
        plant.say((str(uuid7()), "customers.ContactEnded", unreadable))
        Pulse(plant, writers[0]).felt(15)
    with plant.look("invoicing") as look:
        query = "SELECT attempts FROM inbox_waiting WHERE event_id = %s AND parked_at IS NOT NULL"
        until(lambda: look.execute(query, (deadly.id,)).fetchone(), 15)
        assert look.execute(query, (deadly.id,)).fetchone()[0] == 5
        query = "SELECT count(*) FROM inbox_waiting WHERE raw = %s AND parked_at IS NOT NULL"
        assert look.execute(query, (unreadable,)).fetchone()[0] == 1
    told = {str(deadly.id), deadly.data["contact_id"]}  # dialog knows people by whatever it hears of them first
    assert [each for each in oracle.verdict() if not any(word in each for word in told)] == []


def test_a_row_that_no_protocol_can_carry_holds_up_no_other(plant, writers, oracle):
    """L26: its type is longer than a routing key can be."""
    with plant.look("customers") as look:
        look.execute(NO_PROTOCOL_CARRIES_IT)
        try:
            with writing(writers, pause=0.02):
                Pulse(plant, writers[0]).felt(15)
            assert oracle.verdict() == []
            query = "SELECT attempts > 0 AND sent_at IS NULL FROM outbox WHERE length(type) > 255"
            assert look.execute(query).fetchall() == [(True,)]
        finally:
            look.execute("DELETE FROM outbox WHERE length(type) > 255")
