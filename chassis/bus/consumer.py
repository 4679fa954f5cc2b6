"""Take in what others announce: one queue, a crowd at a time, acknowledged when it is stored."""

import random
import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from time import monotonic
from typing import Any

import amqp
import structlog

from chassis import crash
from chassis.bus.broker import DELIVERY_LIMIT, HEARTBEAT, MOST_WAITING, connect, declare_inbox, drop, hang_up

GLANCE = 0.01  # seconds to look for frames while a message is being stored
MOMENT = 0.001  # seconds to look for one more message before a crowd is stored
LASTING = 10.0  # seconds after which a connection counts as a good one
LONGEST_PAUSE = 5.0  # seconds between two tries
REDECLARED = 5.0  # seconds after which the way here is made sure of again

log = structlog.get_logger()

Message = tuple[bytes, Mapping[str, Any]]  # as it came, and what the broker says of it
Receive = Callable[[Sequence[Message]], None]


class Consumer:
    """Hand the messages of ``<name>.inbox`` to *receive*, raw and in order, up to *crowd* at once.

    *receive* returns when all of them are stored, and raises when they could not be: then nothing is
    acknowledged, the connection is given up, and the broker delivers again, here or to the other worker. It
    runs in a thread of its own, while this one alone touches the connection and keeps the heartbeat.
    """

    def __init__(  # noqa: PLR0913  # what is optional has its default
        self,
        url: str,
        name: str,
        publishers: Collection[str],
        receive: Receive,
        *,
        crowd: int = 200,
        prefetch: int = 400,
        heartbeat: float = HEARTBEAT,
        timeout: float = 3.0,
        delivery_limit: int = DELIVERY_LIMIT,
        most: int = MOST_WAITING,
    ) -> None:
        self._url = url
        self._name = name
        self._publishers = publishers
        self._receive = receive
        self._crowd = crowd
        self._prefetch = prefetch
        self._heartbeat = heartbeat
        self._timeout = timeout
        self._delivery_limit = delivery_limit
        self._most = most
        self._waiting: deque[amqp.Message] = deque()  # delivered, not yet stored; *prefetch* at most
        self.handled = 0  # messages stored and acknowledged
        self.last_seen = monotonic()  # when the broker was last heard of

    def run(self, stop: threading.Event) -> None:
        """Consume until *stop* is set; after any error begin anew: connection, channel, queue, consumer."""
        failures = 0
        with ThreadPoolExecutor(1, thread_name_prefix=f"{self._name}.receive") as hand:
            while not stop.is_set():
                began = monotonic()
                try:
                    self._consume(stop, hand)
                except Exception as error:  # noqa: BLE001  # no error may make the service deaf
                    failures = 0 if monotonic() - began > LASTING else failures + 1
                    pause = _pause(failures)
                    log.warning("consumer begins anew", name=self._name, error=repr(error), seconds=pause)
                    stop.wait(pause)

    def _consume(self, stop: threading.Event, hand: ThreadPoolExecutor) -> None:
        link = connect(self._url, f"{self._name} consumer", timeout=self._timeout, heartbeat=self._heartbeat)
        try:
            channel = self._subscribe(link)
            declared = self.last_seen = monotonic()
            while not stop.is_set():
                if monotonic() - declared > REDECLARED:
                    self._declare(channel)
                    declared = monotonic()
                if self._waiting:
                    self._store(channel, self._gather(link), hand)
                else:
                    self._serve(link, seconds=1.0)
            hang_up(link)
        finally:
            drop(link)

    def _subscribe(self, link: amqp.Connection) -> amqp.Channel:
        self._waiting.clear()
        channel = link.channel()
        channel.auto_decode = False  # else bytes become text where a content encoding is given
        queue = self._declare(channel)
        channel.basic_qos(0, self._prefetch, a_global=False)
        channel.basic_consume(queue, callback=self._waiting.append)
        log.info("consumer listens", name=self._name, queue=queue)
        return channel

    def _declare(self, channel: amqp.Channel) -> str:
        """Make sure of exchange, queue and bindings: what somebody took away, nobody else would bring back."""
        return declare_inbox(channel, self._name, self._publishers, self._delivery_limit, self._most)

    def _serve(self, link: amqp.Connection, seconds: float) -> None:
        """Read what the broker sends within *seconds*, and exchange heartbeats."""
        frames = link.bytes_recv
        with suppress(TimeoutError):
            link.drain_events(timeout=seconds)
        if link.bytes_recv != frames:
            self.last_seen = monotonic()
        link.heartbeat_tick()

    def _gather(self, link: amqp.Connection) -> list[amqp.Message]:
        """Take what has come, and what comes this very moment."""
        arrived = 0
        while arrived < len(self._waiting) < self._crowd:
            arrived = len(self._waiting)
            self._serve(link, MOMENT)
        return [self._waiting.popleft() for _ in range(min(self._crowd, len(self._waiting)))]

    def _store(self, channel: amqp.Channel, messages: Sequence[amqp.Message], hand: ThreadPoolExecutor) -> None:
        stored = hand.submit(self._receive, [(each.body or b"", _about(each)) for each in messages])
        while not wait([stored], timeout=self._heartbeat / 10).done:
            self._serve(channel.connection, GLANCE)
        stored.result()  # raises what *receive* raised
        crash.point("consumer.stored")
        channel.basic_ack(messages[-1].delivery_tag, multiple=True)  # and all before it
        self.handled += len(messages)


def _about(message: amqp.Message) -> dict[str, Any]:
    return message.properties | {key: message.delivery_info[key] for key in ("routing_key", "redelivered")}


def _pause(failures: int) -> float:
    """Back off with jitter, so that all the followers of a broker do not come back at once."""
    return random.uniform(0.2, min(LONGEST_PAUSE, 2.0 * 2**failures))  # noqa: S311  # spreads load, guards nothing
