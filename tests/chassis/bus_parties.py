"""The two ends of the bus as the tests see them: who announces, who follows, and a look into the queues."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import amqp
import structlog

from chassis import logs
from chassis.bus import Consumer, Message, Publisher
from chassis.bus.broker import EXCHANGE, connect, declare_inbox, hang_up

FOLLOWER = "invoicing"
PUBLISHER = "customers"


def an_event(body: bytes = b"{}", key: str = "customers.CustomerRenamed") -> Message:
    return Message(str(uuid4()), key, body)


def events(count: int, start: int = 0) -> list[Message]:
    return [an_event(str(number).encode()) for number in range(start, start + count)]


class Follower:
    """Keep what comes, in order; do *first* with each message before it counts as stored."""

    def __init__(self, first: Callable[[bytes], None] = lambda _raw: None) -> None:
        self.first = first
        self.stored: list[bytes] = []
        self.crowds: list[int] = []  # how many came at once
        self.properties: list[Mapping[str, Any]] = []

    def receive(self, messages: Sequence[tuple[bytes, Mapping[str, Any]]]) -> None:
        self.crowds.append(len(messages))
        for raw, properties in messages:
            self.first(raw)
            self.stored.append(raw)
            self.properties.append(properties)


@contextmanager
def consuming(url: str, follower: Follower, **settings: Any) -> Iterator[Consumer]:
    """Run a consumer in a thread, and stop it in good order."""
    consumer = Consumer(url, FOLLOWER, [PUBLISHER], follower.receive, **settings)
    stop = threading.Event()
    thread = threading.Thread(target=consumer.run, args=(stop,), daemon=True)
    thread.start()
    try:
        yield consumer
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive(), "the consumer does not stop"


@contextmanager
def publishing(url: str, timeout: float = 3.0) -> Iterator[Publisher]:
    publisher = Publisher(url, timeout=timeout)
    try:
        yield publisher
    finally:
        publisher.close()


def announce(url: str, *messages: Message) -> None:
    """Publish, and make sure of it."""
    with publishing(url) as publisher:
        assert publisher.publish(messages) == {message.id for message in messages}


@contextmanager
def channel_to(url: str) -> Iterator[amqp.Channel]:
    link = connect(url, "test", timeout=5)
    try:
        yield link.channel()
    finally:
        hang_up(link)


def follow(url: str) -> None:
    """Declare the follower's queue before it is there."""
    with channel_to(url) as channel:
        declare_inbox(channel, FOLLOWER, [PUBLISHER], 20_000)


def publish_oddly(url: str, body: bytes, key: Any = "customers.CustomerRenamed", **properties: Any) -> None:
    """Publish as no publisher of ours would."""
    with channel_to(url) as channel:
        channel.confirm_select()
        channel.basic_publish_confirm(amqp.Message(body, **properties), EXCHANGE, key, mandatory=True)


def taken_from(url: str, queue: str = f"{FOLLOWER}.inbox") -> list[amqp.Message]:
    """Take out all that waits in a queue."""
    taken: list[amqp.Message] = []
    with channel_to(url) as channel:
        channel.auto_decode = False
        there = channel.queue_declare(queue, passive=True).message_count
        channel.basic_consume(queue, no_ack=True, callback=taken.append)
        while len(taken) < there:
            channel.connection.drain_events(timeout=5)
    return taken


def bodies(url: str, queue: str = f"{FOLLOWER}.inbox") -> list[bytes]:
    return [bytes(message.body) for message in taken_from(url, queue)]


def wait_until(holds: Callable[[], object], within: float) -> float:
    """Wait until something holds; return after how many seconds it did."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < within, f"not within {within} s"
        time.sleep(0.02)
    return time.monotonic() - began


@contextmanager
def heard() -> Iterator[list[Any]]:
    """Hear every log line; another test of the same run may have turned the log down."""
    logs.configure("DEBUG")
    try:
        with structlog.testing.capture_logs() as lines:
            yield lines
    finally:
        logs.configure("CRITICAL")
