"""The broker dies, freezes, fills up or forgets, and links to it break in every way: people notice nothing."""

import random
import time
from datetime import UTC, datetime, timedelta

import pytest
import requests

from benchmarks import false_confirms
from tests.faults import mishaps
from tests.faults.driver import Load, writing
from tests.faults.mishaps import MISHAPS
from tests.faults.patience import until
from tests.faults.pulse import Pulse

AFTER_RESTART, AFTER_HANG = 10.0, 15.0  # seconds until events flow again: the goals of the suite
HANG = 8.0  # seconds; long enough for two missed heartbeats of two seconds, which is what a minute would show
PAUSE = 0.1  # seconds between a writer's writes: these tests time a recovery, not how much two busy cores can follow
ROUNDS = 25
OWNER = ("register", "rename", "contact", "note")
RNG = random.Random(3)


@pytest.fixture
def pulse(plant, writer):
    return Pulse(plant, writer)


def unanswered(journal):
    """List what people asked of the owner and did not get at once."""
    intents = [each for each in journal.read().values() if each.kind in OWNER]
    assert intents
    return [each for each in intents if each.silent or set(each.statuses) - {200, 201}]


def test_no_answer_that_comes_late_confirms_another_event(mortal_broker):
    """L08, as kombu has it wrong: twenty-five rounds here, a thousand in ``benchmarks/false_confirms.py``."""
    assert false_confirms.count(mortal_broker, ROUNDS) == 0


def test_nothing_is_marked_as_sent_that_is_not_at_the_broker(plant, writers, oracle):
    """L08."""
    load = Load(writers, 20)
    with mishaps.answers_come_late(plant, RNG):
        load.start()
        load.join()
    assert oracle.verdict() == []


def test_a_killed_broker_costs_nobody_a_write_and_events_ten_seconds(plant, writers, journal, oracle, pulse):
    """L09."""
    with writing(writers, pause=PAUSE):
        time.sleep(0.5)
        with mishaps.broker_is_killed(plant, RNG):
            time.sleep(1.5)
        back = pulse.felt(AFTER_RESTART)
    print(f"consuming {back:.1f} s after the broker")  # noqa: T201  # a figure to read
    assert unanswered(journal) == []
    assert oracle.verdict() == []


def test_a_frozen_broker_costs_nobody_a_write_and_events_fifteen_seconds(plant, writers, journal, oracle, pulse):
    """L10."""
    with writing(writers, pause=PAUSE):
        with mishaps.broker_is_frozen(plant, RNG):
            time.sleep(HANG)
        back = pulse.felt(AFTER_HANG)
    print(f"consuming {back:.1f} s after the hang")  # noqa: T201  # a figure to read
    assert unanswered(journal) == []
    assert oracle.verdict() == []


@pytest.mark.parametrize("way", [name for name in MISHAPS if name.startswith("L11")])
def test_a_broken_link_is_given_up_and_made_again(plant, writers, journal, oracle, pulse, way):
    """L11."""
    with writing(writers, pause=PAUSE):
        with MISHAPS[way](plant, RNG):
            time.sleep(5)
        back = pulse.felt(AFTER_HANG)
    print(f"consuming {back:.1f} s after the link")  # noqa: T201  # a figure to read
    assert unanswered(journal) == []
    assert oracle.verdict() == []


@pytest.mark.parametrize("alarm", [mishaps.memory_alarm, mishaps.disk_alarm])
def test_a_broker_in_alarm_holds_events_and_nobody_who_writes(plant, writers, journal, oracle, pulse, alarm):
    """L12."""
    with writing(writers, pause=PAUSE) as load:
        with alarm(plant, RNG):
            began, written = time.monotonic(), load.written
            until(lambda: outbox_age(plant) > 1.5, 15, "the age of the outbox tells of the alarm")
            assert load.written - written >= 10 * (time.monotonic() - began)
        pulse.felt(AFTER_RESTART)
    assert unanswered(journal) == []
    assert oracle.verdict() == []


def outbox_age(plant):
    metrics = requests.get(f"{plant.address('customers')}/metrics", timeout=5).text
    return next(float(line.split()[1]) for line in metrics.splitlines() if line.startswith("kundekort_outbox_age"))


def test_events_of_a_deleted_queue_come_again_when_they_are_replayed(plant, writers, oracle):
    """L13: the other followers had them, so that nobody but the publisher's outbox can say what is missing."""
    began = datetime.now(UTC)
    with writing(writers, pause=PAUSE):
        for name in plant.programs:
            plant.broker.manage("DELETE", mishaps.root("queues", f"{name}.inbox"))
            time.sleep(0.5)
    plant.await_listeners()
    plant.replay(began)
    assert oracle.verdict() == []


def test_a_deleted_exchange_comes_again_with_all_that_was_bound_to_it(plant, writers, journal, oracle, pulse):
    """L13: nobody has to restart anything; what one follower got before the others listened again is replayed."""
    began = datetime.now(UTC)
    with writing(writers, pause=PAUSE):
        plant.broker.manage("DELETE", mishaps.root("exchanges", "kundekort.events"))
        pulse.felt(AFTER_HANG)
    assert unanswered(journal) == []
    plant.replay(began)
    assert oracle.verdict() == []


def test_a_binding_that_is_missing_is_made_again(plant, writers, oracle, pulse):
    """L13: what the follower missed meanwhile is replayed."""
    began = datetime.now(UTC)
    there = "bindings/%2F/e/kundekort.events/q/invoicing.inbox"
    with writing(writers, pause=PAUSE):
        for binding in plant.broker.manage("GET", there):
            plant.broker.manage("DELETE", f"{there}/{binding['properties_key']}")
        pulse.felt(AFTER_HANG)
    plant.replay(began)
    assert oracle.verdict() == []


def test_a_broker_that_lost_everything_is_fed_again_from_the_outboxes(plant, writers, oracle):
    """L14: with events in its queues when it happens."""
    began = datetime.now(UTC)
    plant.kill("invoicing", "worker")
    load = Load(writers, 40)
    load.start()
    load.join()
    until(lambda: plant.queued()["invoicing"] >= 20, 15)
    plant.broker.wipe()
    plant.start("invoicing", "worker")
    plant.await_listeners()
    plant.replay(began - timedelta(minutes=1))
    assert oracle.verdict() == []
