"""Publish to the broker, and say of each message whether it is safely there."""

import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from typing import Any, NamedTuple

import amqp
import structlog
from amqp import spec

from chassis import crash
from chassis.bus.broker import EXCHANGE, HEARTBEAT, connect, declare_exchange, drop, hang_up

CONTENT_TYPE = "application/cloudevents+json"
RESTED = 1.0  # seconds after which a connection is looked at before it is trusted again
LONGEST_KEY = 255  # bytes; the protocol has no more room
_PERSISTENT = 2

log = structlog.get_logger()


class Message(NamedTuple):
    """One outbox row on its way."""

    id: str
    routing_key: str
    body: bytes


class ForeignConnection(RuntimeError):
    """A publisher serves only the process and the thread that used it first."""


class Publisher:
    """One connection in confirm mode, for one thread.

    A message counts as sent only when the broker acknowledged its own delivery tag and did not return it.
    After anything unexpected the connection is thrown away: what it might still say would come too late.
    """

    def __init__(self, url: str, *, timeout: float = 3.0, heartbeat: float = HEARTBEAT) -> None:
        self._url = url
        self._timeout = timeout
        self._heartbeat = heartbeat
        self._owner: tuple[int, int] | None = None
        self._link: Any = None
        self._channel: Any = None
        self._used = 0.0
        self._last_tag = 0
        self._on_the_way: dict[int, str] = {}  # delivery tag → message id
        self._confirmed: set[str] = set()
        self._returned: set[str] = set()
        self._refused: set[str] = set()

    @property
    def turned_away(self) -> set[str]:
        """Return the ids of the last batch that no queue took, or that the broker refused."""
        return self._returned | self._refused

    def publish(self, messages: Sequence[Message]) -> set[str]:
        """Return the ids of those *messages* that are safely at the broker.

        Raises nothing for a broken link. Takes up to the timeout, and as much again where it must connect
        first. With no messages it keeps a resting connection alive.
        """
        self._insist_on_owner()
        self._confirmed, self._returned, self._refused = set(), set(), set()
        try:
            self._ensure_connected()
            self._exchange(messages, deadline=monotonic() + self._timeout)
        except Exception as error:  # noqa: BLE001  # whatever it was, only what is confirmed counts
            log.warning("publishing interrupted", error=repr(error), count=len(self._on_the_way))
            self._drop()
        if self.turned_away:
            log.error("events not taken: no follower, or refused", count=len(self.turned_away))
        return self._confirmed - self._returned

    def close(self) -> None:
        """Hang up, without waiting for ever for a goodbye."""
        self._insist_on_owner()
        if self._link is not None:
            hang_up(self._link)
        self._link = None

    def _insist_on_owner(self) -> None:
        """Refuse other threads and forked children: their frames would mix with ours."""
        here = (os.getpid(), threading.get_ident())
        self._owner = self._owner or here
        if self._owner != here:
            raise ForeignConnection(ForeignConnection.__doc__)

    def _ensure_connected(self) -> None:
        if self._link is not None and not self._alive():
            self._drop()
        if self._link is None:
            self._open()

    def _alive(self) -> bool:
        """Exchange heartbeats after a rest, and notice that the broker hung up meanwhile."""
        if monotonic() - self._used < RESTED:
            return True
        try:
            with suppress(TimeoutError):
                self._link.drain_events(timeout=0.001)
            self._link.heartbeat_tick()
        except Exception:  # noqa: BLE001  # there are many ways to be dead
            return False
        self._used = monotonic()
        return True

    def _open(self) -> None:
        self._link = connect(self._url, "publisher", timeout=self._timeout, heartbeat=self._heartbeat)
        self._channel = self._link.channel()
        declare_exchange(self._channel)
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._acknowledged)
        self._channel.events["basic_nack"].add(self._rejected)
        self._channel.events["basic_return"].add(self._came_back)
        self._last_tag = 0

    def _drop(self) -> None:
        if self._link is not None:
            drop(self._link)
        self._link = None
        self._on_the_way.clear()

    def _exchange(self, messages: Sequence[Message], *, deadline: float) -> None:
        """Send all, then wait for all the answers: a hundred at once are ten times as fast as one by one."""
        for message in messages:
            _left(deadline)
            if len(message.routing_key) > LONGEST_KEY:
                self._refused.add(message.id)  # it cannot be written, and must not hold up the others
            else:
                self._send(message)
        crash.point("publisher.sent")
        while self._on_the_way:
            self._link.drain_events(timeout=_left(deadline))
        self._used = monotonic()

    def _send(self, message: Message) -> None:
        properties = {"message_id": message.id, "content_type": CONTENT_TYPE, "delivery_mode": _PERSISTENT}
        content = amqp.Message(message.body, **properties)
        self._last_tag += 1
        self._on_the_way[self._last_tag] = message.id
        # not ``basic_publish``: it looks for answers first, and spins for ever where half a frame has come
        mandatory, immediate = True, False
        target = (0, EXCHANGE, message.routing_key, mandatory, immediate)
        self._channel.send_method(spec.Basic.Publish, "Bssbb", target, content)

    def _acknowledged(self, tag: int, multiple: bool) -> None:  # noqa: FBT001  # called by py-amqp
        self._confirmed.update(self._settle(tag, multiple=multiple))

    def _rejected(self, tag: int, multiple: bool) -> None:  # noqa: FBT001  # called by py-amqp
        self._refused.update(self._settle(tag, multiple=multiple))

    def _settle(self, tag: int, *, multiple: bool) -> list[str]:
        tags = [one for one in self._on_the_way if one <= tag] if multiple else [tag]
        return [self._on_the_way.pop(one) for one in tags if one in self._on_the_way]

    def _came_back(self, _error: Exception, _exchange: str, _key: str, message: amqp.Message) -> None:
        self._returned.add(message.properties["message_id"])


def _left(deadline: float) -> float:
    left = deadline - monotonic()
    if left <= 0:
        raise TimeoutError("no answer in time")
    return left
