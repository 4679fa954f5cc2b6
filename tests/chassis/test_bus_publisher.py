import logging
import os
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from chassis.bus import ForeignConnection
from tests.chassis.bus_parties import (
    an_event,
    bodies,
    channel_to,
    events,
    follow,
    heard,
    publishing,
    taken_from,
    wait_until,
)
from tests.servers import RabbitMQ
from tests.tcpproxy import Proxy, proxied


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


def ids(messages):
    return {message.id for message in messages}


def test_a_confirmed_event_lies_in_the_queue_as_it_was_recorded(url):
    event = an_event('{"name": "Bjørk & Sønn"}'.encode())
    with publishing(url) as publisher:
        assert publisher.publish([event]) == {event.id}

    [message] = taken_from(url)
    assert bytes(message.body) == event.body
    assert message.properties["message_id"] == event.id
    assert message.properties["content_type"] == "application/cloudevents+json"
    assert message.properties["delivery_mode"] == 2


def test_what_nobody_follows_is_not_sent(url):
    followed, unheard, followed_too = an_event(), an_event(key="nobody.SaidSo"), an_event()
    with publishing(url) as publisher:
        assert publisher.publish([followed, unheard, followed_too]) == {followed.id, followed_too.id}
        assert publisher.publish([unheard]) == set()


def test_a_batch_that_comes_back_whole_does_not_stop_the_line(url):
    large = [an_event(bytes(256 * 1024), key="nobody.SaidSo") for _ in range(60)]
    with publishing(url) as publisher:
        assert publisher.publish(large) == set()
        event = an_event()
        assert publisher.publish([event]) == {event.id}


def test_what_the_broker_refuses_is_not_sent(url):
    full = {"x-queue-type": "classic", "x-max-length": 1, "x-overflow": "reject-publish"}
    with channel_to(url) as channel:
        channel.queue_declare("full", durable=True, auto_delete=False, arguments=full)
        channel.queue_bind("full", "kundekort.events", "dialog.#")
    batch = [an_event(key="dialog.MailReceived") for _ in range(20)]
    with publishing(url) as publisher:
        sent = publisher.publish(batch)

        assert 0 < len(sent) < 20
        assert len(bodies(url, "full")) == len(sent)


def test_an_answer_that_comes_too_late_confirms_nothing_else(url, proxy):
    first, second = an_event(b"first"), an_event(b"second")
    with publishing(proxy.url, timeout=1) as publisher:
        assert publisher.publish([]) == set()
        proxy.to_client.close()
        assert publisher.publish([first]) == set()
        proxy.to_server.close()
        proxy.to_client.open()
        assert publisher.publish([second]) == set()
        assert bodies(url) == [b"first"]

        proxy.open_gates()
        assert publisher.publish([second]) == {second.id}


def test_a_blocked_broker_costs_a_bounded_wait_and_nothing_is_lost(url, broker):
    batch = events(50)
    with publishing(url, timeout=1) as publisher:
        assert publisher.publish(events(1)) != set()
        broker.control("set_vm_memory_high_watermark", "0.0000001")
        try:
            began = time.monotonic()
            sent = publisher.publish(batch)
            assert time.monotonic() - began < 2
        finally:
            broker.control("set_vm_memory_high_watermark", "0.4")
        assert len(sent) < 50
        wait_until(lambda: sent.update(publisher.publish(batch)) or sent == ids(batch), within=10)
    assert {str(number).encode() for number in range(50)} <= set(bodies(url))


def test_half_an_answer_neither_holds_the_publisher_nor_heats_the_processor(url, proxy):
    with publishing(proxy.url, timeout=1) as publisher:
        assert publisher.publish(events(1)) != set()
        proxy.to_client.close(after=10)  # an acknowledgement has 21 bytes
        began, heated = time.monotonic(), time.thread_time()

        assert publisher.publish(events(100)) == set()

        assert time.monotonic() - began < 2
        assert time.thread_time() - heated < 0.5


def test_a_trickling_link_costs_a_bounded_wait(url, proxy):
    with publishing(proxy.url, timeout=1) as publisher:
        assert publisher.publish(events(1)) != set()
        proxy.to_client.trickling = True
        began = time.monotonic()
        assert len(publisher.publish(events(100))) < 100
        assert time.monotonic() - began < 3


