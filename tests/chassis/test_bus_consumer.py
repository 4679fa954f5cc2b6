import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise

import pytest

from tests.chassis.bus_parties import (
    FOLLOWER,
    Follower,
    an_event,
    announce,
    bodies,
    channel_to,
    consuming,
    events,
    follow,
    heard,
    publish_oddly,
    publishing,
    wait_until,
)
from tests.servers import RabbitMQ, rabbitmq
from tests.tcpproxy import Proxy, proxied

ODD_MESSAGES = [
    {"body": b""},
    {"body": b"{not json"},
    {"body": b"\xff"},
    {"body": "blåbær".encode("latin-1"), "content_encoding": "utf-8"},
    {"body": "blåbær".encode(), "content_encoding": "utf-8"},
    {"body": b"\x1f\x8b\x08\x00", "content_encoding": "gzip"},
    {"body": b"?", "content_encoding": "no such encoding"},
    {"body": b"\x80\x04K\x01.", "content_type": "application/x-python-serialize"},
    {"body": b"", "content_type": "application/json", "message_id": "\udcff"},
    {"body": b"odd properties", "type": b"\xff", "content_type": b"\xff", "message_id": b"\xc3"},
    {"body": b"odd header", "application_headers": {"x": "\udcff", "deep": [[[{"deeper": None}]]]}},
    {"body": b"odd key", "key": b"customers.\xff\xfe"},
    {"body": bytes(1_000_000), "message_id": b"\xff"},
]


@pytest.fixture
def url(broker: RabbitMQ) -> Iterator[str]:
    url = broker.vhost()
    follow(url)
    yield url
    broker.drop(url)


@pytest.fixture
def proxy(url: str) -> Iterator[Proxy]:
    with proxied(url) as proxy:
        yield proxy


def as_bodies(count, start=0):
    return [str(number).encode() for number in range(start, start + count)]


def failing(times):
    """Stand for a database that is away for the first *times* messages."""
    left = iter(range(times))

    def fail(_raw):
        if next(left, None) is not None:
            raise ConnectionError("the database is away")

    return fail


def test_events_arrive_in_order_with_what_the_wire_says_of_them(url):
    follower = Follower()
    with consuming(url, follower) as consumer:
        announce(url, *events(500))
        wait_until(lambda: len(follower.stored) == 500, within=10)
    assert follower.stored == as_bodies(500)
    assert consumer.handled == 500
    assert time.monotonic() - consumer.last_seen < 5
    assert follower.properties[0]["routing_key"] == "customers.CustomerRenamed"
    assert follower.properties[0]["content_type"] == "application/cloudevents+json"
    assert follower.properties[0]["redelivered"] is False
    assert bodies(url) == []


def test_the_most_awkward_bytes_arrive_as_they_are(url):
    for message in ODD_MESSAGES:
        publish_oddly(url, **message)
    follower = Follower()
    with consuming(url, follower) as consumer:
        announce(url, an_event(b"the next one"))
        wait_until(lambda: consumer.handled == len(ODD_MESSAGES) + 1, within=10)
    assert follower.stored == [message["body"] for message in ODD_MESSAGES] + [b"the next one"]
    assert {type(raw) for raw in follower.stored} == {bytes}
    assert follower.properties[11]["routing_key"] == "customers.??"


def test_what_could_not_be_stored_comes_again_in_order_and_without_haste(url):
    tries = []
    fail = failing(2)

    def first(raw):
        tries.append(time.monotonic())
        fail(raw)

    follower = Follower(first)
    announce(url, *events(20))
    with consuming(url, follower) as consumer:
        wait_until(lambda: consumer.handled == 20, within=25)
    assert follower.stored == as_bodies(20)
    assert len(tries) == 22
    assert all(again - before >= 0.2 for before, again in pairwise(tries[:3]))


def test_a_long_piece_of_work_does_not_cost_the_connection(url, proxy):
    announce(url, *events(3))
    follower = Follower(lambda raw: time.sleep(3.5) if raw == b"1" else None)
    with consuming(proxy.url, follower, heartbeat=1) as consumer:
        wait_until(lambda: consumer.handled == 3, within=15)
    assert follower.stored == as_bodies(3)
    assert proxy.connections == 1


def test_of_two_workers_one_consumes_and_the_other_takes_over(url):
    begun = Follower()
    with ExitStack() as first_worker, ExitStack() as second_worker:
        first_worker.enter_context(consuming(url, begun))
        announce(url, *events(1))
        wait_until(lambda: begun.stored, within=5)
        standby = Follower()
        second_worker.enter_context(consuming(url, standby))
        announce(url, *events(200, start=1))
        wait_until(lambda: len(begun.stored) == 201, within=10)
        assert standby.stored == []

        first_worker.close()
        announce(url, *events(100, start=201))
        wait_until(lambda: len(standby.stored) == 100, within=5)
    assert begun.stored + standby.stored == as_bodies(301)