def test_a_connection_that_broke_while_it_rested_costs_no_failure(url, proxy):
    with publishing(proxy.url) as publisher:
        assert publisher.publish(events(1)) != set()
        proxy.reset()
        time.sleep(1.1)
        event = an_event()
        assert publisher.publish([event]) == {event.id}


def test_a_connection_that_breaks_at_work_is_made_again(url, proxy):
    with publishing(proxy.url) as publisher:
        assert publisher.publish(events(1)) != set()
        proxy.reset()
        batch = events(10)
        sent = publisher.publish(batch)
        assert sent | publisher.publish(batch) == ids(batch)


def test_an_exchange_that_was_deleted_is_declared_again(url):
    event = an_event()
    with publishing(url) as publisher:
        assert publisher.publish([event]) == {event.id}
        with channel_to(url) as channel:
            channel.exchange_delete("kundekort.events")
        assert publisher.publish([event]) == set()
        assert publisher.publish([event]) == set()  # nobody follows the new one yet
        with channel_to(url) as channel:
            channel.exchange_declare("kundekort.events", "topic", passive=True)
            channel.queue_bind("invoicing.inbox", "kundekort.events", "customers.#")
        assert publisher.publish([event]) == {event.id}


def test_another_node_is_tried_when_one_is_away(url):
    event = an_event()
    away = "amqp://guest:guest@127.0.0.1:1//"
    with publishing(f"{away};{url}") as publisher:
        wait_until(lambda: publisher.publish([event]) == {event.id}, within=10)


def test_a_resting_connection_keeps_its_heartbeat(url, broker):
    with publishing(url) as publisher:
        assert publisher.publish(events(1)) != set()

        def connections():
            return [one["timeout"] for one in broker.manage("GET", "connections") if url.endswith(one["vhost"])]

        wait_until(connections, within=10)
        assert connections() == [10]


def test_a_publisher_serves_one_thread(url):
    refusals = []

    def publish(publisher):
        try:
            publisher.publish(events(1))
        except ForeignConnection as refusal:
            refusals.append(refusal)

    with publishing(url) as publisher:
        assert publisher.publish(events(1)) != set()
        threads = [threading.Thread(target=publish, args=[publisher]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(refusals) == 8
        assert len(publisher.publish(events(5))) == 5


def test_a_forked_child_is_refused_and_the_parent_goes_on(url):
    with publishing(url) as publisher:
        assert publisher.publish(events(1)) != set()
        child = os.fork()
        if not child:
            code = 1
            try:
                publisher.publish(events(1))
            except ForeignConnection:
                code = 0
            finally:
                os._exit(code)
        assert os.waitpid(child, 0)[1] == 0
        assert len(publisher.publish(events(5))) == 5


@pytest.mark.parametrize(
    ("password", "address"),
    [
        ("canary", "{broker}"),  # refused
        ("canary", "127.0.0.1:1"),  # nobody listens
        ("canary", "nowhere.invalid"),
        ("canary/with/slashes", "{broker}"),  # not a URL
    ],
)
def test_no_password_is_logged(url, caplog, capfd, password, address):
    caplog.set_level(logging.DEBUG)
    credentials, broker = urlsplit(url).netloc.split("@")
    wrong = url.replace(credentials, f"kundekort:{password}").replace(broker, address.format(broker=broker))
    with heard() as lines, publishing(wrong, timeout=1) as publisher:
        assert publisher.publish(events(1)) == set()

    assert lines[0]["event"] == "publishing interrupted"
    said = repr(lines) + caplog.text + repr(capfd.readouterr())
    assert "canary" not in said


def test_batches_of_a_hundred(url, record_property):
    batches = [[an_event(bytes(1000)) for _ in range(100)] for _ in range(30)]
    with publishing(url) as publisher:
        began = time.monotonic()
        sent = sum(len(publisher.publish(batch)) for batch in batches)
        rate = sent / (time.monotonic() - began)
    record_property("confirmed_per_second", round(rate))
    print(f"{rate:.0f} confirmed events a second")  # noqa: T201  # a figure to read, not a limit
    assert sent == 3000