def test_the_other_worker_goes_on_where_a_broken_one_stopped(url, proxy):
    halfway = threading.Event()

    def first(raw):
        if raw == b"50":
            halfway.set()
            time.sleep(0.5)

    active, standby = Follower(first), Follower()
    with consuming(proxy.url, active, heartbeat=1):
        announce(url, an_event(b"begin"))
        wait_until(lambda: active.stored, within=5)
        with consuming(url, standby):
            announce(url, *events(100))
            assert halfway.wait(10)
            proxy.close_gates()
            wait_until(lambda: standby.stored[-1:] == [b"99"], within=10)
            proxy.open_gates()
    taken_over_at = int(standby.stored[0])
    assert taken_over_at <= 50
    assert active.stored == [b"begin", *as_bodies(len(active.stored) - 1)]
    assert standby.stored == as_bodies(100 - taken_over_at, taken_over_at)


def test_stopping_finishes_the_message_at_hand_and_leaves_the_rest(url):
    begun = threading.Event()
    follower = Follower(lambda _raw: begun.set() or time.sleep(1))
    announce(url, *events(5))
    with consuming(url, follower, crowd=1):
        assert begun.wait(5)
    assert follower.stored == as_bodies(1)
    assert bodies(url) == as_bodies(4, start=1)


def test_stopping_does_not_wait_for_a_broker_that_is_silent(url, proxy):
    follower = Follower()
    with consuming(proxy.url, follower, timeout=1):
        announce(url, *events(1))
        wait_until(lambda: follower.stored, within=5)
        proxy.close_gates()
        began = time.monotonic()
    assert time.monotonic() - began < 4


def test_a_link_that_swallowed_everything_is_given_up_and_made_again(url, proxy):
    follower = Follower()
    with consuming(proxy.url, follower, heartbeat=3) as consumer:
        announce(url, *events(1))
        wait_until(lambda: consumer.handled == 1, within=5)
        proxy.close_gates()
        announce(url, *events(50, start=1))
        time.sleep(15)
        assert consumer.handled == 1
        assert proxy.connections > 1
        proxy.open_gates()
        back_after = wait_until(lambda: consumer.handled >= 51, within=10)
    print(f"back {back_after:.1f} s after the link")  # noqa: T201  # a figure to read
    assert follower.stored == as_bodies(51)


def test_a_link_that_drops_all_the_time_loses_nothing(url, proxy):
    follower = Follower()
    with consuming(proxy.url, follower), publishing(proxy.url, timeout=1) as publisher:
        unsent = {event.id: event for event in events(300)}
        resets = iter(range(6))
        while unsent:
            for sent in publisher.publish(list(unsent.values())[:30]):
                del unsent[sent]
            if next(resets, None) is not None:
                proxy.reset()
                time.sleep(0.2)
        wait_until(lambda: set(follower.stored) == set(as_bodies(300)), within=15)


def test_a_queue_that_was_deleted_is_declared_again(url):
    follower = Follower()
    with consuming(url, follower) as consumer:
        announce(url, *events(1))
        wait_until(lambda: consumer.handled == 1, within=5)
        with channel_to(url) as channel:
            channel.queue_delete(f"{FOLLOWER}.inbox")
        with publishing(url) as publisher:
            event = an_event(b"1")
            wait_until(lambda: publisher.publish([event]), within=10)
        wait_until(lambda: follower.stored == as_bodies(2), within=5)


def test_what_kills_its_worker_again_and_again_ends_in_the_drawer_of_the_dead(url):
    with channel_to(url) as channel:
        channel.queue_delete(f"{FOLLOWER}.inbox")

    def first(raw):
        if raw == b"deadly":
            raise ConnectionError

    follower = Follower(first)
    with consuming(url, follower, delivery_limit=1, prefetch=1) as consumer, publishing(url) as publisher:
        wait_until(lambda: publisher.publish([an_event(b"deadly")]), within=5)
        wait_until(lambda: publisher.publish([an_event(b"harmless")]), within=5)
        wait_until(lambda: consumer.handled >= 1, within=20)
        assert follower.stored == [b"harmless"]
        wait_until(lambda: bodies(url, f"{FOLLOWER}.dead") == [b"deadly"], within=5)


def test_a_broker_that_is_killed_and_comes_back_costs_ten_seconds_and_no_event():
    follower = Follower()
    with rabbitmq() as own, consuming(own.url, follower) as consumer, publishing(own.url) as publisher:
        unsent = {event.id: event for event in events(100)}

        def delivered(count):
            for sent in publisher.publish(list(unsent.values())[: count - 100 + len(unsent)]):
                del unsent[sent]
            return len(unsent) <= 100 - count

        wait_until(lambda: delivered(50), within=10)
        time.sleep(3)  # a queue younger than two seconds does not survive this (RabbitMQ 3.10)
        own.kill()
        delivered(100)
        own.start()
        back_after = wait_until(lambda: delivered(100) and consumer.handled >= 100, within=10)
    print(f"back {back_after:.1f} s after the broker")  # noqa: T201  # a figure to read
    assert set(follower.stored) == set(as_bodies(100))


def test_no_message_is_taken_as_stored_when_its_connection_broke_meanwhile(url, proxy):
    begun = threading.Event()

    def first(_raw):
        if not begun.is_set():
            begun.set()
            time.sleep(1)

    follower = Follower(first)
    announce(url, *events(2))
    with heard() as lines, consuming(proxy.url, follower, crowd=1) as consumer:
        assert begun.wait(5)
        proxy.reset()
        wait_until(lambda: consumer.handled == 2, within=10)
    assert follower.stored == [b"0", b"0", b"1"]
    assert "consumer begins anew" in [line["event"] for line in lines]
    assert follower.properties[1]["redelivered"] is True
